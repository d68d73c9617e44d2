'use strict';

const assert = require('node:assert/strict');

const COUNT = 6000;

module.exports = {
  proves: 'however much is said before the connection stands, or at once when it does, every callback is called, in order',

  async run({ client, expect }) {
    const socket = client.connect();
    const expected = Array.from({ length: COUNT }, (_, i) => i);
    const sayAll = (when, say) =>
      expect.until(`${COUNT} answers to what was said ${when}`, (met) => {
        const answers = [];
        for (const i of expected) {
          say(i, (answer) => {
            if (answers.push(answer) === COUNT) met(answers);
          });
        }
      });
    const emit = (i, answered) => socket.emit('echo', i, answered);
    // These are acknowledged by the server itself, and sent back by its application.
    const send = (i, answered) => socket.send(`${i}`, () => answered(i));

    // The client keeps it all, and over HTTP it leaves in one payload.
    assert.deepEqual(await sayAll('before the connection stood', emit), expected);
    assert.deepEqual(await sayAll('at once', emit), expected);
    assert.deepEqual(await sayAll('at once in messages', send), expected);
  },
};
