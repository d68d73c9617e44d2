'use strict';

// A headless Chromium that talks to nobody but the server under test.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const puppeteer = require('puppeteer-core');
const { ensureBrowser } = require('../ensure-browser.js');

// Besides what puppeteer sets: no attempts to reach the outside world, and no sandbox because test machines run as
// root in containers, where Chromium's own sandbox cannot start.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--lang=en-GB',
];

// Resolves to the browser and a function that ends it and removes its profile.
async function launchBrowser() {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'demo-browser-'));
  const browser = await puppeteer.launch({
    executablePath: await ensureBrowser(),
    headless: true,
    args: ARGUMENTS,
    userDataDir: profile,
    protocolTimeout: 120_000,
  });
  const close = async () => {
    await browser.close();
    fs.rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  return { browser, close };
}

module.exports = { launchBrowser };
