'use strict';

const assert = require('node:assert/strict');

const ARGUMENT_LISTS = {
  'no argument': [],
  'every kind of value': [null, true, false, 0, -1, 1.5, 1e21, '', 'text', [], {}],
  'the empty and falsy ones alone': [null],
  'a list as the only argument': [[1, 2, 3]],
  nested: [{ a: { b: [{ c: { d: [[[['deep']]]] } }] } }, [[], [[]], {}], { '': { 'a b': 1, 'ключ': 2 } }],
  'names that matter to JavaScript': [{ constructor: 1, toString: 2, length: 3, hasOwnProperty: 4 }],
  'quotes and backslashes': ['"', "'", '\\', '\\"', '\\\\n', '</script>', '<!--', '&amp;', '%41+%2B'],
  'control characters': ['\u0000\u0001\u0007\b\t\n\v\f\r\u001b\u007f\u0085\u009f', 'line\nline\r\nline'],
  'what the packet grammar is made of': [':', '::', ':::', '+', '1+', '5:::{"name":"echo"}', '0::', '3::/chat:no'],
  'what the payload framing is made of': ['\ufffd', '\ufffd3\ufffd', '\ufffd-4\ufffd', '\ufffd\ufffd', '5\ufffd'],
  'line separators': ['\u2028', '\u2029', 'a\u2028b\u2029c', '\u00a0', '\ufeff'],
  'scripts of the world': ['Grüße', 'Привет', 'שלום', 'مرحبا', '你好', 'こんにちは', '한국어', 'e\u0301', 'ﷺ'],
  'beyond the basic plane': ['😀', '👩‍👩‍👧‍👦', '🏳️‍🌈', '𝒳𝒴𝒵', '𠜎', '\u{10ffff}', 'a😀b😀c'],
};

module.exports = {
  proves: 'event arguments come back exactly as they were sent',

  async run({ client, expect }) {
    const socket = client.connect();
    await expect.event(socket, 'connect');
    expect.never(socket, 'error', 'every argument list is legal');

    for (const [what, args] of Object.entries(ARGUMENT_LISTS)) {
      const echoed = expect.event(socket, 'echo', `the echo of ${what}`);
      socket.emit('echo', ...args);
      assert.deepEqual(await echoed, args, what);
    }

    // Once more all at once, so that over HTTP they travel as one framed payload in both directions.
    const all = Object.values(ARGUMENT_LISTS);
    const echoes = expect.events(socket, 'echo', all.length);
    for (const args of all) socket.emit('echo', ...args);
    assert.deepEqual(await echoes, all);
  },
};
