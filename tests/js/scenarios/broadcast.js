'use strict';

const assert = require('node:assert/strict');

module.exports = {
  proves: 'a broadcast reaches everybody in the namespace once, its sender too, and nobody outside of it',

  async run({ client, expect }) {
    const sender = client.connect('/chat');
    const member = client.connect('/chat');
    const outsider = client.connect('/news');
    await Promise.all([
      expect.event(sender, 'connect', 'connect of the sender'),
      expect.event(member, 'connect', 'connect of the other member'),
      expect.event(outsider, 'connect', 'connect of the outsider'),
    ]);
    expect.never(outsider, 'all', 'it is not in that namespace');
    expect.never(outsider.of(''), 'all', 'it is not in that namespace');
    expect.never(member.of(''), 'all', 'the broadcast was for /chat');

    const heard = Promise.all([expect.events(sender, 'all', 2), expect.events(member, 'all', 2)]);
    sender.emit('all', 'first', { to: ['everybody', '😀'] });
    sender.emit('all', 'second');
    const expected = [['first', { to: ['everybody', '😀'] }], ['second']];
    assert.deepEqual(await heard, [expected, expected]);

    // Everybody is still well, and no copy was on its way behind the first.
    for (const socket of [sender, member]) expect.never(socket, 'all', 'both broadcasts had come');
    for (const socket of [sender, member, outsider]) {
      await expect.until('a closing acknowledgement', (met) => socket.emit('echo', met));
    }
  },
};
