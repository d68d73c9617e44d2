/* The chat page: plain DOM code over the Socket.IO 0.9 client. Whatever other people wrote goes through textContent. */
(() => {
  'use strict';

  const TYPING_PAUSE_MS = 2500; // Silence after which we say that we stopped typing.
  const TYPING_REPEAT_MS = 1500; // News of typing may get lost on its way, so a busy typist is reported again.
  const TYPING_BELIEVED_MS = 8000; // How long we believe others without hearing from them again.
  const NICKNAME_RETRY_MS = 1000;
  const NICKNAME_RETRIES = 75; // Longer than a server waits for a lost poll, which holds on to our nickname.
  const GROUP_WITHIN_MS = 3 * 60 * 1000;

  const { byId, element, showBanner, hideBanner } = demo;

  // ---- Connection ---------------------------------------------------------------------------------------------

  const chat = demo.connect('/chat');
  const connection = chat.socket;

  demo.follow(chat, {
    // Also runs after a reconnection: the server has ended the lost session by then, or soon will have.
    connected() {
      if (me.nickname) comeIn(me.nickname, NICKNAME_RETRIES);
    },
    lost() {
      attempt = undefined;
      online([]);
      typingStops();
    },
    failed: (said) => notice(said, 'bad'),
  });

  // ---- Nickname -----------------------------------------------------------------------------------------------

  const NICKNAME_KEY = 'chat nickname';
  const me = { nickname: sessionStorage.getItem(NICKNAME_KEY), room: null, inside: false };

  byId('nickname-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const name = byId('nickname').value.trim();
    if (name) comeIn(name, 0);
    else nicknameProblem('Please type a name.');
  });

  function nicknameProblem(text) {
    byId('nickname-problem').textContent = text;
    byId('nickname').setAttribute('aria-invalid', String(Boolean(text)));
    if (text) byId('nickname').select();
  }

  let attempt; // The latest; older ones, of a lost connection or another name, must not come true any more.

  // Also runs by itself after every reconnection and reload.
  function comeIn(name, retries) {
    const mine = (attempt = {});
    nicknameProblem('');
    chat.emit('nickname', name, (answer) => {
      if (attempt !== mine) return;
      if (answer.ok) return cameIn(answer);
      if (retries > 0) {
        showBanner('Online. Waiting for your old connection to let go of your nickname…');
        setTimeout(() => attempt === mine && comeIn(name, retries - 1), NICKNAME_RETRY_MS);
        return;
      }
      hideBanner();
      showInside(false);
      byId('nickname').value = name;
      nicknameProblem(answer.reason || 'This name was refused.');
    });
  }

  function cameIn({ nickname, room, rooms }) {
    const wasInside = me.inside;
    const wanted = me.room;
    me.nickname = nickname;
    sessionStorage.setItem(NICKNAME_KEY, nickname);
    byId('me').textContent = nickname;
    showInside(true);
    knownRooms = rooms || [];
    if (wasInside) showBanner('Back online.', { good: true, seconds: 5 });
    else hideBanner();
    if (wasInside && wanted && wanted !== room) joinRoom(wanted, true);
    else enteredRoom(room, wasInside);
  }

  function showInside(inside) {
    me.inside = inside;
    byId('welcome').hidden = inside;
    byId('chat').hidden = !inside;
    byId(inside ? 'text' : 'nickname').focus();
  }

  // ---- Rooms and people ---------------------------------------------------------------------------------------

  let knownRooms = [];
  let people = [];

  function joinRoom(room, quietly = false) {
    typingStops();
    chat.emit('join room', room, (answer) => {
      byId('room-problem').textContent = answer.ok ? '' : answer.reason || 'This room was refused.';
      if (!answer.ok) return;
      byId('room').value = '';
      enteredRoom(answer.room || room, quietly);
      writeTo(null);
    });
  }

  function enteredRoom(room, quietly) {
    me.room = room;
    byId('room-name').textContent = room;
    forgetTyping();
    showRooms();
    showPeople();
    if (!quietly) notice(`you are in #${room}`, 'moved');
    openSide(false);
    byId('text').focus();
  }

  byId('room-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const room = byId('room').value.trim();
    if (room) joinRoom(room);
  });

  function showRooms() {
    const names = new Set([...knownRooms, ...people.map((person) => person.room), me.room].filter(Boolean));
    byId('rooms').replaceChildren(...[...names].map((name) => {
      const button = element('button', '', name);
      button.type = 'button';
      button.dataset.room = name;
      if (name === me.room) button.setAttribute('aria-current', 'true');
      else button.addEventListener('click', () => joinRoom(name));
      const here = people.filter((person) => person.room === name).length;
      if (here) button.append(element('span', 'here', String(here)));
      const item = element('li');
      item.append(button);
      return item;
    }));
  }

  function showPeople() {
    const sorted = [...people].sort((a, b) =>
      (b.nickname === me.nickname) - (a.nickname === me.nickname) || a.nickname.localeCompare(b.nickname));
    byId('people').replaceChildren(...sorted.map(({ nickname, room }) => {
      const self = nickname === me.nickname;
      const button = element('button');
      button.type = 'button';
      button.dataset.nickname = nickname;
      button.disabled = self;
      if (!self) {
        button.setAttribute('aria-pressed', String(recipient === nickname));
        button.title = `Write to ${nickname} privately`;
        button.addEventListener('click', () => writeTo(recipient === nickname ? null : nickname));
      }
      button.append(face(nickname), element('span', 'name', self ? `${nickname} (you)` : nickname), element('span', 'room', `#${room}`));
      const item = element('li');
      item.append(button);
      return item;
    }));
    byId('online-count').textContent = people.length || '';
    byId('online-count-small').textContent = people.length || '';
  }

  function online(list) {
    people = Array.isArray(list) ? list : [];
    showRooms();
    showPeople();
  }
  chat.on('online', online);

  chat.on('announcement', ({ kind, nickname, room }) => {
    const what = { join: 'has joined', leave: 'has left', room: `went to #${room}` }[kind];
    if (what && nickname !== me.nickname) notice(`${nickname} ${what}`);
    if (kind === 'leave') {
      showTyping(nickname, false);
      if (recipient === nickname) writeTo(null);
    }
  });

  function openSide(open) {
    byId('side').classList.toggle('open', open);
    byId('side-toggle').setAttribute('aria-expanded', String(open));
  }
  byId('side-toggle').addEventListener('click', () => openSide(!byId('side').classList.contains('open')));

  // A colour that stays with the name.
  function hueOf(name) {
    let hash = 0;
    for (const character of name) hash = (hash * 31 + character.codePointAt(0)) % 360;
    return hash;
  }

  function face(name) {
    const made = element('span', 'face', [...name][0].toLocaleUpperCase());
    made.style.setProperty('--hue', hueOf(name));
    made.setAttribute('aria-hidden', 'true');
    return made;
  }

  // ---- The log ------------------------------------------------------------------------------------------------

  const log = byId('log');
  let atEnd = true; // Reading the newest, so follow what comes; otherwise leave the reader in peace.
  let unread = 0;

  function toEnd() {
    log.scrollTop = log.scrollHeight;
    byId('newer').hidden = true;
    atEnd = true;
  }

  function append(entry) {
    log.append(entry);
    if (atEnd || entry.classList.contains('mine')) toEnd();
    else byId('newer').hidden = false;
    if (document.hidden) document.title = `(${++unread}) Chat`;
  }

  log.addEventListener('scroll', () => {
    atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 60;
    if (atEnd) byId('newer').hidden = true;
  });
  new ResizeObserver(() => atEnd && toEnd()).observe(log);
  byId('newer').addEventListener('click', toEnd);
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) return;
    unread = 0;
    document.title = 'Chat';
  });

  function clock(now) {
    const time = element('time', '', now.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }));
    time.dateTime = now.toISOString();
    return time;
  }

  function notice(text, kind = '') {
    const entry = element('li', `notice ${kind}`);
    entry.append(element('span', '', text));
    if (kind !== 'moved') entry.append(' ', clock(new Date()));
    append(entry);
  }

  // `about` is the other side of a private message.
  function message({ from, text, about }) {
    const now = new Date();
    const mine = from === me.nickname;
    const last = log.lastElementChild;
    const speaker = `${from} ${about || ''}`;
    const entry = element('li', 'message');
    entry.dataset.speaker = speaker;
    entry.dataset.at = now.getTime();
    entry.classList.toggle('mine', mine);
    entry.classList.toggle('private', Boolean(about));
    entry.classList.toggle('follows', Boolean(last && last.dataset.speaker === speaker && now - last.dataset.at < GROUP_WITHIN_MS));
    entry.style.setProperty('--hue', hueOf(from));
    const by = element('div', 'by');
    by.append(element('span', 'name', mine ? 'you' : from));
    if (about) by.append(element('span', 'lock', mine ? `privately to ${about}` : 'privately to you'));
    by.append(clock(now));
    entry.append(face(from), by, element('div', 'bubble', text));
    append(entry);
    return entry;
  }

  chat.on('user message', ({ from, text }) => {
    showTyping(from, false);
    message({ from, text });
  });

  chat.on('private message', ({ from, text }, acknowledge) => {
    message({ from, text, about: from });
    if (typeof acknowledge === 'function') acknowledge(true);
  });

  // ---- Writing ------------------------------------------------------------------------------------------------

  const text = byId('text');
  let recipient = null;

  function writeTo(nickname) {
    recipient = nickname;
    byId('recipient').hidden = !nickname;
    byId('recipient-name').textContent = nickname || '';
    byId('text-label').textContent = nickname ? `Private message to ${nickname}` : 'Message to the room';
    text.placeholder = nickname ? `Write to ${nickname} only` : 'Write a message';
    showPeople();
    if (nickname) {
      typingStops();
      openSide(false);
      text.focus();
    }
  }
  byId('recipient-clear').addEventListener('click', () => {
    writeTo(null);
    text.focus();
  });
  text.addEventListener('keydown', (event) => event.key === 'Escape' && writeTo(null));

  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    const said = text.value;
    // What is sent while offline would be sent before we are back in the namespace, and be lost.
    if (!said.trim() || !connection.connected) return;
    text.value = '';
    typingStops();
    if (recipient) sendPrivately(recipient, said);
    else chat.emit('user message', said, (answer) => {
      if (answer && answer.ok) message({ from: me.nickname, text: said });
      else notice((answer && answer.reason) || 'Your message was not accepted.', 'bad');
    });
  });

  function sendPrivately(to, said) {
    const entry = message({ from: me.nickname, text: said, about: to });
    const mark = element('div', 'mark', 'sending…');
    mark.setAttribute('role', 'status');
    entry.append(mark);
    toEnd();
    chat.emit('private message', to, said, ({ delivered, reason }) => {
      mark.classList.add(delivered ? 'delivered' : 'failed');
      mark.textContent = delivered ? '✓ delivered' : `not delivered${reason ? `: ${reason}` : ''}`;
    });
  }

  // ---- Who is typing ------------------------------------------------------------------------------------------

  let typingSince; // When we last said so.
  let typingPause;
  const typists = new Map();

  text.addEventListener('input', () => {
    if (recipient) return;
    if (!text.value) return typingStops();
    const now = Date.now();
    if (connection.connected && !(now - typingSince < TYPING_REPEAT_MS)) {
      typingSince = now;
      chat.emit('typing', true);
    }
    clearTimeout(typingPause);
    typingPause = setTimeout(typingStops, TYPING_PAUSE_MS);
  });

  function typingStops() {
    clearTimeout(typingPause);
    if (typingSince && connection.connected) chat.emit('typing', false);
    typingSince = undefined;
  }

  function showTyping(nickname, isTyping) {
    clearTimeout(typists.get(nickname));
    typists.delete(nickname);
    if (isTyping) typists.set(nickname, setTimeout(() => showTyping(nickname, false), TYPING_BELIEVED_MS));
    const names = [...typists.keys()];
    byId('typing').textContent =
      names.length === 0 ? ''
      : names.length === 1 ? `${names[0]} is typing…`
      : names.length <= 3 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)} are typing…`
      : 'several people are typing…';
  }
  chat.on('typing', ({ nickname, typing: isTyping }) => showTyping(nickname, isTyping));

  function forgetTyping() {
    for (const nickname of [...typists.keys()]) showTyping(nickname, false);
  }
})();
