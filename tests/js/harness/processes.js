'use strict';

// Which of several server processes a client talks to: session ids begin with two characters that name it.

const { connectionOf } = require('./real-client.js');

function processOf(socket) {
  return connectionOf(socket).sessionid.slice(0, 2);
}

// { a1: [socket, ...], b1: [...] }
function byProcess(sockets) {
  const groups = {};
  for (const socket of sockets) (groups[processOf(socket)] ??= []).push(socket);
  return groups;
}

module.exports = { processOf, byProcess };
