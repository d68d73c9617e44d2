'use strict';

// Needs the example axum_chat.

const assert = require('node:assert/strict');
const { sendCookie } = require('../harness/cookies.js');

const post = (url, fields, headers = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });

// The cookie of a new login.
async function logIn(url, name) {
  const answer = await post(`${url}/login`, { name });
  assert.equal(answer.status, 303);
  const [cookie, ...attributes] = answer.headers.get('set-cookie').split('; ');
  assert.ok(attributes.includes('HttpOnly') && attributes.includes('SameSite=Lax'), attributes.join());
  return cookie;
}

module.exports = {
  proves: 'pages and sockets share a port, a login and a state',

  async run({ client, expect, url }) {
    const page = await fetch(`${url}/`);
    assert.match(await page.text(), /<form[^>]* action="\/login"/);
    assert.equal((await fetch(`${url}/nowhere`)).status, 404);
    assert.equal((await post(`${url}/announcements`, { text: 'from nobody' })).status, 403);

    for (const cookie of [undefined, 'login=guessed', 'other=1; login=']) {
      sendCookie(cookie);
      const stranger = client.connect('/chat');
      expect.never(stranger, 'connect', `${cookie} is no login`);
      const [reason] = await expect.event(stranger, 'error', `the refusal of ${cookie}`);
      assert.equal(reason, 'handshake unauthorized');
    }

    const [ada, ben] = [await logIn(url, 'Ada'), await logIn(url, ' Ben ')];
    sendCookie(`other=1; ${ada}`);
    const adasSocket = client.connect('/chat');
    assert.deepEqual(await expect.event(adasSocket, 'welcome'), ['Ada']);
    const came = expect.event(adasSocket, 'came in');
    sendCookie(ben);
    const bensSocket = client.connect('/chat');
    assert.deepEqual(await expect.event(bensSocket, 'welcome'), ['Ben']);
    assert.deepEqual(await came, ['Ben']);

    const said = [adasSocket, bensSocket].map((socket) => expect.event(socket, 'said'));
    adasSocket.emit('say', 'Hello');
    for (const heard of await Promise.all(said)) assert.deepEqual(heard, ['Ada', 'Hello']);

    // An ordinary route tells the sockets.
    const announced = [adasSocket, bensSocket].map((socket) => expect.event(socket, 'announcement'));
    const answer = await post(`${url}/announcements`, { text: 'Dinner, “ready” & <hot>' }, { cookie: ada });
    assert.equal(await answer.text(), '2');
    for (const heard of await Promise.all(announced)) assert.deepEqual(heard, ['Ada', 'Dinner, “ready” & <hot>']);

    // Who logs out is out, with every socket.
    const left = expect.event(adasSocket, 'left');
    const ended = expect.event(bensSocket, 'disconnect');
    await post(`${url}/logout`, {}, { cookie: ben });
    assert.deepEqual(await left, ['Ben']);
    assert.deepEqual(await ended, ['booted']);
    const late = client.connect('/chat');
    expect.never(late, 'connect', 'the login is over');
    await expect.event(late, 'error', 'the refusal of who has logged out');
  },
};
