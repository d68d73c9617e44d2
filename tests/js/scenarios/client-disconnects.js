'use strict';

const assert = require('node:assert/strict');
const { connectionOf, whenNothingIsPosted } = require('../harness/real-client.js');
const { serverForgets } = require('../harness/session-probe.js');

module.exports = {
  proves: 'when the client says goodbye the server ends the session, others go on, and the client can come back',

  async run({ client, expect, url }) {
    const leaver = client.connect();
    const chat = leaver.of('/chat');
    const witness = client.connect('/chat');
    await Promise.all([
      expect.event(chat, 'connect', 'connect of the one who will leave'),
      expect.event(witness, 'connect', 'connect of the witness'),
    ]);
    const { sessionid } = connectionOf(leaver);
    await expect.until('the answer to what it posted', (met) => whenNothingIsPosted(connectionOf(leaver), met));

    expect.never(chat, 'all', 'the broadcast came after the goodbye');
    const gone = Promise.all([expect.event(leaver, 'disconnect'), expect.event(chat, 'disconnect')]);
    leaver.disconnect();
    assert.deepEqual(await gone, [['booted'], ['booted']]);
    await expect.until('the server to forget the session', (met) => serverForgets(url, sessionid).then(met, expect.fail));

    const heard = expect.event(witness, 'all');
    witness.emit('all', 'who is left?');
    await heard;
    assert.equal(connectionOf(leaver).reconnecting, false, 'a client that left by itself stays away');

    connectionOf(leaver).connect();
    await expect.event(leaver, 'connect', 'connect after coming back');
    assert.notEqual(connectionOf(leaver).sessionid, sessionid);
    const echoed = expect.event(leaver, 'echo');
    leaver.emit('echo', 'back');
    assert.deepEqual(await echoed, ['back']);
  },
};
