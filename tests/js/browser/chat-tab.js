'use strict';

// One tab with the chat page.

const { Tab } = require('./tab.js');

class ChatTab extends Tab {
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
}

module.exports = { ChatTab };
