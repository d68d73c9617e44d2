'use strict';

// Prints READY_FOR_KILL when everybody is connected. Whoever runs it then kills the process of the prefix a1.

const assert = require('node:assert/strict');
const { connectionOf } = require('../harness/real-client.js');
const { byProcess, processOf } = require('../harness/processes.js');

const CLIENTS = 12;

async function answers(expect, socket, what) {
  const answer = await expect.until(what, (met) => socket.emit('echo', what, (...args) => met(args)));
  assert.deepEqual(answer, [what]);
}

module.exports = {
  proves: 'clients of a process that dies come back at the other one by themselves, and the others notice nothing',

  async run({ client, expect, transport }) {
    const sockets = Array.from({ length: CLIENTS }, () => client.connect());
    await Promise.all(sockets.map((socket, i) => expect.event(socket, 'connect', `connect of client ${i}`)));
    await Promise.all(sockets.map((socket, i) => answers(expect, socket, `client ${i} before`)));
    const { a1: orphans, b1: others } = byProcess(sockets);
    const idsOfOthers = others.map((socket) => connectionOf(socket).sessionid);
    for (const socket of others) expect.never(socket, 'disconnect', 'its process lives');

    const back = orphans.map((socket, i) => expect.event(socket, 'reconnect', `orphan ${i} to be connected again`));
    console.log('READY_FOR_KILL');
    for (const [transportAgain] of await Promise.all(back)) assert.equal(transportAgain, transport);

    assert.deepEqual(orphans.map(processOf), orphans.map(() => 'b1'));
    await Promise.all(sockets.map((socket, i) => answers(expect, socket, `client ${i} after`)));
    assert.deepEqual(others.map((socket) => connectionOf(socket).sessionid), idsOfOthers);
  },
};
