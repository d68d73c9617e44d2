'use strict';

// The reference server is silent here, which leaves developers guessing. Ours says what is wrong.

const assert = require('node:assert/strict');

module.exports = {
  proves: 'joining a namespace that does not exist shows as an error on it and harms nothing else',

  async run({ client, expect }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    await expect.event(chat, 'connect');
    expect.never(socket, 'error', 'the error belongs to /nowhere');
    expect.never(chat, 'error', 'the error belongs to /nowhere');

    const nowhere = socket.of('/nowhere');
    expect.never(nowhere, 'connect', 'there is no such namespace');
    expect.never(nowhere, 'echo', 'there is no such namespace');
    const [reason] = await expect.event(nowhere, 'error');
    assert.equal(reason, 'no_such_namespace');

    const again = expect.event(nowhere, 'error', 'the error for an event sent to /nowhere');
    nowhere.emit('echo', 'anybody here?');
    assert.equal((await again)[0], 'no_such_namespace');

    // Names are compared as a whole.
    for (const name of ['/cha', '/chat/', '/CHAT', '/chat2']) {
      const [refused] = await expect.event(socket.of(name), 'error', `the error for ${name}`);
      assert.equal(refused, 'no_such_namespace', name);
    }
    for (const where of [socket, chat]) {
      await expect.until(`an acknowledgement on "${where.name}"`, (met) => where.emit('echo', met));
    }
  },
};
