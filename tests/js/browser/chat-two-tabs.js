'use strict';

// Two people in the chat demo, each over another transport. story.js tells how it is called.

const assert = require('node:assert/strict');
const { ChatTab } = require('./chat-tab.js');
const { tell } = require('./story.js');

async function meet(ada, ben, stage) {
  await Promise.all([ada.isConnected(), ben.isConnected()]);
  await ada.comesIn('Ada');
  await ben.asksForNickname('Ada');
  await ben.sees('that the name is taken', () => document.querySelector('#nickname-problem').textContent.trim() !== '');
  await ben.screenshot(stage.picture('chat-nickname-taken'));
  await ben.comesIn('Ben');
  await ada.seesAnnouncement('Ben has joined');
  await Promise.all([ada, ben].map((tab) => tab.seesOnline({ Ada: 'lobby', Ben: 'lobby' })));
}

async function talk(ada, ben) {
  await ada.says('Hello Ben, can you hear me?');
  await ben.seesMessage({ by: 'Ada', text: 'Hello Ben, can you hear me?' });
  await ben.says('Loud and clear, from the other side of the wire.');
  await ada.seesMessage({ by: 'Ben', text: 'Loud and clear, from the other side of the wire.' });

  const text = await ada.typesUntilSeen(ben, 'Wait');
  await ada.page.keyboard.press('Enter');
  await ben.seesMessage({ by: 'Ada', text });
  await ben.seesNobodyTyping();

  // Text stays text, whatever it looks like.
  const nasty = `<img src=x onerror="document.title='gone'"> </script> & "quoted" \\ 'it' 👩‍👩‍👧 𝒳 שלום`;
  await ben.says(nasty);
  await ada.seesMessage({ by: 'Ben', text: nasty });
  for (const tab of [ada, ben]) assert.equal(await tab.page.$('#log img'), null, 'a message became markup');
  await ada.says('Your markup did not frighten anybody.');
  await ben.seesMessage({ by: 'Ada', text: 'Your markup did not frighten anybody.' });
}

async function changeRooms(ada, ben) {
  await ben.goesTo('rust');
  await ada.seesAnnouncement('Ben went to #rust');
  await Promise.all([ada, ben].map((tab) => tab.seesOnline({ Ada: 'lobby', Ben: 'rust' })));
  await ada.says('Nobody in this room but me.');
  await ada.goesTo('rust');
  await ada.says('Here you are.');
  await ben.seesMessage({ by: 'Ada', text: 'Here you are.' });
  const heard = await ben.page.$$eval('#log .bubble', (bubbles) => bubbles.map((bubble) => bubble.textContent));
  assert.ok(!heard.includes('Nobody in this room but me.'), 'a message crossed over into another room');

  await ben.fill('#room', 'tea kitchen');
  await ben.page.keyboard.press('Enter');
  await ben.seesText('#room-name', 'tea kitchen');
  await ada.seesOnline({ Ada: 'rust', Ben: 'tea kitchen' });
  await ben.goesTo('rust');
  await ada.seesOnline({ Ada: 'rust', Ben: 'rust' });
}

async function whisper(ada, ben) {
  await ada.writesPrivately('Ben', 'This is for you only.');
  await ben.seesMessage({ by: 'Ada', text: 'This is for you only.' });
  await ben.seesText('#log .message.private .lock', 'privately to you');
  await ada.seesMark('delivered');
  await ben.writesPrivately('Ada', 'It stays between us.');
  await ada.seesMessage({ by: 'Ben', text: 'It stays between us.' });
  await ben.seesMark('delivered');
  for (const tab of [ada, ben]) await tab.page.click('#recipient-clear');
}

async function loseAndFindAgain(ada, ben) {
  await ben.losesConnection();
  await ben.seesText('#banner', 'Connection lost, trying again…');
  await ben.seesText('#banner', 'Back online');
  await ben.isConnected();
  await ben.seesText('#me', 'Ben');
  // In the same room as before, and no ghost of the lost connection left.
  await Promise.all([ada, ben].map((tab) => tab.seesOnline({ Ada: 'rust', Ben: 'rust' })));
  await ben.says('Sorry, I lost you for a moment.');
  await ada.seesMessage({ by: 'Ben', text: 'Sorry, I lost you for a moment.' });
}

async function takePictures(ada, ben, stage) {
  await ada.typesUntilSeen(ben, 'I am just writing');
  await ben.screenshot(stage.picture(`chat-${ben.transport}`));
  await ben.isDark(true);
  await ben.screenshot(stage.picture('chat-dark'));
  await ada.screenshot(stage.picture(`chat-${ada.transport}`));
  await ada.isNarrow();
  await ada.screenshot(stage.picture('chat-narrow'));
  await ada.page.click('#side-toggle');
  await ada.seesText('#people', 'Ben');
  await ada.screenshot(stage.picture('chat-narrow-people'));
  await ada.page.click('#side-toggle');
}

async function part(ada, ben, url) {
  await ben.leaves(url);
  await ada.seesAnnouncement('Ben has left');
  await ada.seesOnline({ Ada: 'rust' });
  await ada.says('Bye, Ben.');
  // So that the next run finds the nickname free.
  await ada.leaves(url);
}

tell('chat-two-tabs', ['websocket', 'xhr-polling'], async (stage) => {
  const [one, other] = stage.transports;
  const ada = await stage.open(one, { kind: ChatTab });
  const ben = await stage.open(other, { kind: ChatTab });
  await meet(ada, ben, stage);
  await talk(ada, ben);
  await changeRooms(ada, ben);
  await whisper(ada, ben);
  await loseAndFindAgain(ada, ben);
  await takePictures(ada, ben, stage);
  await part(ada, ben, stage.url);
});
