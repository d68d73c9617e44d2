'use strict';

const assert = require('node:assert/strict');

const VALUES = [
  null, true, false, 0, -0.5, 1e300, 9007199254740991, '', 'text', 'a\n"b"\u2028😀', [], {}, [null], [[], [[]]],
  { nested: { list: [1, { two: '2' }], empty: '' }, 'ключ': '值' }, [1, 'two', { three: 3 }, false, null],
];

module.exports = {
  proves: 'every kind of JSON value sent with json.send comes back the same',

  async run({ client, expect }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    await expect.event(chat, 'connect');

    for (const [name, where] of Object.entries({ socket, chat })) {
      for (const value of VALUES) {
        const back = expect.event(where, 'message', `the JSON ${JSON.stringify(value)} to come back on ${name}`);
        where.json.send(value);
        assert.deepEqual(await back, [value]);
      }
      const back = expect.events(where, 'message', VALUES.length);
      for (const value of VALUES) where.json.send(value);
      assert.deepEqual(await back, VALUES.map((value) => [value]));
    }
  },
};
