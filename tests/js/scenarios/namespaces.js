'use strict';

const assert = require('node:assert/strict');
const { connectionOf } = require('../harness/real-client.js');

module.exports = {
  proves: 'several namespaces share one connection and their events stay apart',

  async run({ client, expect }) {
    const chat = client.connectShared('/chat');
    const news = client.connectShared('/news');
    const global = client.connectShared();
    assert.equal(connectionOf(chat), connectionOf(news), 'the client opens one connection for all namespaces of a host');

    // Sent before anything is connected: joins and events leave in one batch, and events must not overtake their join.
    const early = expect.event(chat, 'echo', 'the echo of an event sent to /chat before the connection was open');
    chat.emit('echo', 'too early?');
    assert.deepEqual(await early, ['too early?']);

    const heard = [];
    const sockets = { chat, news, global };
    for (const [name, socket] of Object.entries(sockets)) {
      socket.on('echo', (text) => heard.push([name, text]));
      expect.never(socket, 'error', 'all three namespaces exist');
    }
    for (const [name, socket] of Object.entries(sockets)) socket.emit('echo', `for ${name}`);
    // An acknowledgement comes after the echoes before it, so then everything misdelivered would be here too.
    for (const [name, socket] of Object.entries(sockets)) {
      await expect.until(`the acknowledgement on ${name}`, (met) => socket.emit('echo', met));
    }
    heard.sort();
    assert.deepEqual(heard, [
      ['chat', 'for chat'],
      ['global', 'for global'],
      ['news', 'for news'],
    ]);
  },
};
