'use strict';

// Every check of the features page, over each transport. story.js tells how it is called.

const assert = require('node:assert/strict');
const { tell } = require('./story.js');

const rowsOf = (tab) =>
  tab.page.$$eval('.check', (rows) => rows.map((row) => ({
    verdict: row.dataset.verdict,
    text: `${row.querySelector('h3').textContent} ${row.querySelector('.says').textContent}`,
  })));

tell('features', ['websocket'], async (stage) => {
  const [transport] = stage.transports;
  const tab = await stage.open(transport);
  await tab.isConnected();
  await tab.clicks('#run-all');
  // Each check has a limit of its own, so it ends; what failed stands in its row.
  for (const [index, { text }] of (await rowsOf(tab)).entries()) {
    await tab.sees(`a verdict on “${text}”`, (at) =>
      ['passed', 'failed'].includes(document.querySelectorAll('.check')[at].dataset.verdict), index);
  }
  await tab.sees('the end', () => document.querySelector('#summary').dataset.done === 'true');
  await tab.screenshot(stage.picture(`features-${transport}`), { fullPage: true });
  const rows = await rowsOf(tab);
  assert.ok(rows.length >= 37, `there are only ${rows.length} checks`);
  assert.deepEqual(rows.filter(({ verdict }) => verdict !== 'passed').map(({ text }) => text), [], 'checks that failed');
  await tab.seesText('#summary', `${rows.length} of ${rows.length} passed over ${transport}`);

  // One by itself, again.
  await tab.clicks('.check:last-child button');
  await tab.sees('that it passes again', () => document.querySelector('#summary').dataset.done === 'true');
  await tab.isDark(true);
  await tab.isNarrow();
  await tab.screenshot(stage.picture(`features-narrow-${transport}`));
  await tab.leaves(stage.url);
});
