'use strict';

(() => {
  const { byId, element } = demo;
  if (!window.io) return;

  const MOST_SHOUTS = 50;
  const NAMES = ['Ada', 'Ben', 'Cleo', 'Dan', 'Eve', 'Finn', 'Gwen', 'Hugo', 'Iris', 'Jon', 'Kim', 'Leo'];

  byId('name').value = NAMES[Math.floor(Math.random() * NAMES.length)];

  // The server passes events of this name on to everybody, whoever says what.
  const socket = demo.connect('');
  demo.follow(socket);
  socket.on('all', (name, text) => {
    if (typeof name !== 'string' || typeof text !== 'string') return;
    const shout = element('li');
    const now = new Date();
    const time = element('time', '', now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' }));
    time.dateTime = now.toISOString();
    shout.append(element('span', 'name', name), element('span', 'text', text), time);
    const shouts = byId('shouts');
    shouts.prepend(shout);
    while (shouts.childElementCount > MOST_SHOUTS) shouts.lastElementChild.remove();
    byId('silence').hidden = true;
  });

  byId('say').addEventListener('submit', (event) => {
    event.preventDefault();
    socket.emit('all', byId('name').value, byId('text').value);
    byId('text').value = '';
    byId('text').focus();
  });
})();
