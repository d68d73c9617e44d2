'use strict';

// Runs a story: what people do in the tabs of a headless browser, within a deadline.
//
// node STORY.js --url http://127.0.0.1:PORT/ --artefacts DIR [--transports ONE,OTHER] [--driver NAME]
//
// Exit code 0: passed. 1: failed, with the reason and pictures of all tabs in DIR. 2: called wrongly.

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { launchBrowser } = require('./launch.js');
const { Tab } = require('./tab.js');

const DEADLINE_IN_SECONDS = 300;

function commandLine(name, defaults) {
  const { values } = parseArgs({
    options: {
      url: { type: 'string' },
      artefacts: { type: 'string' },
      transports: { type: 'string', default: defaults.join(',') },
      driver: { type: 'string', default: 'tokio' },
    },
  });
  const transports = values.transports.split(',');
  if (!values.url || !values.artefacts || transports.length !== defaults.length) {
    console.error(`usage: node ${name}.js --url URL --artefacts DIR [--transports ${defaults.join(',')}] [--driver NAME]`);
    process.exit(2);
  }
  return { url: values.url, artefacts: path.resolve(values.artefacts), transports, driver: values.driver };
}

// What a story has to do with: the page's address, the transports to use, the driver that serves, tabs to open, and
// names for pictures.
class Stage {
  constructor(browser, { url, artefacts, transports, driver }) {
    this.browser = browser;
    this.url = url;
    this.artefacts = artefacts;
    this.transports = transports;
    this.driver = driver;
    this.tabs = [];
    this.faults = [];
  }

  async open(transport, { url = this.url, kind = Tab, expectedFaults } = {}) {
    const tab = await kind.open(this.browser, url, transport, (fault) => this.faults.push(fault), expectedFaults);
    tab.driver = this.driver;
    this.tabs.push(tab);
    return tab;
  }

  picture(name) {
    return path.join(this.artefacts, `${name}.png`);
  }
}

// Tells the story `run(stage)` with as many transports as there are in `transports`.
async function tell(name, transports, run) {
  const options = commandLine(name, transports);
  fs.mkdirSync(options.artefacts, { recursive: true });
  const { browser, close } = await launchBrowser();
  const stage = new Stage(browser, options);
  let failure;
  let timer;
  try {
    await Promise.race([
      run(stage),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not done after ${DEADLINE_IN_SECONDS} s`)), DEADLINE_IN_SECONDS * 1000);
      }),
    ]);
    if (stage.faults.length) failure = new Error('the story went well, but the pages had errors');
  } catch (error) {
    failure = error;
    for (const [number, tab] of stage.tabs.entries()) {
      await tab.screenshot(stage.picture(`failed-${name}-${number + 1}-${tab.transport}`)).catch(() => {});
    }
  } finally {
    clearTimeout(timer);
    await close();
  }
  const over = options.transports.join(' and ');
  if (failure) {
    console.error(`FAILED: ${name} over ${over}\n${failure.stack}`);
    for (const fault of stage.faults) console.error(fault);
    process.exit(1);
  }
  console.log(`passed: ${name} over ${over}`);
}

module.exports = { tell };
