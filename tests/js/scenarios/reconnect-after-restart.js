'use strict';

// Prints READY_FOR_RESTART when it is connected. Whoever runs it then ends the server and starts it again on the same
// port; the client has to find its way back without help.

const assert = require('node:assert/strict');
const { connectionOf } = require('../harness/real-client.js');

module.exports = {
  proves: 'after a restart of the server the client reconnects, joins its namespaces again and works as before',

  async run({ client, expect, transport }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    await expect.event(chat, 'connect');
    const { sessionid } = connectionOf(socket);
    // Acknowledgement numbers go on counting over the restart, which a new server must not mind.
    await expect.until('an acknowledgement before the restart', (met) => chat.emit('echo', met));

    const lost = Promise.all([expect.event(socket, 'disconnect', 'the connection to be lost'), expect.event(chat, 'disconnect')]);
    const back = expect.event(socket, 'reconnect', 'the client to be connected again');
    const chatBack = expect.events(chat, 'connect', 1);
    console.log('READY_FOR_RESTART');
    await lost;
    const [transportAgain, attempts] = await back;
    assert.equal(transportAgain, transport);
    assert.ok(attempts >= 1);
    assert.notEqual(connectionOf(socket).sessionid, sessionid);
    await chatBack;

    for (const where of [socket, chat]) {
      const echoed = expect.event(where, 'echo');
      where.emit('echo', 'still there?');
      assert.deepEqual(await echoed, ['still there?']);
      const answer = await expect.until(`an acknowledgement on "${where.name}" after the restart`, (met) =>
        where.emit('echo', 'and acknowledged', (...args) => met(args)),
      );
      assert.deepEqual(answer, ['and acknowledged']);
    }
  },
};
