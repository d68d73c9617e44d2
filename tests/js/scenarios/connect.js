'use strict';

const assert = require('node:assert/strict');
const { connectionOf } = require('../harness/real-client.js');

module.exports = {
  proves: 'a real client connects over the transport it asks for and hears the server',

  async run({ client, expect, transport }) {
    const socket = client.connect();
    expect.never(socket, 'error', 'nothing was wrong');
    expect.never(socket, 'connect_failed', 'the transport is offered');
    const [chosen] = await expect.event(socket, 'connecting');
    assert.equal(chosen, transport);
    await expect.event(socket, 'connect');

    const connection = connectionOf(socket);
    assert.equal(connection.transport.name, transport);
    // Long enough to be unguessable, and none of the characters that would need escaping in a URL.
    assert.match(connection.sessionid, /^[A-Za-z0-9_-]{20,}$/);
    // Empty or huge timeouts make this client drop the connection at once.
    assert.ok(connection.heartbeatTimeout > 0 && connection.heartbeatTimeout < 2147483000, 'heartbeat timeout');
    assert.ok(connection.closeTimeout > 0 && connection.closeTimeout < 2147483000, 'close timeout');

    const echoed = expect.event(socket, 'echo');
    socket.emit('echo', 'hello');
    assert.deepEqual(await echoed, ['hello']);

    const second = client.connect();
    await expect.event(second, 'connect', 'connect of a second connection');
    assert.notEqual(connectionOf(second).sessionid, connection.sessionid);
  },
};
