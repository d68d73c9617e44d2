/* What checks are made of: waiting for something that must come, within a limit, and comparing. */
'use strict';

const checking = (() => {
  const LIMIT_MS = 12_000;

  // Runs `start(done)`, and waits until `done(value)` is called. `start` may give back how to clean up.
  function until(what, start) {
    return new Promise((resolve, reject) => {
      let cleanUp;
      const timer = setTimeout(() => {
        cleanUp?.();
        reject(new Error(`${what} did not come`));
      }, LIMIT_MS);
      cleanUp = start((value) => {
        clearTimeout(timer);
        cleanUp?.();
        resolve(value);
      });
    });
  }

  // The arguments of the next event of that name.
  const next = (socket, name) =>
    until(`the event “${name}”`, (done) => {
      const listener = (...args) => done(args);
      socket.on(name, listener);
      return () => socket.removeListener(name, listener);
    });

  // The arguments of the acknowledgement.
  const ask = (socket, name, ...args) =>
    until(`the acknowledgement of “${name}”`, (done) => void socket.emit(name, ...args, (...answer) => done(answer)));

  // A list that grows with each event, and the means to end it. The first arguments are enough.
  function collect(socket, name) {
    const heard = [];
    const listener = (value) => heard.push(value);
    socket.on(name, listener);
    heard.end = () => socket.removeListener(name, listener);
    return heard;
  }

  // Ends a client's session. While something is being sent, this client would keep its goodbye for later, and lose it.
  async function leave({ socket: connection }) {
    await until('the end of an upload', (done) => {
      const look = setInterval(() => connection.doBuffer || done(), 5);
      return () => clearInterval(look);
    });
    connection.disconnect();
  }

  function same(actual, expected, what) {
    const [one, other] = [actual, expected].map((value) => JSON.stringify(value));
    if (one !== other) throw new Error(`${what}: ${one} instead of ${other}`);
  }

  function holds(condition, otherwise) {
    if (!condition) throw new Error(otherwise);
  }

  // The page's own connection, and whatever a check opens besides. All of it is closed again by `close`.
  class Bench {
    constructor(main) {
      this.main = main;
      this.connection = main.socket;
      this.closings = [];
    }

    // Another namespace on the page's connection. `answer` is the event that tells how the server took it.
    async join(name, answer = 'connect') {
      const known = this.connection.namespaces[name];
      const socket = this.connection.of(name); // Asks to join, if it is new.
      const answered = next(socket, answer);
      if (known) socket.packet({ type: 'connect' });
      const args = await answered;
      if (answer === 'connect') this.closings.push(() => socket.disconnect());
      return { socket, args };
    }

    // A second client in the page's namespace.
    async second(query = '') {
      const socket = io.connect(this.main.name, { 'force new connection': true, 'reconnection delay': 100, query });
      this.closings.push(async () => {
        if (!socket.socket.connected) return;
        // The server tells the others; what it says must not reach the next check.
        const gone = next(this.main, 'gone');
        await leave(socket);
        await gone;
      });
      await next(socket, 'connect');
      return socket;
    }

    async close() {
      for (const close of this.closings.splice(0).reverse()) await close();
    }
  }

  return { until, next, ask, collect, leave, same, holds, Bench };
})();
