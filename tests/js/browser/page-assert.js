'use strict';

// As much of node:assert/strict as the scenarios use, for pages.

function shown(value) {
  return JSON.stringify(value) ?? String(value);
}

function same(one, other) {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || !one || !other) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && same(one[key], other[key]));
}

function check(holds, message) {
  if (!holds) throw message instanceof Error ? message : new Error(message);
}

module.exports = {
  ok: (value, message) => check(value, message ?? `${shown(value)} is not truthy`),
  equal: (got, wanted, message) => check(Object.is(got, wanted), message ?? `${shown(got)} is not ${shown(wanted)}`),
  notEqual: (got, other, message) => check(!Object.is(got, other), message ?? `it is ${shown(got)}`),
  deepEqual: (got, wanted, message) => check(same(got, wanted), message ?? `${shown(got)} is not ${shown(wanted)}`),
  match: (text, pattern, message) => check(pattern.test(text), message ?? `${shown(text)} does not match ${pattern}`),
};
