/* The checks: groups of [title, what it shows, check]. A check gets a bench, throws if something is wrong, and may
   give back what it has seen. */
'use strict';

const checks = (() => {
  const { until, next, ask, collect, leave, same, holds } = checking;

  const VALUES = [0, -1.5, 'ä 😀 \u2028 "\\', true, null, [1, [2]], { a: { b: [] } }];

  const range = (length) => Array.from({ length }, (_, index) => index);

  // An error event that must be of that name; gives its text.
  async function refusal(socket, name, provoke) {
    const error = next(socket, 'error');
    provoke();
    const [said, text] = await error;
    same(said, name, 'the error’s name');
    return text;
  }

  const connection = [
    ['Transport', 'is the one that was chosen', ({ connection: { connected, transport } }) => {
      holds(connected, 'not connected');
      const chosen = demo.byId('transport-choice').value;
      if (chosen !== 'auto') same(transport.name, chosen, 'the transport');
      return `connected by ${transport.name}`;
    }],
    ['Handshake', 'names the session and its timeouts', ({ connection: { sessionid, heartbeatTimeout, closeTimeout } }) => {
      holds(sessionid.length >= 16, 'the session’s id is short enough to guess');
      holds(heartbeatTimeout > 0 && closeTimeout > 0, 'a timeout is missing');
      return `heartbeat timeout ${heartbeatTimeout / 1000} s, close timeout ${closeTimeout / 1000} s`;
    }],
  ];

  const events = [
    ['Event', 'goes to the server and comes back', async ({ main }) => {
      const echo = next(main, 'echo');
      main.emit('echo', 'hello');
      same(await echo, ['hello'], 'the event');
    }],
    ['Arguments', 'of every kind come back as they were', async ({ main }) => {
      const echo = next(main, 'echo');
      main.emit('echo', ...VALUES);
      same(await echo, VALUES, 'the arguments');
    }],
    ['Order', 'holds for a hundred events', async ({ main }) => {
      const numbers = collect(main, 'number');
      main.emit('count', 100);
      await ask(main, 'echo');
      numbers.end();
      same([...numbers], range(100), 'the numbers');
    }],
    ['Long text', 'survives both ways', async ({ main }) => {
      const text = 'äöü 😀 '.repeat(12_000);
      const [back] = await ask(main, 'echo', text);
      holds(back === text, 'the text came back changed');
      return `${text.length} characters`;
    }],
    ['Message', 'comes back', async ({ main }) => {
      const message = next(main, 'message');
      main.send('a message');
      same(await message, ['a message'], 'the message');
    }],
    ['JSON message', 'comes back', async ({ main }) => {
      const message = next(main, 'message');
      main.json.send({ values: VALUES });
      same(await message, [{ values: VALUES }], 'the message');
    }],
    ['Volatile', 'events may get lost, what is behind them does not', async ({ main }) => {
      const perhaps = collect(main, 'perhaps');
      const forSure = next(main, 'for sure');
      main.emit('perhaps', 20);
      await forSure;
      perhaps.end();
      holds(perhaps.every((number, index) => index === 0 || number > perhaps[index - 1]), 'they came out of order');
      return `${perhaps.length} of 20 came, and the reliable one`;
    }],
    ['Background job', 'goes on after its handler', async ({ main }) => {
      const ticks = collect(main, 'tick');
      await ask(main, 'ticks', 3);
      await until('the third tick', (done) => {
        const look = setInterval(() => ticks.length === 3 && done(), 10);
        return () => clearInterval(look);
      });
      ticks.end();
      same([...ticks], [0, 1, 2], 'the ticks');
    }],
  ];

  const acknowledgements = [
    ['By the server', 'with data', async ({ main }) => same(await ask(main, 'echo', ...VALUES), VALUES, 'the answer')],
    ['By the server', 'of a message, automatically', async ({ main }) => {
      const message = next(main, 'message');
      await until('the acknowledgement', (done) => void main.send('please confirm', () => done()));
      await message;
    }],
    ['By this page', 'with data, for which the server waits', async ({ main }) => {
      const question = next(main, 'question');
      const answered = next(main, 'answered');
      main.emit('ask', 'how much', { apples: 2 });
      const [text, details, acknowledge] = await question;
      same([text, details], ['how much', { apples: 2 }], 'the question');
      acknowledge('two', ['pieces']);
      same(await answered, ['two', ['pieces']], 'what the server got');
    }],
    ['By this page', 'of a message, automatically', async ({ main }) => {
      const message = next(main, 'message');
      const received = next(main, 'received');
      main.emit('ask for receipt', 'a letter');
      same([await message, await received], [['a letter'], ['a letter']], 'message and receipt');
    }],
  ];

  const namespaces = [
    ['Two namespaces', 'share a connection and hear only their own', async (bench) => {
      const { socket: other } = await bench.join('/other');
      const strays = [collect(bench.main, 'number'), collect(other, 'tick')];
      const mine = collect(other, 'number');
      other.emit('count', 3);
      bench.main.emit('ticks', 1);
      await next(bench.main, 'tick');
      await ask(other, 'echo');
      [...strays, mine].forEach((list) => list.end());
      same([...mine], [0, 1, 2], 'what the other namespace heard');
      same(strays.flat(), [], 'what crossed over');
    }],
    ['Unknown namespace', 'is an error there and harms nothing', async (bench) => {
      const { args: [name, text] } = await bench.join('/nowhere', 'error');
      same(name, 'no_such_namespace', 'the error');
      await ask(bench.main, 'echo');
      return text;
    }],
    ['Leaving', 'ends one namespace only, and one can come back', async (bench) => {
      const { socket: other } = await bench.join('/other');
      other.disconnect();
      await ask(bench.main, 'echo');
      const { socket: again } = await bench.join('/other');
      same(await ask(again, 'echo', 'back'), ['back'], 'the answer');
    }],
    ['Sent out', 'of one namespace by the server', async (bench) => {
      const { socket: other } = await bench.join('/other');
      const out = next(other, 'disconnect');
      other.emit('send me out');
      await out;
      await ask(bench.main, 'echo');
      await bench.join('/other');
    }],
  ];

  // What several sockets hear while something is done, and everything that was sent has come.
  async function hear(sockets, name, work) {
    const lists = sockets.map((socket) => collect(socket, name));
    await work();
    for (const socket of sockets) await ask(socket, 'echo');
    lists.forEach((list) => list.end());
    return lists.map((list) => [...list]);
  }

  const company = [
    ['Broadcast', 'reaches the others and not its sender', async (bench) => {
      const second = await bench.second();
      const heard = await hear([bench.main, second], 'told', () => ask(bench.main, 'tell others', 'news'));
      same(heard, [[], ['news']], 'what sender and other heard');
    }],
    ['To everybody', 'reaches its sender, too', async (bench) => {
      const second = await bench.second();
      const heard = await hear([bench.main, second], 'told', () => ask(bench.main, 'tell everybody', 'news'));
      same(heard, [['news'], ['news']], 'what sender and other heard');
    }],
    ['Room', 'reaches those who have entered, until they exit', async (bench) => {
      const [inside, outside] = [await bench.second(), await bench.second()];
      const tell = () => ask(bench.main, 'tell room', 'library', 'psst');
      same(await ask(inside, 'enter', 'library'), [['library']], 'the rooms after entering');
      same(await hear([inside, outside], 'told', tell), [['psst'], []], 'what the two heard');
      same(await ask(inside, 'exit', 'library'), [[]], 'the rooms after leaving');
      same(await hear([inside, outside], 'told', tell), [[], []], 'what the two heard then');
    }],
  ];

  const access = [
    ['Locked method', 'is denied until a login lifts the lock', async (bench) => {
      const { socket: vault } = await bench.join('/vault');
      const text = await refusal(vault, 'method_access_denied', () => vault.emit('open'));
      same(await ask(vault, 'log in', 'guess'), [false], 'the wrong password');
      same(await ask(vault, 'log in', 'sesame'), [true], 'the right password');
      same(await ask(vault, 'open'), ['forty thieves\' gold'], 'what is inside');
      return text;
    }],
    ['Lock', 'comes back with a logout', async (bench) => {
      const { socket: vault } = await bench.join('/vault');
      await ask(vault, 'log in', 'sesame');
      await ask(vault, 'open');
      await ask(vault, 'log out');
      await refusal(vault, 'method_access_denied', () => vault.emit('open'));
    }],
    ['Authorization', 'keeps strangers out of a namespace', async (bench) => {
      const { args: [reason] } = await bench.join('/private', 'connect_failed');
      same(reason, 'unauthorized', 'the reason');
      await ask(bench.main, 'echo');
    }],
    ['Authorization', 'lets in whose handshake had the password', async (bench) => {
      const second = await bench.second('password=sesame');
      const inside = second.socket.of('/private');
      await next(inside, 'connect');
    }],
  ];

  const shaping = [
    ['State', 'of each client is prepared before anything else', async (bench) => {
      const { socket } = await bench.join('/shaped');
      same([await ask(socket, 'call'), await ask(socket, 'call')], [[1], [2]], 'the counts');
      const second = await bench.second();
      const other = second.socket.of('/shaped');
      same(await ask(other, 'call'), [1], 'the count of another client');
    }],
    ['Dispatch', 'passes an event on under another name', async (bench) => {
      const { socket } = await bench.join('/shaped');
      same(await ask(socket, 'telephone'), [1], 'the answer');
    }],
    ['Any event', 'may have one handler for all', async (bench) => {
      const { socket } = await bench.join('/shaped');
      same(await ask(socket, 'whatever', 1, 2), ['whatever', '[1,2]'], 'what it was called with');
    }],
    ['Layer', 'around all handlers keeps details private', async (bench) => {
      const { socket } = await bench.join('/shaped');
      return refusal(socket, 'internal', () => socket.emit('break'));
    }],
    ['Blacklist', 'ignores an event without a word', async (bench) => {
      const { socket } = await bench.join('/shaped');
      const [answers, errors] = [[], collect(socket, 'error')];
      socket.emit('ignored', (...answer) => answers.push(answer));
      await ask(socket, 'call');
      errors.end();
      same([answers, [...errors]], [[], []], 'answers and errors');
    }],
  ];

  const failures = [
    ['Unknown event', 'is an error with a name', ({ main }) =>
      refusal(main, 'no_such_method', () => main.emit('no such event'))],
    ['Wrong arguments', 'are an error, and answer the callback', async ({ main }) => {
      const error = next(main, 'error');
      const [answer] = await ask(main, 'add', 1, 'two');
      same([answer.error, (await error)[0]], ['invalid_method_args', 'invalid_method_args'], 'answer and event');
      same(await ask(main, 'add', 1, 2), [3], 'the sum');
      return answer.message;
    }],
    ['Failing handler', 'tells its own name and reason', ({ main }) =>
      refusal(main, 'teapot', () => main.emit('make tea'))],
    ['Error hook', 'on the server hears of all of it', async ({ main }) => {
      await ask(main, 'faults');
      await refusal(main, 'no_such_method', () => main.emit('no such event'));
      await refusal(main, 'teapot', () => main.emit('make tea'));
      const [faults] = await ask(main, 'faults');
      same(faults, ['no_such_method', 'teapot'], 'what the hook heard');
    }],
  ];

  const endings = [
    ['This side ends', 'its session, and the others hear of it', async (bench) => {
      const second = await bench.second();
      const gone = next(bench.main, 'gone');
      await leave(second);
      const [reason] = await gone;
      same(reason, 'client disconnected', 'the reason');
    }],
    ['The server ends', 'a session, and its client stays away', async (bench) => {
      const second = await bench.second();
      const gone = next(bench.main, 'gone');
      const ended = next(second, 'disconnect');
      second.emit('end my session');
      same([await ended, await gone], [['booted'], ['server disconnected']], 'the reasons here and there');
      holds(!second.socket.reconnecting, 'the client tries again');
    }],
    ['Lost connection', 'comes back by itself, in its namespace', async (bench) => {
      const second = await bench.second();
      const before = second.socket.sessionid;
      const gone = next(bench.main, 'gone');
      const back = next(second, 'reconnect');
      const joined = next(second, 'connect');
      demo.cut(second.socket);
      await Promise.all([back, joined]);
      // Polling alone would leave the old session to its close timeout.
      await demo.endSession(before);
      await gone;
      holds(second.socket.sessionid !== before, 'the session is the same');
      same(await ask(second, 'echo', 'again'), ['again'], 'the answer');
    }],
  ];

  return [
    ['Connection', connection],
    ['Events and messages', events],
    ['Acknowledgements', acknowledgements],
    ['Namespaces', namespaces],
    ['Broadcasts and rooms', company],
    ['Access', access],
    ['Shaping a namespace', shaping],
    ['Errors', failures],
    ['Endings', endings],
  ];
})();
