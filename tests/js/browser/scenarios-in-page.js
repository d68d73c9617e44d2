'use strict';

// node browser/scenarios-in-page.js NAME,NAME --url http://127.0.0.1:PORT --transport TRANSPORT
//
// The scenarios with the client's browser build in headless Chromium, one after the other, over the transports that the
// client does not have on Node:
//
// jsonp-polling  on a page of another origin, in a browser that believes it cannot ask across origins, so that the
//                handshake is a script, too. The server must allow pages on any port of 127.0.0.1.
// htmlfile       on a page of the server's own, with a stand-in for the objects that only Internet Explorer has
//
// Exit code 0: all passed. 1: one failed, and the last lines say why. 2: called wrongly.

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { serverForgets } = require('../harness/session-probe.js');
const { launchBrowser } = require('./launch.js');
const { pageScript } = require('./page-modules.js');

const CLIENT = path.join(__dirname, '..', 'node_modules', 'socket.io-client', 'dist', 'socket.io.js');
const DEADLINE_IN_SECONDS = 40;

// What runs in the page before the client is loaded, and after.
const PREPARATIONS = {
  'jsonp-polling': { before: () => {}, after: () => (io.util.ua.hasCORS = false) },
  htmlfile: { before: standInForActiveX, after: () => {} },
};

// Runs in the page. The client makes a document that belongs to no page, and in it a frame for the stream; here the
// document is that of a frame.
function standInForActiveX() {
  window.CollectGarbage = () => {};
  window.ActiveXObject = function ActiveXObject() {
    const frame = document.createElement('iframe');
    document.body.appendChild(frame);
    frame.contentDocument.parentWindow = frame.contentWindow;
    return frame.contentDocument;
  };
}

function commandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, transport: { type: 'string' } },
  });
  if (positionals.length !== 1 || !values.url || !PREPARATIONS[values.transport]) {
    const known = Object.keys(PREPARATIONS).join('|');
    console.error(`usage: node browser/scenarios-in-page.js NAME,NAME --url http://127.0.0.1:PORT --transport ${known}`);
    process.exit(2);
  }
  return { names: positionals[0].split(','), url: values.url.replace(/\/+$/, ''), transport: values.transport };
}

// An empty page on a port of its own.
async function servePage() {
  const server = http.createServer((_, response) => response.end('<!doctype html><title>elsewhere</title><body>'));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { address: `http://127.0.0.1:${server.address().port}/`, close: () => server.close() };
}

async function play(name, { browser, address, url, transport }) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('console', (line) => {
      if (line.text() === 'READY_FOR_RESTART') console.log(line.text());
    });
    // Another address of the server's own is a page, too, whatever its status.
    await page.goto(address);
    await page.exposeFunction('serverForgets', serverForgets);
    const { before, after } = PREPARATIONS[transport];
    await page.evaluate(before);
    await page.addScriptTag({ content: fs.readFileSync(CLIENT, 'utf8') });
    await page.evaluate(after);
    await page.addScriptTag({ content: pageScript([name]) });
    const played = page.evaluate((...args) => playScenario(...args), name, url, transport);
    const proves = await Promise.race([played, late()]);
    console.log(`passed: ${name} over ${transport} in a page: ${proves}`);
  } finally {
    await context.close();
  }
}

function late() {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not done after ${DEADLINE_IN_SECONDS} s`)), DEADLINE_IN_SECONDS * 1000).unref();
  });
}

async function main() {
  const { names, url, transport } = commandLine();
  const elsewhere = transport === 'jsonp-polling' ? await servePage() : undefined;
  const { browser, close } = await launchBrowser();
  let failed;
  for (const name of names) {
    try {
      await play(name, { browser, address: elsewhere?.address ?? `${url}/page`, url, transport });
    } catch (error) {
      failed = true;
      console.error(`FAILED: ${name} over ${transport} in a page\n${error.stack || error}`);
    }
  }
  await close();
  elsewhere?.close();
  process.exit(failed ? 1 : 0);
}

main();
