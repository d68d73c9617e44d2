'use strict';

const assert = require('node:assert/strict');
const { connectionOf, whenNothingIsPosted } = require('../harness/real-client.js');

module.exports = {
  proves: 'what an application says while its client is away is said when it is back, to namespaces too',

  async run({ client, expect }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    await expect.event(chat, 'connect');
    const { sessionid } = connectionOf(socket);
    await expect.until('the answer to what it posted', (met) => whenNothingIsPosted(connectionOf(socket), met));

    const gone = expect.event(chat, 'disconnect');
    const back = expect.event(socket, 'reconnect');
    socket.emit('drop me');
    await gone;
    // The client keeps it, and sends it when it is back, before it asks to join the namespace again.
    const answered = expect.until('an answer to what was said meanwhile', (met) =>
      chat.emit('echo', 'kept', (...args) => met(args)),
    );
    await back;
    assert.deepEqual(await answered, ['kept']);
    assert.notEqual(connectionOf(socket).sessionid, sessionid);
    await expect.until('an answer to what was said later', (met) => chat.emit('echo', 'later', met));
  },
};
