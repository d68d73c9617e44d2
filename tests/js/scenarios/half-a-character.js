'use strict';

// Programs that cut text at a number of UTF-16 units send half of an emoji now and then.

const assert = require('node:assert/strict');

const HALVES = ['\ud83d', '\ude00', 'a\ud83d', '\ude00b', '\ude00\ud83d'];

module.exports = {
  proves: 'half a surrogate pair costs nobody the connection or the packets around it',

  async run({ client, expect }) {
    const socket = client.connect();
    await expect.event(socket, 'connect');
    expect.never(socket, 'disconnect', 'bad text is no reason to hang up');

    // In a message the text is bare, and UTF-8 has no way to write a half: it becomes U+FFFD. Over HTTP all but the
    // first share one framed payload, where a half still counts as one unit.
    const messages = ['before', ...HALVES, 'after'];
    const back = expect.events(socket, 'message', messages.length);
    for (const text of messages) socket.send(text);
    assert.deepEqual(await back, messages.map((text) => [text.toWellFormed()]));

    // In JSON the half is written as an escape that some parsers refuse. Whether the event is echoed is the server's
    // affair, the events around it are not.
    const around = [];
    socket.on('echo', (text) => around.push(text));
    socket.emit('echo', 'before');
    for (const half of HALVES) socket.emit('echo', half);
    socket.emit('echo', 'after');
    await expect.until('the acknowledgement behind the halves', (met) => socket.emit('echo', met));
    assert.deepEqual(around.filter((text) => text === 'before' || text === 'after'), ['before', 'after']);
  },
};
