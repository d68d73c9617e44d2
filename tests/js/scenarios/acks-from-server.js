'use strict';

const assert = require('node:assert/strict');

module.exports = {
  proves: 'the server acknowledges: events with data, messages and JSON automatically',

  async run({ client, expect }) {
    const socket = client.connect();
    const chat = socket.of('/chat');
    await expect.event(chat, 'connect');

    const asked = (where, what, ...args) =>
      expect.until(what, (met) => where.emit('echo', ...args, (...answer) => met(answer)));

    assert.deepEqual(await asked(socket, 'an acknowledgement with arguments', 'a', 1, { b: [2] }), ['a', 1, { b: [2] }]);
    assert.deepEqual(await asked(socket, 'an acknowledgement without arguments'), []);
    assert.deepEqual(await asked(socket, 'an acknowledgement with signs in it', '+', '1+2', 'a\nb', '😀', null), [
      '+', '1+2', 'a\nb', '😀', null,
    ]);

    // Numbers count per namespace, so the same one is open on both at the same time.
    const pairs = await Promise.all([
      asked(socket, 'the acknowledgement on the global namespace', 'global'),
      asked(chat, 'the acknowledgement on /chat', 'chat'),
    ]);
    assert.deepEqual(pairs, [['global'], ['chat']]);

    const many = await Promise.all(
      Array.from({ length: 100 }, (_, i) => asked(socket, `acknowledgement ${i} of 100`, i)),
    );
    assert.deepEqual(many, Array.from({ length: 100 }, (_, i) => [i]));

    // A callback to send() asks for the automatic kind: the server answers by itself, without arguments.
    for (const [name, where] of Object.entries({ socket, chat })) {
      const sent = await expect.until(`the automatic acknowledgement of a message on ${name}`, (met) =>
        where.send('please confirm', (...answer) => met(answer)),
      );
      assert.deepEqual(sent, []);
      const json = await expect.until(`the automatic acknowledgement of JSON on ${name}`, (met) =>
        where.json.send({ please: 'confirm' }, (...answer) => met(answer)),
      );
      assert.deepEqual(json, []);
    }

    // Each callback runs once.
    let runs = 0;
    socket.emit('echo', () => runs++);
    await asked(socket, 'the acknowledgement after the one that must come once');
    assert.equal(runs, 1);
  },
};
