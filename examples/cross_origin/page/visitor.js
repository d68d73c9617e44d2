/* A page that talks to a server of another origin, and says what comes of it. `?server=` is that server's port. */
(() => {
  'use strict';

  const byId = (id) => document.getElementById(id);
  const port = Number(new URLSearchParams(location.search).get('server')) || 80;
  const server = `${location.protocol}//${location.hostname}:${port}`;
  byId('here').textContent = location.origin;
  byId('there').textContent = server;

  function step(text, kind = 'good') {
    const item = document.createElement('li');
    item.className = kind;
    item.textContent = text;
    byId('steps').append(item);
  }

  function verdict(allowed, text) {
    byId('verdict').className = `verdict ${allowed ? 'allowed' : 'refused'}`;
    byId('verdict').textContent = text;
  }

  // The client comes from the server, as was the custom of the day: scripts may be taken from anywhere.
  const load = (address) => new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = address;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${address} did not load`));
    document.head.append(script);
  });

  load(`${server}/socket.io/socket.io.js`)
    .then(() => load('/demo.js'))
    .then(visit)
    .catch((error) => verdict(false, error.message));

  function visit() {
    step('The client came from the server: scripts may.');
    const visitors = demo.connect('/visitors', { server });
    demo.follow(visitors, { server, failed: (said) => step(said, 'bad'), unreachable });

    visitors.on('welcome', (origin) => {
      verdict(true, 'The server lets this origin in.');
      step(`Connected by ${visitors.socket.transport.name}; the browser named the origin ${origin}.`);
      greet('Hello from another origin');
    });

    visitors.on('greeting', (origin, text) => step(`${origin} says: ${text}`, 'heard'));

    function greet(text) {
      visitors.emit('greeting', text, ({ error, message, heard_by: others }) => {
        if (error) return step(message, 'bad');
        const audience = others === 0 ? 'no other page yet' : others === 1 ? 'one other page' : `${others} other pages`;
        step(`“${text}” was heard by ${audience}.`);
      });
    }

    byId('greeting-form').addEventListener('submit', (event) => {
      event.preventDefault();
      greet(byId('greeting').value);
    });
  }

  // A page that may not read an answer is not told why. That there was one, it can find out.
  async function unreachable(said) {
    demo.showLink('ended', 'not connected');
    const isThere = await fetch(server, { mode: 'no-cors' }).then(() => true, () => false);
    if (!isThere) {
      verdict(false, 'The server cannot be reached.');
      return;
    }
    step(said || 'The handshake failed: the browser keeps the server’s answer from this page.', 'bad');
    step('The server is there all the same: a request that does not ask to read the answer goes through.');
    verdict(false, 'The server refuses pages of this origin.');
  }
})();
