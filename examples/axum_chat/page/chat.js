/* A chat over sockets, and announcements over an ordinary route. */
(() => {
  'use strict';

  const { byId, element } = demo;
  const chat = demo.connect('/chat');

  const log = (text) => byId('log').append(element('li', '', text));

  demo.follow(chat, {
    failed: (said) => { byId('problem').textContent = said; },
    lost: () => log('The connection is lost.'),
  });

  chat.on('welcome', (name) => { byId('welcome').textContent = `You are ${name}`; });
  chat.on('came in', (name) => log(`${name} came in`));
  chat.on('left', (name) => log(`${name} left`));
  chat.on('said', (name, text) => log(`${name}: ${text}`));
  chat.on('announcement', (name, text) => log(`Announcement by ${name}: ${text}`));

  byId('say-form').addEventListener('submit', (event) => {
    event.preventDefault();
    byId('problem').textContent = '';
    chat.emit('say', byId('text').value);
    byId('text').value = '';
  });

  byId('announcement-form').addEventListener('submit', async (event) => {
    event.preventDefault();
    const body = new URLSearchParams({ text: byId('announcement').value });
    const answer = await fetch('/announcements', { method: 'POST', body });
    byId('heard').textContent = answer.ok ? `Sent to ${await answer.text()}.` : await answer.text();
    byId('announcement').value = '';
  });
})();
