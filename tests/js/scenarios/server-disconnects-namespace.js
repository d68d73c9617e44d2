'use strict';

const assert = require('node:assert/strict');
const { connectionOf } = require('../harness/real-client.js');

module.exports = {
  proves: 'the server can send a client out of one namespace, and the connection goes on',

  async run({ client, expect }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    const news = socket.of('/news');
    const witness = client.connect('/chat');
    await Promise.all([
      expect.event(chat, 'connect'),
      expect.event(news, 'connect'),
      expect.event(witness, 'connect', 'connect of the witness'),
    ]);
    expect.never(socket, 'disconnect', 'only /chat was ended');
    expect.never(news, 'disconnect', 'only /chat was ended');
    expect.never(socket, 'reconnecting', 'the connection was never lost');

    const gone = expect.event(chat, 'disconnect');
    chat.emit('leave me');
    await gone;

    expect.never(chat, 'all', 'it had been sent out of /chat');
    const heard = expect.event(witness, 'all');
    witness.emit('all', 'for those in /chat');
    await heard;
    for (const where of [socket, news]) {
      await expect.until(`an acknowledgement on "${where.name}" after /chat ended`, (met) => where.emit('echo', met));
    }
    assert.equal(connectionOf(socket).connected, true);
  },
};
