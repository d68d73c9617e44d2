'use strict';

// The scenarios and what they require, as one script for a page that has the client as `io`.

const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..');
const FILES = ['harness/expectations.js', 'harness/real-client.js', 'browser/page-assert.js'];

function wrapped(file) {
  const source = fs.readFileSync(path.join(ROOT, file), 'utf8');
  return `${JSON.stringify(file)}: function (module, require, process) {${source}\n}`;
}

// Afterwards `playScenario(name, url, transport)` resolves to what the scenario proves, or rejects. The page must have a
// function `serverForgets`, because a page may not ask on another page's behalf.
function pageScript(scenarios) {
  const files = [...FILES, ...scenarios.map((name) => `scenarios/${name}.js`)];
  return `(() => {
    const sources = {${files.map(wrapped).join(',\n')}};
    const given = {
      'socket.io-client': window.io,
      'harness/session-probe.js': { serverForgets: (...args) => window.serverForgets(...args) },
    };
    const loaded = {};
    function load(name) {
      if (name in given) return given[name];
      if (!(name in loaded)) {
        const module = { exports: {} };
        sources[name](module, (required) => load(resolve(required)), {});
        loaded[name] = module.exports;
      }
      return loaded[name];
    }
    function resolve(required) {
      if (required === 'node:assert/strict') return 'browser/page-assert.js';
      if (required === './real-client.js') return 'harness/real-client.js';
      return required.replace(/^\\.\\.\\//, '');
    }
    window.playScenario = async (name, url, transport) => {
      const { Expectations } = load('harness/expectations.js');
      const { RealClient } = load('harness/real-client.js');
      const scenario = load('scenarios/' + name + '.js');
      const expect = new Expectations(25);
      window.addEventListener('error', (event) => expect.fail(event.error || new Error(event.message)));
      window.addEventListener('unhandledrejection', (event) => expect.fail(event.reason));
      const client = new RealClient(url, transport);
      await expect.decide(() => scenario.run({ client, expect, url, transport }));
      return scenario.proves;
    };
  })();`;
}

module.exports = { pageScript };
