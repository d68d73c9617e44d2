'use strict';

// Needs a server that answers one handshake in three seconds, and the others with 429.

const assert = require('node:assert/strict');

module.exports = {
  proves: 'who connects for the first time hears why it is refused, who reconnects tries again until it is let in',

  async run({ client, expect }) {
    const first = client.connect();
    // On polling it does hear that its old session is gone.
    const heard = [];
    first.on('error', (reason) => heard.push(reason));
    await expect.event(first, 'connect');

    const second = client.connect();
    expect.never(second, 'connect', 'a client that was refused does not try again by itself');
    expect.never(second, 'connect_failed', 'that is about transports');
    const [reason] = await expect.event(second, 'error', 'the refusal');
    assert.equal(reason, 'too many handshakes from your address');

    const tried = [];
    first.on('reconnecting', (delay) => tried.push(delay));
    const lost = expect.event(first, 'disconnect', 'the connection to be lost');
    const back = expect.event(first, 'reconnect', 'the client to be let in');
    first.emit('drop me');
    await lost;
    const [, attempts] = await back;
    assert.ok(attempts >= 2, `it was let in after ${attempts} attempts`);
    const refusals = heard.filter((reason) => reason !== 'client not handshaken');
    assert.deepEqual(refusals, [], 'a client that reconnects is not told about refusals');
    // With quick reconnects, which are 200 ms apart and then 400 ms.
    assert.ok(tried.every((delay) => delay >= 200), `${tried}`);
    assert.ok(tried.length <= attempts, `${tried}`);

    const echoed = expect.event(first, 'echo');
    first.emit('echo', 'inside');
    assert.deepEqual(await echoed, ['inside']);
  },
};
