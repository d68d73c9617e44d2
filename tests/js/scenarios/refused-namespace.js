'use strict';

const assert = require('node:assert/strict');

module.exports = {
  proves: 'a namespace that refuses the client reports connect_failed, and the connection goes on',

  async run({ client, expect }) {
    const socket = client.connect();
    const secret = socket.of('/private');
    expect.never(socket, 'connect_failed', 'only /private refuses');
    expect.never(secret, 'connect', 'the server refuses everybody');
    expect.never(secret, 'echo', 'it never got in');
    expect.never(secret, 'all', 'it never got in');
    const [reason] = await expect.event(secret, 'connect_failed');
    assert.equal(reason, 'unauthorized');

    // Not being let in must not be a way to speak there all the same.
    secret.emit('all', 'is anybody listening');
    secret.emit('echo', 'let me in');
    const confirmed = expect.until('the refusal of an acknowledgement', (met) =>
      secret.emit('echo', 'or at least confirm', (...args) => met(args)),
    );
    const [refusal, ...more] = await confirmed;
    assert.deepEqual([refusal.error, more], ['no_such_namespace', []]);
    await expect.until('an acknowledgement on the global namespace', (met) => socket.emit('echo', met));
  },
};
