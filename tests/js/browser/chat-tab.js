'use strict';

// One tab with the chat page: what a person does on it, and what they then see.

const { serverForgets } = require('../harness/session-probe.js');

const WAIT_MS = 20_000;

class ChatTab {
  // `onFault` is told about every error of the page, its console and its server.
  static async open(browser, url, transport, onFault) {
    // A window each: Chromium throttles tabs that are behind others, and takes no mouse clicks for them.
    const page = await (await browser.createBrowserContext()).newPage();
    await page.emulateFocusedPage(true);
    const tab = new ChatTab(page, transport);
    page.on('pageerror', (error) => onFault(`${transport} tab: uncaught ${error.stack || error}`));
    page.on('console', (line) => {
      if (line.type() === 'error') onFault(`${transport} tab: console error: ${line.text()} ${line.location().url || ''}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) onFault(`${transport} tab: ${response.status()} for ${response.url()}`);
    });
    await page.setViewport({ width: 1180, height: 780 });
    await page.goto(new URL(`?transport=${transport}`, url).href, { waitUntil: 'load' });
    return tab;
  }

  constructor(page, transport) {
    this.page = page;
    this.transport = transport;
    this.nickname = undefined;
  }

  // Waits until `condition`, which runs in the page, holds for `args`.
  async sees(description, condition, ...args) {
    try {
      await this.page.waitForFunction(condition, { timeout: WAIT_MS, polling: 50 }, ...args);
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
  }

  async fill(selector, text) {
    await this.sees(`an enabled ${selector}`, (where) => {
      const found = document.querySelector(where);
      return Boolean(found && !found.disabled && found.getClientRects().length);
    }, selector);
    await this.page.click(selector, { count: 3 });
    await this.page.type(selector, text);
  }

  async asksForNickname(name) {
    await this.fill('#nickname', name);
    await this.page.keyboard.press('Enter');
  }

  async comesIn(name) {
    await this.asksForNickname(name);
    await this.seesText('#me', name);
    this.nickname = name;
  }

  // Types with the keyboard, so that "is typing" is sent as for a person.
  async types(text) {
    await this.fill('#text', text);
  }

  // Goes on typing until the other tab knows. One keystroke is not enough: a server may drop news of typing for a
  // client that is just between two polls, and the page repeats it only while there is typing.
  async typesUntilSeen(other, text) {
    await this.types(text);
    const seen = other.seesText('#typing', `${this.nickname} is typing`);
    let done = false;
    const stop = () => (done = true);
    seen.then(stop, stop);
    while (!done) await this.page.type('#text', '.', { delay: 100 });
    await seen;
    return this.page.$eval('#text', (field) => field.value);
  }

  async says(text) {
    await this.types(text);
    await this.page.keyboard.press('Enter');
    await this.seesMessage({ by: 'you', text });
  }

  seesMessage({ by, text }) {
    return this.sees(`the message "${text}" by ${by}`, (name, said) => {
      // The name stands only over the first of several messages of one person.
      let speaker;
      for (const entry of document.querySelectorAll('#log > li')) {
        if (!entry.classList.contains('message')) continue;
        speaker = entry.querySelector('.name').textContent;
        if (speaker === name && entry.querySelector('.bubble').textContent === said) return true;
      }
      return false;
    }, by, text);
  }

  async goesTo(room) {
    await this.sees(`a button for #${room}`, (name) => Boolean(document.querySelector(`[data-room="${name}"]`)), room);
    await this.page.click(`[data-room="${room}"]`);
    await this.seesText('#room-name', room);
  }

  seesOnline(people) {
    const expected = Object.entries(people).map(([nickname, room]) => `${nickname} #${room}`).sort();
    return this.sees(`online: ${expected.join(', ')}`, (wanted) => {
      const shown = [...document.querySelectorAll('#people [data-nickname]')].map(
        (button) => `${button.dataset.nickname} ${button.querySelector('.room').textContent}`);
      return JSON.stringify(shown.sort()) === JSON.stringify(wanted);
    }, expected);
  }

  seesAnnouncement(text) {
    return this.sees(`the announcement "${text}"`, (what) =>
      [...document.querySelectorAll('#log .notice span')].some((entry) => entry.textContent === what), text);
  }

  seesNobodyTyping() {
    return this.sees('nobody typing', () => document.querySelector('#typing').textContent === '');
  }

  async writesPrivately(to, text) {
    await this.sees(`${to} among the people`, (name) => Boolean(document.querySelector(`#people [data-nickname="${name}"]`)), to);
    await this.page.click(`#people [data-nickname="${to}"]`);
    await this.seesText('#recipient', to);
    await this.types(text);
    await this.page.keyboard.press('Enter');
  }

  // The state of the newest own private message, as the mark under it says.
  seesMark(text) {
    return this.sees(`the mark "${text}"`, (mark) => {
      const marks = document.querySelectorAll('#log .mine .mark');
      return marks.length > 0 && marks[marks.length - 1].textContent.includes(mark);
    }, text);
  }

  // Cuts the connection under the client's feet, as a failing network does.
  async losesConnection() {
    await this.page.evaluate(() => {
      const [connection] = Object.values(io.sockets);
      const { transport } = connection;
      if (transport.websocket) transport.websocket.close();
      else if (transport.xhr) transport.xhr.abort();
      else transport.onClose();
    });
  }

  // Leaves as people do, by going elsewhere. The page then ends its session, which polling alone would not show.
  async leaves(url) {
    const session = await this.page.evaluate(() => Object.values(io.sockets)[0].sessionid);
    await this.page.goto('about:blank');
    await serverForgets(new URL(url).origin, session);
  }

  screenshot(file) {
    return this.page.screenshot({ path: file });
  }
}

module.exports = { ChatTab };
