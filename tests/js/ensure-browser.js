'use strict';

// Finds a Chromium for the browser tests, or installs one. The last line of the output is the executable's path.
//
// In this order: the CHROMIUM environment variable, a browser in PATH, Debian's package, the npm package
// @sparticuz/chromium (which carries the browser itself; that is why package.json does not ask everybody for it).

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const NPM_BROWSER = '@sparticuz/chromium@143.0.4';
const NPM_FOLDER = path.resolve(__dirname, '../../target/npm-browser');

function inPath(names) {
  for (const folder of (process.env.PATH || '').split(path.delimiter)) {
    for (const name of names) {
      const candidate = path.join(folder, name);
      try {
        fs.accessSync(candidate, fs.constants.X_OK);
        return candidate;
      } catch {
        // Not this one.
      }
    }
  }
  return undefined;
}

function fromEnvironment() {
  const named = process.env.CHROMIUM;
  if (!named) return undefined;
  fs.accessSync(named, fs.constants.X_OK);
  return named;
}

function fromDebian() {
  if (process.getuid?.() !== 0 || !inPath(['apt-get'])) return undefined;
  const quietly = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  execFileSync('apt-get', ['update'], quietly);
  // Without a font of its own the browser draws no text at all.
  execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-liberation'], quietly);
  return inPath(NAMES);
}

async function fromNpm() {
  fs.mkdirSync(NPM_FOLDER, { recursive: true });
  const manifest = path.join(NPM_FOLDER, 'package.json');
  if (!fs.existsSync(manifest)) fs.writeFileSync(manifest, '{ "private": true }\n');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', NPM_BROWSER], {
    cwd: NPM_FOLDER,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  // Has it unpack and use its own libraries and font as well, which a system without a desktop lacks. This sets the
  // environment of this process, so launch the browser from here: the path alone may not be enough elsewhere.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs20.x';
  const loaded = require(require.resolve('@sparticuz/chromium', { paths: [NPM_FOLDER] }));
  const chromium = loaded.default ?? loaded;
  // Unpacks it on the first call.
  return chromium.executablePath();
}

const WAYS = [
  ['the CHROMIUM environment variable', fromEnvironment],
  ['a browser in PATH', () => inPath(NAMES)],
  ["Debian's package", fromDebian],
  ['the npm package', fromNpm],
];

async function ensureBrowser(report = () => {}) {
  for (const [what, find] of WAYS) {
    try {
      const executable = await find();
      report(`${what}: ${executable ?? 'no'}`);
      if (executable) return executable;
    } catch (error) {
      report(`${what}: ${error.message.split('\n')[0]}`);
    }
  }
  throw new Error(
    "no browser: install Chromium (Debian: apt-get install chromium) or Google Chrome, or set CHROMIUM to an executable",
  );
}

module.exports = { ensureBrowser };

if (require.main === module) {
  ensureBrowser(console.error).then(console.log, (error) => {
    console.error(error.message);
    process.exit(1);
  });
}
