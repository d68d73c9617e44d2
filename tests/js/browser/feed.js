'use strict';

// Two readers of the feed, each over another transport. story.js tells how it is called.

const assert = require('node:assert/strict');
const { tell } = require('./story.js');

const itemsOf = (tab, topic) => tab.page.$$eval(`.item[data-topic="${topic}"]`, (items) => items.length);

const newestOf = (tab) => tab.page.$eval('#items > :first-child', (item) => Number(item.dataset.number));

// Waits until `count` more items have come by themselves; returns their topics.
async function receives(tab, count) {
  const before = await newestOf(tab);
  await tab.sees(`${count} more items`, (number, wanted) =>
    [...document.querySelectorAll('.item.live')].filter((item) => Number(item.dataset.number) > number).length >= wanted,
  before, count);
  return tab.page.$$eval('.item.live', (items, number) =>
    items.filter((item) => Number(item.dataset.number) > number).map((item) => item.dataset.topic), before);
}

const seesReaders = (tab, topic, readers) =>
  tab.sees(`${readers} reading ${topic}`, (name, text) =>
    document.querySelector(`[data-topic="${name}"] .readers`)?.textContent === text, topic, `${readers} reading`);

const isOn = (tab, topic, on) =>
  tab.sees(`${topic} ${on ? 'on' : 'off'}`, (name, pressed) =>
    document.querySelector(`#topics [data-topic="${name}"]`)?.getAttribute('aria-pressed') === pressed, topic, String(on));

async function reads(tab) {
  await tab.isConnected();
  await isOn(tab, 'space', true);
  await isOn(tab, 'harbour', true);
  await tab.sees('what was published before', () => document.querySelectorAll('.item:not(.live)').length >= 2);
  const topics = new Set(await receives(tab, 3));
  for (const topic of topics) assert.ok(['space', 'harbour'].includes(topic), `${topic} was not subscribed to`);
}

async function changesTopics(tab) {
  await tab.clicks('#topics [data-topic="chess"]');
  await isOn(tab, 'chess', true);
  await tab.seesText('#status', 'Chess: subscribed');
  assert.ok((await itemsOf(tab, 'chess')) > 0, 'no history came');
  await tab.clicks('#topics [data-topic="space"]');
  await isOn(tab, 'space', false);
  await tab.seesText('#status', 'Space: not subscribed any more.');
  await receives(tab, 4);
  assert.equal(await itemsOf(tab, 'space'), 0, 'items come of a topic that was unsubscribed from');
}

tell('feed', ['websocket', 'xhr-polling'], async (stage) => {
  const [one, other] = [await stage.open(stage.transports[0]), await stage.open(stage.transports[1])];
  await Promise.all([reads(one), reads(other)]);
  await Promise.all([one, other].map((tab) => seesReaders(tab, 'harbour', 2)));
  await Promise.all([changesTopics(one), changesTopics(other)]);
  // Volatile news reach whoever can take them, and come again for those who could not.
  for (const tab of [one, other]) {
    await seesReaders(tab, 'chess', 2);
    await seesReaders(tab, 'space', 0);
  }
  await other.losesConnection();
  await other.seesText('#banner', 'Back online');
  await isOn(other, 'chess', true);
  await receives(other, 2);
  await seesReaders(other, 'chess', 2);

  await one.screenshot(stage.picture('feed'));
  await other.isDark(true);
  await other.isNarrow();
  await other.screenshot(stage.picture('feed-narrow'));
  await other.leaves(stage.url);
  await seesReaders(one, 'chess', 1);
});
