'use strict';

// One page from an allowed and from a refused origin. story.js tells how it is called.

const assert = require('node:assert/strict');
const { tell } = require('./story.js');

// What a browser writes into its console when it keeps an answer from a page.
const REFUSAL = [
  /blocked by CORS policy/,
  /Failed to load resource: .*ERR_FAILED/,
  /Failed to load resource: .*403/,
  /403 for .*\/socket\.io\/1\//,
];

const linkOf = (tab, which) => tab.page.$eval(`#${which}-link`, (link) => link.href);

const frameOf = async (tab, which) => (await tab.page.$(`#${which}-frame`)).contentFrame();

const frameSees = async (tab, which, text) => {
  const frame = await frameOf(tab, which);
  await frame.waitForFunction((what) => document.body.innerText.includes(what), { polling: 50 }, text);
};

tell('cross-origin', ['websocket', 'xhr-polling', 'jsonp-polling'], async (stage) => {
  for (const transport of stage.transports) {
    const both = await stage.open(transport, { expectedFaults: REFUSAL });
    await frameSees(both, 'allowed', 'The server lets this origin in.');
    await frameSees(both, 'refused', 'The server refuses pages of this origin.');

    const allowed = await stage.open(transport, { url: await linkOf(both, 'allowed') });
    const { origin } = new URL(allowed.page.url());
    assert.notEqual(origin, new URL(stage.url).origin, 'the page is of the server’s own origin');
    await allowed.isConnected();
    await allowed.seesText('#verdict', 'The server lets this origin in.');
    await allowed.seesText('#steps', `Connected by ${transport}; the browser named the origin ${origin}.`);
    await allowed.seesText('#steps', 'was heard by one other page');
    await allowed.fill('#greeting', 'Good morning, neighbour');
    await allowed.page.keyboard.press('Enter');
    await allowed.seesText('#steps', '“Good morning, neighbour” was heard by one other page');
    await frameSees(both, 'allowed', `${origin} says: Good morning, neighbour`);

    const refused = await stage.open(transport, { url: await linkOf(both, 'refused'), expectedFaults: REFUSAL });
    await refused.seesText('#verdict', 'The server refuses pages of this origin.');
    await refused.seesText('#steps', 'The server is there all the same');
    const connected = await refused.page.evaluate(() => Object.values(io.sockets).some((socket) => socket.connected));
    assert.equal(connected, false, 'a refused page has a connection');

    await both.screenshot(stage.picture(`cross-origin-${transport}`), { fullPage: true });
    await allowed.leaves(stage.url);
    await refused.page.close();
    stage.tabs = stage.tabs.filter((tab) => tab !== refused);
    await both.isDark(true);
    await both.isNarrow();
    await both.screenshot(stage.picture(`cross-origin-narrow-${transport}`), { fullPage: true });
    await both.leaves(stage.url, await frameOf(both, 'allowed'));
  }
});
