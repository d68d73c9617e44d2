'use strict';

const assert = require('node:assert/strict');
const { connectionOf } = require('../harness/real-client.js');

module.exports = {
  proves: 'a session that the server ends without a goodbye is followed by a new one, in the same namespaces',

  async run({ client, expect }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    await expect.event(chat, 'connect');
    const { sessionid } = connectionOf(socket);

    const lost = Promise.all([expect.event(socket, 'disconnect'), expect.event(chat, 'disconnect')]);
    const back = expect.event(socket, 'reconnect', 'the client to be connected again');
    const chatBack = expect.events(chat, 'connect', 1);
    socket.emit('drop me');
    // The reason tells nothing: a client that polls says "booted" of itself when its session is unknown.
    await lost;
    await back;
    await chatBack;
    assert.notEqual(connectionOf(socket).sessionid, sessionid);
    const echoed = expect.event(chat, 'echo');
    chat.emit('echo', 'as before');
    assert.deepEqual(await echoed, ['as before']);
  },
};
