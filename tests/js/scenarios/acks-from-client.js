'use strict';

const assert = require('node:assert/strict');

module.exports = {
  proves: 'the client acknowledges and the server hears it: events with data, messages automatically',

  async run({ client, expect }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    await expect.event(chat, 'connect');

    for (const [name, where] of Object.entries({ socket, chat })) {
      const question = expect.event(where, 'question', `the question on ${name}`);
      where.emit('ask', 'how much', { apples: 2 });
      const [first, second, acknowledge, ...rest] = await question;
      assert.deepEqual([first, second, rest], ['how much', { apples: 2 }, []]);
      assert.equal(typeof acknowledge, 'function', 'the server asks for an acknowledgement with data');
      const answered = expect.event(where, 'answered', `the server's report of the answer on ${name}`);
      acknowledge('two', ['pieces', '😀']);
      assert.deepEqual(await answered, ['two', ['pieces', '😀']]);
    }

    // Answers may come in another order than the questions, and a server that waits for one must still take the others.
    // The same numbers are open on both namespaces at once.
    const questions = Promise.all([expect.events(socket, 'question', 2), expect.events(chat, 'question', 1)]);
    socket.emit('ask', 'first');
    chat.emit('ask', 'other namespace');
    socket.emit('ask', 'second');
    const [[one, two], [other]] = await questions;
    for (const [where, [text, acknowledge]] of [[socket, two], [chat, other], [socket, one]]) {
      const answered = expect.event(where, 'answered', `the server's report of the answer to "${text}"`);
      acknowledge(`answer to ${text}`);
      assert.deepEqual(await answered, [`answer to ${text}`]);
    }

    // The client's library confirms messages by itself; the page only sees the message.
    for (const [name, where] of Object.entries({ socket, chat })) {
      const message = expect.event(where, 'message', `the message on ${name}`);
      const answered = expect.event(where, 'answered', `the server's report of the automatic answer on ${name}`);
      where.emit('ask message', 'received?');
      assert.deepEqual(await message, ['received?']);
      assert.deepEqual(await answered, []);
    }
  },
};
