'use strict';

// node chat-two-tabs.js --url http://127.0.0.1:PORT/ --artefacts DIR [--transports websocket,xhr-polling]
//
// Two people in the chat demo, each over another transport. Exit code 0: passed. 1: failed, with the reason and
// pictures of both tabs in DIR. 2: called wrongly.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { ChatTab } = require('./chat-tab.js');
const { launchBrowser } = require('./launch.js');

const DEADLINE_IN_SECONDS = 90;

function commandLine() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      artefacts: { type: 'string' },
      transports: { type: 'string', default: 'websocket,xhr-polling' },
    },
  });
  const transports = values.transports.split(',');
  if (!values.url || !values.artefacts || transports.length !== 2) {
    console.error('usage: node chat-two-tabs.js --url URL --artefacts DIR [--transports ONE,OTHER]');
    process.exit(2);
  }
  return { url: values.url, artefacts: path.resolve(values.artefacts), transports };
}

async function meet(ada, ben, artefacts) {
  await Promise.all([ada.isConnected(), ben.isConnected()]);
  await ada.comesIn('Ada');
  await ada.seesText('#driver', 'served by ');
  await ben.asksForNickname('Ada');
  await ben.sees('that the name is taken', () => document.querySelector('#nickname-problem').textContent.trim() !== '');
  await ben.screenshot(path.join(artefacts, 'chat-nickname-taken.png'));
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

async function takePictures(ada, ben, artefacts) {
  await ada.typesUntilSeen(ben, 'I am just writing');
  await ben.screenshot(path.join(artefacts, `chat-${ben.transport}.png`));
  await ben.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
  await ben.screenshot(path.join(artefacts, 'chat-dark.png'));
  await ada.screenshot(path.join(artefacts, `chat-${ada.transport}.png`));
  await ada.page.setViewport({ width: 360, height: 640, deviceScaleFactor: 2 });
  const overflow = await ada.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `at 360 pixels the page is ${overflow} pixels too wide`);
  await ada.screenshot(path.join(artefacts, 'chat-narrow.png'));
  await ada.page.click('#side-toggle');
  await ada.seesText('#people', 'Ben');
  await ada.screenshot(path.join(artefacts, 'chat-narrow-people.png'));
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

async function story({ url, artefacts, transports }, browser, tabs, onFault) {
  const [ada, ben] = tabs;
  ada.push(await ChatTab.open(browser, url, transports[0], onFault));
  ben.push(await ChatTab.open(browser, url, transports[1], onFault));
  const both = [ada[0], ben[0]];
  await meet(...both, artefacts);
  await talk(...both);
  await changeRooms(...both);
  await whisper(...both);
  await loseAndFindAgain(...both);
  await takePictures(...both, artefacts);
  await part(...both, url);
}

async function main() {
  const options = commandLine();
  fs.mkdirSync(options.artefacts, { recursive: true });
  const { browser, close } = await launchBrowser();
  const tabs = [[], []];
  const faults = [];
  let failure;
  let timer;
  try {
    await Promise.race([
      story(options, browser, tabs, (fault) => faults.push(fault)),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done after ${DEADLINE_IN_SECONDS} s`)), DEADLINE_IN_SECONDS * 1000);
      }),
    ]);
    if (faults.length) failure = new Error('the story went well, but the pages had errors');
  } catch (error) {
    failure = error;
    for (const tab of tabs.flat()) {
      await tab.screenshot(path.join(options.artefacts, `failed-${tab.transport}.png`)).catch(() => {});
    }
  } finally {
    clearTimeout(timer);
    await close();
  }
  const over = options.transports.join(' and ');
  if (failure) {
    console.error(`FAILED: chat in two tabs over ${over}\n${failure.stack}`);
    for (const fault of faults) console.error(fault);
    process.exit(1);
  }
  console.log(`passed: chat in two tabs over ${over}`);
}

main();
