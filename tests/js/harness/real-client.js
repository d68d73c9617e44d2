'use strict';

// Opens connections with the genuine socket.io-client 0.9.17, restricted to one transport.

// The client and its WebSocket library predate Buffer.from by years; their warnings would drown real output.
process.noDeprecation = true;

const io = require('socket.io-client');

class RealClient {
  constructor(url, transport) {
    this.url = url.replace(/\/+$/, '');
    this.transport = transport;
    // Not an option of connect(): options are merged into the default list index by index, so that
    // `transports: ['xhr-polling']` yields ['xhr-polling', 'xhr-polling'] at best and restricts nothing for sure.
    io.transports = [transport];
  }

  // A new connection of its own. The result is the client's object for the namespace in `path`.
  connect(path = '', options = {}) {
    return this.connectShared(path, { ...options, 'force new connection': true });
  }

  // The connection that a page shares between all its connect() calls to one host.
  connectShared(path = '', options = {}) {
    return io.connect(this.url + path, { ...quickReconnects(), ...options });
  }
}

// The defaults double the delay with every try, up to minutes; a test wants to be back soon after the server is.
function quickReconnects() {
  return { 'reconnection delay': 100, 'reconnection limit': 400, 'max reconnection attempts': 1000 };
}

// The connection under a namespace: session id, transport, whether it is about to reconnect.
function connectionOf(namespace) {
  return namespace.socket;
}

// Calls back when nothing that the client has posted is unanswered. What it says before that waits in its buffer, and
// if it says goodbye there, it forgets the goodbye with the buffer.
function whenNothingIsPosted(connection, callback) {
  if (!connection.doBuffer) {
    callback();
    return;
  }
  const setBuffer = connection.setBuffer;
  connection.setBuffer = function (buffers) {
    setBuffer.call(this, buffers);
    if (!this.doBuffer) {
      connection.setBuffer = setBuffer;
      callback();
    }
  };
}

module.exports = { RealClient, connectionOf, whenNothingIsPosted };
