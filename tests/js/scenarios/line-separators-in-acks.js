'use strict';

// This client reads the arguments of an acknowledgement up to the end of the line, and to a JavaScript pattern U+2028
// and U+2029 end a line. JSON allows them bare, as the reference server sends them, and the client then loses all
// arguments. A server that cares writes them escaped.

const assert = require('node:assert/strict');

const ARGUMENTS = ['before', 'a\u2028b', '\u2029', { '\u2028': ['\u2028\u2029'] }, 'after'];

module.exports = {
  proves: 'line separators survive in acknowledgements, in both directions',

  async run({ client, expect }) {
    const socket = client.connect();
    await expect.event(socket, 'connect');

    const answer = await expect.until('an acknowledgement with line separators', (met) =>
      socket.emit('echo', ...ARGUMENTS, (...args) => met(args)),
    );
    assert.deepEqual(answer, ARGUMENTS);

    const question = expect.event(socket, 'question');
    socket.emit('ask', 'anything');
    const [, acknowledge] = await question;
    const answered = expect.event(socket, 'answered');
    acknowledge(...ARGUMENTS);
    assert.deepEqual(await answered, ARGUMENTS);
  },
};
