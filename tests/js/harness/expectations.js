'use strict';

// What a scenario is waiting for, and what must never happen.
//
// Nothing here sleeps: a wait ends when its condition comes true. If it never does, the overall deadline ends the
// scenario and names every wait that was still open, which is the first thing one wants to know.

class Expectations {
  constructor(limitInSeconds) {
    this.limitInSeconds = limitInSeconds;
    this.open = new Set();
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    // A failure may come before or after the race in `decide` listens for it.
    this.failed.catch(() => {});
  }

  // Resolves when `subscribe` calls the function it is given. `description` completes "still waiting for ...".
  until(description, subscribe) {
    this.open.add(description);
    return new Promise((resolve) => {
      subscribe((value) => {
        this.open.delete(description);
        resolve(value);
      });
    });
  }

  // Resolves with the arguments of the next such event.
  event(socket, name, description = `event "${name}"${where(socket)}`) {
    return this.until(description, (met) => socket.once(name, (...args) => met(args)));
  }

  // Resolves with the argument lists of the next `count` such events, in order of arrival.
  events(socket, name, count) {
    const seen = [];
    return this.until(`${count} events "${name}"${where(socket)}`, (met) => {
      socket.on(name, function listener(...args) {
        seen.push(args);
        if (seen.length === count) {
          socket.removeListener(name, listener);
          met(seen);
        }
      });
    });
  }

  // From now on this event fails the scenario, whenever it comes.
  never(socket, name, why) {
    socket.on(name, (...args) => {
      this.fail(new Error(`event "${name}"${where(socket)} with ${JSON.stringify(args)} came, but ${why}`));
    });
  }

  // Runs the scenario to its end, its failure or its deadline, whichever is first.
  async decide(body) {
    let timer;
    const deadline = new Promise((_, reject) => {
      timer = setTimeout(() => {
        const waits = [...this.open].map((wait) => `  - ${wait}`).join('\n');
        reject(new Error(`not done after ${this.limitInSeconds} s, still waiting for:\n${waits || '  - (no wait open)'}`));
      }, this.limitInSeconds * 1000);
    });
    try {
      await Promise.race([body(), this.failed, deadline]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function where(socket) {
  return typeof socket.name === 'string' ? ` on namespace "${socket.name}"` : '';
}

module.exports = { Expectations };
