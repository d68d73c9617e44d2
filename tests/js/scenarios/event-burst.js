'use strict';

const assert = require('node:assert/strict');

const COUNT = 500;

module.exports = {
  proves: 'bursts arrive complete and in order in both directions, with wide characters in their middle',

  async run({ client, expect }) {
    const socket = client.connect();
    await expect.event(socket, 'connect');

    // Over HTTP the first leaves alone and the others follow as one framed payload. Frame lengths count UTF-16 units:
    // a server that counts anything else loses its place at the first emoji.
    const sent = Array.from({ length: COUNT }, (_, i) => [i, i % 7 ? `plain ${i}` : `😀 ${i} 𝒳 é \ufffd`]);
    const echoes = expect.events(socket, 'echo', COUNT);
    for (const args of sent) socket.emit('echo', ...args);
    assert.deepEqual(await echoes, sent);

    const numbers = expect.events(socket, 'number', COUNT);
    socket.emit('count', COUNT);
    assert.deepEqual(await numbers, Array.from({ length: COUNT }, (_, i) => [i]));

    // Nothing of either burst comes a second time.
    expect.never(socket, 'number', 'all of them had come');
    await expect.until('the acknowledgement that closes the scenario', (met) => socket.emit('echo', met));
  },
};
