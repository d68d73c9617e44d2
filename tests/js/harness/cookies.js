'use strict';

// Sends a cookie along with every request of this process, as a browser does. The old client's XMLHttpRequest for Node
// keeps it back, and knows no other way.

const http = require('node:http');

const request = http.request;
let cookie;

// From now on; without an argument, none.
function sendCookie(value) {
  cookie = value;
}

http.request = (options, ...rest) => {
  const asked = request(options, ...rest);
  if (cookie) asked.setHeader('Cookie', cookie);
  return asked;
};

module.exports = { sendCookie };
