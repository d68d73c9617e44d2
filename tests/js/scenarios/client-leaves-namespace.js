'use strict';

const assert = require('node:assert/strict');

module.exports = {
  proves: 'leaving one namespace ends that one only',

  async run({ client, expect }) {
    const leaver = client.connect();
    const chat = leaver.of('/chat');
    const news = leaver.of('/news');
    const witness = client.connect();
    const witnessChat = witness.of('/chat');
    await Promise.all([
      expect.event(chat, 'connect'),
      expect.event(news, 'connect'),
      expect.event(witnessChat, 'connect', 'connect of the witness'),
    ]);
    expect.never(leaver, 'disconnect', 'it left only /chat');
    expect.never(news, 'disconnect', 'it left only /chat');

    chat.disconnect();
    // The goodbye has no answer; what is acknowledged after it proves that the server has seen it.
    await expect.until('the acknowledgement behind the goodbye', (met) => leaver.emit('echo', met));

    // The client would still deliver packets for a namespace it left, so a copy sent by mistake would show here.
    expect.never(chat, 'all', 'it had left /chat');
    const inChat = expect.event(witnessChat, 'all');
    witnessChat.emit('all', 'for those in /chat');
    await inChat;
    const inGlobal = expect.event(leaver, 'all', 'the broadcast on the namespace it stayed in');
    witness.emit('all', 'for everybody');
    assert.deepEqual(await inGlobal, ['for everybody']);

    const echoed = expect.event(news, 'echo');
    news.emit('echo', 'news goes on');
    assert.deepEqual(await echoed, ['news goes on']);
  },
};
