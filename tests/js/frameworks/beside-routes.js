'use strict';

// Needs the example actix_chat or hyper_chat.

const assert = require('node:assert/strict');

module.exports = {
  proves: 'sockets and the routes of an application share a port and a state',

  async run({ client, expect, url }) {
    assert.equal(await (await fetch(`${url}/`)).text(), 'an ordinary page');
    assert.equal((await fetch(`${url}/nowhere`)).status, 404);

    const sockets = [client.connect('/chat'), client.connect('/chat')];
    await Promise.all(sockets.map((socket) => expect.event(socket, 'connect')));
    const said = sockets.map((socket) => expect.event(socket, 'said'));
    sockets[0].emit('say', 'Grüße');
    for (const heard of await Promise.all(said)) assert.deepEqual(heard, ['Grüße']);

    const announced = sockets.map((socket) => expect.event(socket, 'announcement'));
    const body = new URLSearchParams({ text: 'Dinner & more' });
    const answer = await fetch(`${url}/announcements`, { method: 'POST', body });
    assert.equal(await answer.text(), '2');
    for (const heard of await Promise.all(announced)) assert.deepEqual(heard, ['Dinner & more']);
  },
};
