'use strict';

const assert = require('node:assert/strict');

const MESSAGES = [
  'hello', '', ' ', '0', ':', ':::', '5:::{"name":"echo"}', '{"json":"lookalike"}', '"', "it's", '\\', 'a\nb\r\nc',
  '\u0000', '\u2028\u2029', '😀', 'a😀b', '\ufffdafter a marker', '\ufffd7\ufffd', '', 'the last one',
];

module.exports = {
  proves: 'messages, empty ones too, are sent back as they are, in order',

  async run({ client, expect }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    await expect.event(chat, 'connect');

    for (const [name, where] of Object.entries({ socket, chat })) {
      for (const text of MESSAGES) {
        const back = expect.event(where, 'message', `the message ${JSON.stringify(text)} to come back on ${name}`);
        where.send(text);
        assert.deepEqual(await back, [text]);
      }
      const back = expect.events(where, 'message', MESSAGES.length);
      for (const text of MESSAGES) where.send(text);
      assert.deepEqual(await back, MESSAGES.map((text) => [text]));
    }

    // Messages are text: the client writes other values as text, and null as nothing.
    const odd = expect.events(socket, 'message', 3);
    socket.send(5);
    socket.send(null);
    socket.send(true);
    assert.deepEqual(await odd, [['5'], [''], ['true']]);
  },
};
