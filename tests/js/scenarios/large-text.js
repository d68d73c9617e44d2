'use strict';

const assert = require('node:assert/strict');

// Long enough to arrive in many pieces, with characters of 1 to 4 bytes so that some are cut by the seams.
const LARGE = 'aé語😀'.repeat(15000);

module.exports = {
  proves: 'a text that travels in many pieces arrives whole, in both directions',

  async run({ client, expect }) {
    const socket = client.connect();
    await expect.event(socket, 'connect');
    expect.never(socket, 'disconnect', 'the text is within the default limits');

    const echoed = expect.event(socket, 'echo', 'the echo of a large event');
    socket.emit('echo', LARGE);
    // Not deepEqual: its message would hold both texts.
    assert.ok((await echoed)[0] === LARGE, 'the event came back changed');

    const back = expect.event(socket, 'message', 'the echo of a large message');
    socket.send(LARGE);
    assert.ok((await back)[0] === LARGE, 'the message came back changed');

    const answer = await expect.until('the acknowledgement of a large event', (met) =>
      socket.emit('echo', LARGE, (...args) => met(args)),
    );
    assert.ok(answer[0] === LARGE, 'the acknowledgement came back changed');
  },
};
