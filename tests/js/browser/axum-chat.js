'use strict';

// Two people log in on the page of an application on axum and talk. story.js tells how it is called.

const { Tab } = require('./tab.js');
const { tell } = require('./story.js');

class Member extends Tab {
  async logsIn(name) {
    await this.fill('#name', name);
    const address = this.page.url();
    await Promise.all([this.page.waitForNavigation(), this.page.click('#log-in')]);
    // The login leads to the page itself, and forgets about the transport.
    await this.page.goto(address, { waitUntil: 'domcontentloaded' });
    await this.isConnected();
    await this.seesText('#welcome', `You are ${name}`);
  }

  async fillsIn(field, text) {
    await this.fill(field, text);
    await this.page.keyboard.press('Enter');
  }
}

tell('axum-chat', ['websocket', 'xhr-polling'], async (stage) => {
  const open = (transport) => stage.open(transport, { kind: Member });
  const [ada, ben] = [await open(stage.transports[0]), await open(stage.transports[1])];
  await ada.screenshot(stage.picture('axum-chat-login'));
  await ada.logsIn('Ada');
  await ben.logsIn('Ben');
  await ada.seesText('#log', 'Ben came in');
  await ada.fillsIn('#text', 'Is anybody there?');
  await ben.seesText('#log', 'Ada: Is anybody there?');
  await ben.fillsIn('#text', '<b>Here</b> & listening');
  await ada.seesText('#log', 'Ben: <b>Here</b> & listening');
  await ada.fillsIn('#announcement', 'Dinner is ready');
  await ada.seesText('#heard', 'Sent to 2.');
  await ben.seesText('#log', 'Announcement by Ada: Dinner is ready');
  await ada.screenshot(stage.picture('axum-chat'));
  await ben.isDark(true);
  await ben.screenshot(stage.picture('axum-chat-dark'));
  await ben.isNarrow();
  await ben.screenshot(stage.picture('axum-chat-narrow'));
  await Promise.all([ben.page.waitForNavigation(), ben.page.click('#log-out')]);
  await ada.seesText('#log', 'Ben left');
  await ben.isReady('#name');
  await ada.leaves(stage.url);
});
