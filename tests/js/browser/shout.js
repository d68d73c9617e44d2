'use strict';

// Two people shout on the page of the loop, each over another transport. story.js tells how it is called.

const { tell } = require('./story.js');

async function shouts(tab, name, text) {
  await tab.fill('#name', name);
  await tab.fill('#text', text);
  await tab.page.keyboard.press('Enter');
}

// One can choose what the server offers, and nothing else.
const offersWhatIsServed = (tab) =>
  tab.sees('a choice of what is served', async () => {
    const handshake = await (await fetch('/socket.io/1/')).text();
    const choice = [...document.querySelectorAll('#transport-choice option')].map((option) => option.value);
    return choice.join() === `auto,${handshake.split(':')[3]}`;
  });

const hears = (tab, name, text) =>
  tab.sees(`${name} saying "${text}" first`, (...wanted) => {
    const shout = document.querySelector('#shouts > :first-child');
    return Boolean(shout && ['.name', '.text'].every((part, at) => shout.querySelector(part).textContent === wanted[at]));
  }, name, text);

tell('shout', ['websocket', 'xhr-polling'], async (stage) => {
  const [ada, ben] = [await stage.open(stage.transports[0]), await stage.open(stage.transports[1])];
  for (const tab of [ada, ben]) {
    await tab.isConnected();
    await offersWhatIsServed(tab);
    await tab.seesText('#silence', 'Nobody has said anything yet.');
  }
  const talk = [
    [ada, 'Ada', 'Is anybody there?'],
    [ben, 'Ben', '<b>Here</b> & listening, naïvely'],
    [ada, 'Ada', 'No runtime between us, they say.'],
    [ben, 'Ben', 'Only a loop of its own. I come by polls, and you?'],
    [ada, 'Ada', 'On a websocket.'],
  ];
  for (const [tab, name, text] of talk) {
    await shouts(tab, name, text);
    for (const listener of [ada, ben]) await hears(listener, name, text);
  }
  for (const tab of [ada, ben]) {
    await tab.losesConnection();
    await tab.seesText('#banner', 'Back online');
    await shouts(tab, 'Zoe', `still there over ${tab.transport}`);
    for (const listener of [ada, ben]) await hears(listener, 'Zoe', `still there over ${tab.transport}`);
  }
  await ada.screenshot(stage.picture('shout'));
  await ben.isDark(true);
  await ben.screenshot(stage.picture('shout-dark'));
  await ben.isNarrow();
  await ben.screenshot(stage.picture('shout-narrow'));
  for (const tab of [ada, ben]) await tab.leaves(stage.url);
});
