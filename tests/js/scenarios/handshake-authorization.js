'use strict';

// Needs a server whose handshake lets only those in who come with ?token=sesame.

const assert = require('node:assert/strict');
const { connectionOf } = require('../harness/real-client.js');

module.exports = {
  proves: 'the handshake refuses clients without the right token and lets the others in',

  async run({ client, expect }) {
    for (const path of ['', '/?token=open', '/?token=', '/?nekot=sesame']) {
      const refused = client.connect(path);
      expect.never(refused, 'connect', `"${path}" has not got the token`);
      const [reason] = await expect.event(refused, 'error', `the refusal of "${path}"`);
      assert.equal(reason, 'handshake unauthorized');
    }

    for (const [path, namespace] of [['/?token=sesame', ''], ['/chat?token=sesame&more=1', '/chat']]) {
      const admitted = client.connect(path);
      assert.equal(admitted.name, namespace);
      expect.never(admitted, 'error', `"${path}" has the token`);
      await expect.event(admitted, 'connect', `connect with "${path}"`);
      assert.ok(connectionOf(admitted).connected);
      const echoed = expect.event(admitted, 'echo');
      admitted.emit('echo', 'inside');
      assert.deepEqual(await echoed, ['inside']);
    }
  },
};
