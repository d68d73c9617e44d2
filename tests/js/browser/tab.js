'use strict';

// One tab with a demo page: what a person does on it, and what they then see.

const { serverForgets } = require('../harness/session-probe.js');

const WAIT_MS = 60_000;

class Tab {
  // `onFault` is told about every error of the page, its console and its server. A story that provokes one names it in
  // `expectedFaults`, a list of patterns.
  static async open(browser, url, transport, onFault, expectedFaults = []) {
    // A window each: Chromium throttles tabs that are behind others, and takes no mouse clicks for them.
    const page = await (await browser.createBrowserContext()).newPage();
    page.setDefaultTimeout(WAIT_MS);
    await page.emulateFocusedPage(true);
    const tab = new this(page, transport);
    const fault = (text) => expectedFaults.some((pattern) => pattern.test(text)) || onFault(`${transport} tab: ${text}`);
    page.on('pageerror', (error) => fault(`uncaught ${error.stack || error}`));
    page.on('console', (line) => {
      if (line.type() === 'error') fault(`console error: ${line.text()} ${line.location().url || ''}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) fault(`${response.status()} for ${response.url()}`);
    });
    await page.setViewport({ width: 1180, height: 780 });
    const address = new URL(url);
    address.searchParams.set('transport', transport);
    // Not until it is loaded: scripts that a page inserts hold that back, and over jsonp-polling each poll is one.
    await page.goto(address.href, { waitUntil: 'domcontentloaded' });
    return tab;
  }

  constructor(page, transport) {
    this.page = page;
    this.transport = transport;
  }

  // Waits until `condition`, which runs in the page, holds for `args`.
  async sees(description, condition, ...args) {
    try {
      await this.page.waitForFunction(condition, { polling: 50 }, ...args);
    } catch (error) {
      const shown = await this.page.evaluate(() => document.body.innerText).catch(() => '(page gone)');
      throw new Error(`the ${this.transport} tab never saw ${description} (${error.message})\nit shows:\n${shown}`);
    }
  }

  seesText(selector, text) {
    return this.sees(`"${text}" in ${selector}`, (where, what) => {
      const found = document.querySelector(where);
      return Boolean(found && !found.closest('[hidden]') && found.textContent.includes(what));
    }, selector, text);
  }

  async isConnected() {
    await this.seesText('#link', `connected by ${this.transport}`);
    await this.seesText('#driver', `served by ${this.driver}`);
  }

  async isReady(selector) {
    await this.sees(`an enabled ${selector}`, (where) => {
      const found = document.querySelector(where);
      return Boolean(found && !found.disabled && found.getClientRects().length);
    }, selector);
  }

  async clicks(selector) {
    await this.isReady(selector);
    await this.page.click(selector);
  }

  async fill(selector, text) {
    await this.isReady(selector);
    await this.page.click(selector, { count: 3 });
    await this.page.type(selector, text);
  }

  async isDark(dark) {
    await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }]);
  }

  // Becomes as narrow as a telephone, on which nothing may stick out.
  async isNarrow() {
    await this.page.setViewport({ width: 360, height: 640, deviceScaleFactor: 2 });
    const overflow = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) throw new Error(`at 360 pixels the page is ${overflow} pixels too wide`);
  }

  // Cuts the connection under the client's feet, as a failing network does.
  async losesConnection() {
    await this.page.evaluate(() => demo.cut(Object.values(io.sockets)[0]));
  }

  // Leaves as people do, by going elsewhere. The page then ends its session, which polling alone would not show.
  // `frame` is what talks to the server, if it is not the page itself.
  async leaves(url, frame = this.page) {
    const session = await frame.evaluate(() => Object.values(io.sockets)[0].sessionid);
    const { origin } = new URL(frame.url());
    await this.page.goto('about:blank');
    await serverForgets(new URL(url).origin, session, origin);
  }

  screenshot(file, options = {}) {
    return this.page.screenshot({ path: file, ...options });
  }
}

module.exports = { Tab };
