'use strict';

// Asks the server by bare HTTP whether it still has a session. A client that has said goodbye forgets the session at
// once, so it cannot tell whether the server heard it.

const http = require('node:http');
const https = require('node:https');

const NOT_HANDSHAKEN = '7:::1+0';

// Asks again until the answer is that of an unknown session. A question that comes too early is held as a poll and is
// answered by the goodbye itself, so this loop turns only a few times. `origin` is for servers that admit some origins.
async function serverForgets(url, sessionId, origin = url) {
  let answer;
  do {
    answer = await get(`${url}/socket.io/1/xhr-polling/${sessionId}?t=${Date.now()}`, { origin });
  } while (answer !== NOT_HANDSHAKEN);
}

function get(address, headers) {
  return new Promise((resolve, reject) => {
    const client = address.startsWith('https:') ? https : http;
    client
      .get(address, { agent: false, headers }, (response) => {
        response.setEncoding('utf8');
        let body = '';
        response.on('data', (chunk) => (body += chunk));
        response.on('end', () => resolve(body));
      })
      .on('error', reject);
  });
}

module.exports = { serverForgets };
