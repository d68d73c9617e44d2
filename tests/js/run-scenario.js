'use strict';

// node run-scenario.js <name> --url http://127.0.0.1:PORT --transport websocket|xhr-polling
//
// Exit code 0: the scenario passed. 1: it failed, and the last lines say why. 2: called wrongly.
// The server must run the application that README.md describes.

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const SCENARIOS = path.join(__dirname, 'scenarios');
const TRANSPORTS = ['websocket', 'xhr-polling'];
const DEADLINE_IN_SECONDS = 30;

function known() {
  return fs.readdirSync(SCENARIOS).map((file) => path.basename(file, '.js'));
}

function usage(problem) {
  console.error(`${problem}
usage: node run-scenario.js <name> --url http://127.0.0.1:PORT --transport ${TRANSPORTS.join('|')}
scenarios: ${known().join(', ')}`);
  process.exit(2);
}

function commandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { url: { type: 'string' }, transport: { type: 'string' } },
  });
  const [name] = positionals;
  if (positionals.length !== 1 || !known().includes(name)) usage(`which scenario? got: ${positionals.join(' ')}`);
  if (!values.url) usage('--url is missing');
  if (!TRANSPORTS.includes(values.transport)) usage(`--transport cannot be: ${values.transport}`);
  return { name, url: values.url.replace(/\/+$/, ''), transport: values.transport };
}

async function main() {
  const { name, url, transport } = commandLine();
  const { Expectations } = require('./harness/expectations.js');
  const { RealClient } = require('./harness/real-client.js');
  const scenario = require(path.join(SCENARIOS, `${name}.js`));
  const expect = new Expectations(DEADLINE_IN_SECONDS);
  // Listeners run inside the old client, which lets exceptions escape into the event loop.
  process.on('uncaughtException', expect.fail);
  process.on('unhandledRejection', expect.fail);

  const client = new RealClient(url, transport);
  try {
    await expect.decide(() => scenario.run({ client, expect, url, transport }));
    console.log(`passed: ${name} over ${transport}: ${scenario.proves}`);
    // Open connections and reconnect timers would keep the process alive.
    process.exit(0);
  } catch (error) {
    console.error(`FAILED: ${name} over ${transport} (${scenario.proves})\n${error.stack || error}`);
    process.exit(1);
  }
}

main();
