'use strict';

// Runs every scenario over every transport, then the browser, against servers that are already running.
// README.md lists the options. Exit code 0: everything passed. 1: something failed. 2: called wrongly.

const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const TRANSPORTS = ['websocket', 'xhr-polling'];
const RESTART = 'reconnect-after-restart';
const AUTHORIZATION = 'handshake-authorization';
// Scenarios end by themselves after 30 s, the browser after 90 s; this is for those that cannot even do that.
const KILL_AFTER_MS = 120_000;

const OPTIONS = {
  url: { type: 'string' },
  'authorized-url': { type: 'string' },
  'chat-url': { type: 'string' },
  story: { type: 'string', multiple: true, default: [] },
  'restart-command': { type: 'string' },
  artefacts: { type: 'string' },
  'browser-transports': { type: 'string', multiple: true, default: ['websocket,xhr-polling'] },
  only: { type: 'string' },
};

function plan(options) {
  const only = options.only?.split(',');
  const wanted = (name) => !only || only.includes(name);
  const missing = new Set();
  const need = (option) => options[option] || missing.add(`--${option}`);
  const runs = [];

  for (const file of fs.readdirSync(path.join(__dirname, 'scenarios')).sort()) {
    const name = path.basename(file, '.js');
    if (!wanted(name)) continue;
    const url = name === AUTHORIZATION ? need('authorized-url') : need('url');
    const restart = name === RESTART ? need('restart-command') : undefined;
    for (const transport of TRANSPORTS) {
      runs.push({
        title: `${name} over ${transport}`,
        args: ['run-scenario.js', name, '--url', url, '--transport', transport],
        restart,
      });
    }
  }
  if (wanted('chat-two-tabs')) {
    const url = need('chat-url');
    const artefacts = need('artefacts');
    for (const pair of options['browser-transports']) {
      runs.push({
        title: `chat-two-tabs over ${pair}`,
        args: ['browser/chat-two-tabs.js', '--url', url, '--artefacts', artefacts, '--transports', pair],
      });
    }
  }
  for (const story of options.story) {
    const [name, ...url] = story.split('=');
    if (!wanted(name)) continue;
    const args = [`browser/${name}.js`, '--url', url.join('='), '--artefacts', need('artefacts')];
    runs.push({ title: `${name} in the browser`, args });
  }
  if (missing.size || runs.length === 0) {
    console.error(missing.size ? `missing: ${[...missing].join(', ')}` : `nothing is called ${options.only}`);
    console.error('usage: see README.md; --only NAME,NAME runs a part');
    process.exit(2);
  }
  return runs;
}

function carryOut({ args, restart }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: __dirname, stdio: ['ignore', 'pipe', 'pipe'] });
    const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    let output = '';
    let restarted = false;
    const read = (chunk) => {
      output += chunk;
      if (restart && !restarted && output.includes('READY_FOR_RESTART')) {
        restarted = true;
        spawn(restart, { shell: true, stdio: 'inherit' });
      }
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    child.on('close', (code) => {
      clearTimeout(killer);
      resolve({ passed: code === 0, output });
    });
  });
}

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  let passed = 0;
  let failed = 0;
  // One after the other: several scenarios prove that nobody else gets a broadcast.
  for (const run of plan(values)) {
    const started = Date.now();
    const result = await carryOut(run);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(`${result.passed ? 'ok    ' : 'FAILED'} ${run.title} (${seconds} s)`);
    if (!result.passed) console.log(result.output.replace(/^/gm, '    '));
    result.passed ? passed++ : failed++;
  }
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

main();
