'use strict';

const assert = require('node:assert/strict');
const { connectionOf } = require('../harness/real-client.js');
const { serverForgets } = require('../harness/session-probe.js');

module.exports = {
  proves: 'a session ended by the server is over in all namespaces and the client stays away',

  async run({ client, expect, url }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    await expect.event(chat, 'connect');
    const { sessionid } = connectionOf(socket);
    expect.never(socket, 'reconnecting', 'the server had sent it away');

    const gone = Promise.all([expect.event(socket, 'disconnect'), expect.event(chat, 'disconnect')]);
    socket.emit('leave me');
    // "booted" is what makes this client stay away; any other reason would bring it back half a second later.
    assert.deepEqual(await gone, [['booted'], ['booted']]);
    await expect.until('the server to forget the session', (met) => serverForgets(url, sessionid).then(met, expect.fail));

    const other = client.connect();
    await expect.event(other, 'connect', 'connect of another client');
    assert.equal(connectionOf(socket).reconnecting, false);
    assert.equal(connectionOf(socket).connected, false);
  },
};
