'use strict';

// node run-scenario.js <name> --url http://127.0.0.1:PORT --transport websocket|xhr-polling [--folder scenarios]
//
// Exit code 0: the scenario passed. 1: it failed, and the last lines say why. 2: called wrongly.
// The server must run the application that README.md describes.

const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const FOLDERS = ['scenarios', 'behind-proxies', 'frameworks', 'limits'];
const TRANSPORTS = ['websocket', 'xhr-polling'];
const DEADLINE_IN_SECONDS = 30;

function known(folder) {
  return fs.readdirSync(path.join(__dirname, folder)).map((file) => path.basename(file, '.js'));
}

function usage(problem) {
  console.error(`${problem}
usage: node run-scenario.js <name> --url http://127.0.0.1:PORT --transport ${TRANSPORTS.join('|')} [--folder FOLDER]
${FOLDERS.map((folder) => `${folder}: ${known(folder).join(', ')}`).join('\n')}`);
  process.exit(2);
}

function commandLine() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      transport: { type: 'string' },
      folder: { type: 'string', default: FOLDERS[0] },
    },
  });
  const [name] = positionals;
  const { folder } = values;
  if (!FOLDERS.includes(folder)) usage(`--folder cannot be: ${folder}`);
  if (positionals.length !== 1 || !known(folder).includes(name)) usage(`which scenario? got: ${positionals.join(' ')}`);
  if (!values.url) usage('--url is missing');
  if (!TRANSPORTS.includes(values.transport)) usage(`--transport cannot be: ${values.transport}`);
  const file = path.join(__dirname, folder, `${name}.js`);
  return { name, file, url: values.url.replace(/\/+$/, ''), transport: values.transport };
}

async function main() {
  const { name, file, url, transport } = commandLine();
  const { Expectations } = require('./harness/expectations.js');
  const { RealClient } = require('./harness/real-client.js');
  const scenario = require(file);
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
