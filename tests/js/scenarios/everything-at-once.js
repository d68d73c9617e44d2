'use strict';

const assert = require('node:assert/strict');

const COUNT = 6000;

module.exports = {
  proves: 'however much is said before the connection stands, or at once when it does, every callback is called, in order',

  async run({ client, expect }) {
    const socket = client.connect();
    const expected = Array.from({ length: COUNT }, (_, i) => i);
    const sayAll = (when) =>
      expect.until(`${COUNT} answers to what was said ${when}`, (met) => {
        const answers = [];
        for (const i of expected) {
          socket.emit('echo', i, (echoed) => {
            if (answers.push(echoed) === COUNT) met(answers);
          });
        }
      });
    // The client keeps it all, and over HTTP it leaves in one payload.
    assert.deepEqual(await sayAll('before the connection stood'), expected);
    assert.deepEqual(await sayAll('at once'), expected);
  },
};
