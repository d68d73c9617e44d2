// Sends everything back, on Node's own Socket.IO 0.9: what `examples/echo` does, as far as the
// benchmark asks for it.
//
// Settings are those of its documentation for production: no log, the default transports, and
// the client script out of the way. `NODE_ENV` is set by whoever starts this.
'use strict';

const http = require('http');
const socketIo = require('socket.io');

const flag = process.argv.indexOf('--port');
const port = flag < 0 ? 0 : Number(process.argv[flag + 1]);

const server = http.createServer();
const io = socketIo.listen(server, { log: false, 'log level': 0 });
io.enable('browser client minification');
io.enable('browser client etag');
io.enable('browser client gzip');

for (const path of ['', '/chat']) {
  const namespace = io.of(path);
  namespace.on('connection', (socket) => {
    socket.on('echo', (value, answer) => answer(value));
    socket.on('all', (value) => namespace.emit('all', value));
  });
}

server.listen(port, '127.0.0.1', () => {
  console.log(`node server on port ${server.address().port}`);
});
