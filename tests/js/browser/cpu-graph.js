'use strict';

// The CPU graph moves, pauses, and takes another pace. story.js tells how it is called.

const assert = require('node:assert/strict');
const { tell } = require('./story.js');

const receives = (tab, samples) =>
  tab.sees(`${samples} samples`, (wanted) => Number(document.querySelector('#samples').textContent) >= wanted, samples);

const samplesOf = (tab) => tab.page.$eval('#samples', (shown) => Number(shown.textContent));

const pictureOf = (tab) => tab.page.$eval('#graph', (canvas) => canvas.toDataURL());

async function moves(tab) {
  await receives(tab, 3);
  const before = await pictureOf(tab);
  await receives(tab, 5);
  assert.notEqual(await pictureOf(tab), before, 'samples came, but the graph stands still');
  await tab.seesText('#source', '/proc/stat');
  await tab.seesText('#average', '%');
  const cores = await tab.page.$$eval('#legend li', (lines) => lines.length);
  assert.ok(cores > 0, 'no core has a line');
  assert.match(await tab.page.$eval('#source', (shown) => shown.textContent), new RegExp(`^${cores} core`));
}

async function changesPace(tab) {
  await tab.page.select('#interval', '200');
  await tab.seesText('#answer', 'The server agrees: every 200 ms.');
  await receives(tab, (await samplesOf(tab)) + 10);
  await tab.page.select('#interval', '50');
  await tab.seesText('#answer', '50 ms is too often for the server: every 200 ms.');
}

async function pauses(tab) {
  await tab.clicks('#pause');
  await tab.seesText('#answer', 'The server pauses.');
  // A sample that was just being taken may still come; the next answer is behind it.
  const asks = async (interval) => {
    await tab.page.select('#interval', String(interval));
    await tab.seesText('#answer', `The server agrees: every ${interval} ms.`);
  };
  await asks(500);
  const before = await samplesOf(tab);
  await asks(1000);
  await asks(500);
  assert.equal(await samplesOf(tab), before, 'samples came during the pause');
  await tab.clicks('#pause');
  await tab.seesText('#answer', 'The server goes on.');
  await receives(tab, before + 2);
}

async function findsAgain(tab) {
  await tab.page.select('#interval', '200');
  await tab.seesText('#answer', 'every 200 ms');
  await tab.losesConnection();
  await tab.seesText('#banner', 'Back online');
  // The pace is the page's, not the connection's.
  await tab.sees('its own pace again', () => document.querySelector('#interval').value === '200');
  await receives(tab, (await samplesOf(tab)) + 3);
}

async function takePictures(tab, stage) {
  await tab.sees('no banner', () => document.querySelector('#banner').hidden);
  await receives(tab, (await samplesOf(tab)) + 20);
  await tab.screenshot(stage.picture('cpu-graph'));
  await tab.isDark(true);
  await receives(tab, (await samplesOf(tab)) + 1);
  await tab.screenshot(stage.picture('cpu-graph-dark'));
  await tab.isNarrow();
  await receives(tab, (await samplesOf(tab)) + 1);
  await tab.screenshot(stage.picture('cpu-graph-narrow'));
}

tell('cpu-graph', ['websocket', 'xhr-polling'], async (stage) => {
  for (const [number, transport] of stage.transports.entries()) {
    const tab = await stage.open(transport);
    await tab.isConnected();
    await moves(tab);
    await changesPace(tab);
    await pauses(tab);
    await findsAgain(tab);
    if (number === 0) await takePictures(tab, stage);
    await tab.leaves(stage.url);
  }
});
