'use strict';

const assert = require('node:assert/strict');
const { connectionOf } = require('../harness/real-client.js');
const { byProcess } = require('../harness/processes.js');

const CLIENTS = 24;
const EVENTS = 200;
const ROUNDS = 5;

module.exports = {
  proves: 'many clients are shared out among both processes, each stays with its own, and nothing is lost or reordered',

  async run({ client, expect }) {
    const sockets = Array.from({ length: CLIENTS }, () => client.connect());
    for (const socket of sockets) {
      expect.never(socket, 'error', 'nothing was wrong');
      expect.never(socket, 'disconnect', 'every request reaches the process that has the session');
    }
    await Promise.all(sockets.map((socket, i) => expect.event(socket, 'connect', `connect of client ${i}`)));

    const groups = byProcess(sockets);
    assert.deepEqual(Object.keys(groups).sort(), ['a1', 'b1']);
    // Handshakes go to each process in turn, or nearly so.
    for (const [name, members] of Object.entries(groups)) {
      assert.ok(members.length >= CLIENTS / 3, `${name} has ${members.length} of ${CLIENTS} clients`);
    }

    // Each round is at least one more request of every polling client, on more than one connection of the proxy.
    const ids = sockets.map((socket) => connectionOf(socket).sessionid);
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(
        sockets.map(async (socket, i) => {
          const what = `the acknowledgement of client ${i} in round ${round}`;
          const answer = await expect.until(what, (met) => socket.emit('echo', i, round, (...args) => met(args)));
          assert.deepEqual(answer, [i, round]);
        }),
      );
    }

    // One of each process sends many events at once, wide characters among them.
    const sent = Array.from({ length: EVENTS }, (_, i) => [i, i % 7 ? `plain ${i}` : `😀 ${i} \ufffd`]);
    await Promise.all(
      Object.values(groups).map(async ([socket]) => {
        const echoes = expect.events(socket, 'echo', EVENTS);
        for (const args of sent) socket.emit('echo', ...args);
        assert.deepEqual(await echoes, sent);
      }),
    );
    assert.deepEqual(sockets.map((socket) => connectionOf(socket).sessionid), ids);
  },
};
