/* What all demo pages share: the line that tells of the connection, the choice of a transport by `?transport=`, the
   banner, and the end of the session with its page. The line also names the driver that serves the page. */
'use strict';

const demo = (() => {
  // A page names those that its server offers, where they are not these.
  const TRANSPORTS = (document.body.dataset.transports || 'websocket xhr-polling jsonp-polling').split(' ');

  const byId = (id) => document.getElementById(id);

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // ---- The top of the page ------------------------------------------------------------------------------------

  const link = element('p', 'link');
  const linkText = element('span');
  const driver = element('p', 'driver');
  const banner = element('div', 'banner');
  const bannerText = element('span');
  const bannerRetry = element('button', '', 'Connect again');
  const transportChoice = element('select');

  function furnish() {
    const dot = element('span', 'dot');
    dot.setAttribute('aria-hidden', 'true');
    link.id = 'link';
    linkText.id = 'link-text';
    linkText.setAttribute('role', 'status');
    driver.id = 'driver';
    link.append(dot, linkText);

    const choice = element('label', 'transport-choice');
    transportChoice.id = 'transport-choice';
    choice.append(element('span', '', 'Transport'), transportChoice);
    document.querySelector('header.top').append(link, driver, choice);

    banner.id = 'banner';
    banner.hidden = true;
    banner.setAttribute('role', 'alert');
    bannerText.id = 'banner-text';
    bannerRetry.type = 'button';
    bannerRetry.id = 'banner-retry';
    bannerRetry.addEventListener('click', () => location.reload());
    banner.append(bannerText, bannerRetry);
    document.querySelector('header.top').after(banner);
    showLink('connecting', 'connecting…');
    showDriver();
  }

  // Which driver the server runs on: it says so beside its pages.
  async function showDriver() {
    const answer = await fetch('/driver.txt').catch(() => undefined);
    if (answer && answer.ok) driver.textContent = `served by ${await answer.text()}`;
  }

  function offerTransports() {
    const asked = new URLSearchParams(location.search).get('transport') || 'auto';
    const names = ['auto', ...TRANSPORTS];
    // Not on offer here, but the client knows it: let the server decide.
    if (!names.includes(asked) && Object.hasOwn(io.Transport, asked)) names.push(asked);
    transportChoice.append(...names.map((name) => new Option(name, name)));
    transportChoice.value = names.includes(asked) ? asked : 'auto';
    transportChoice.addEventListener('change', () => {
      const query = new URLSearchParams(location.search);
      if (transportChoice.value === 'auto') query.delete('transport');
      else query.set('transport', transportChoice.value);
      location.search = query;
    });
    // The list itself: `transports` among the options of connect() would be merged into it index by index.
    if (transportChoice.value !== 'auto') io.transports = [transportChoice.value];
  }

  // Controls marked `data-needs-connection` work only while there is one.
  function showLink(state, text) {
    document.body.dataset.connection = state;
    linkText.textContent = text;
    for (const control of document.querySelectorAll('[data-needs-connection]')) control.disabled = state !== 'online';
  }

  let bannerTimer;

  function showBanner(text, { good = false, retry = false, seconds } = {}) {
    clearTimeout(bannerTimer);
    bannerText.textContent = text;
    bannerRetry.hidden = !retry;
    banner.classList.toggle('good', good);
    banner.hidden = false;
    if (seconds) bannerTimer = setTimeout(hideBanner, seconds * 1000);
  }

  function hideBanner() {
    banner.hidden = true;
  }

  // ---- The connection -----------------------------------------------------------------------------------------

  // `server` is an origin, if it is not the page's own.
  function connect(namespace, { server = '', ...options } = {}) {
    return io.connect(`${server}${namespace}`, {
      'reconnection limit': 4000,
      'max reconnection attempts': Infinity,
      ...options,
    });
  }

  // A polling session that broke off goes on at the server for a while. The client forgets it; we end it, so that
  // nobody keeps talking to it.
  const endSession = (id, server = '') =>
    fetch(`${server}/socket.io/1//${encodeURIComponent(id)}/?disconnect=1`, { keepalive: true, mode: 'no-cors' }).catch(() => {});

  // Shows on the page how the connection of a socket is doing. `connected` is told whether there was one before, `lost`
  // why it ended. `failed` hears of errors while there is a connection: they have a name and a text when the server
  // reports them on a namespace. `unreachable` may tell better than we do why there is no connection.
  function follow(socket, { server = '', connected, lost, failed, unreachable } = {}) {
    const connection = socket.socket;
    let sessionId;

    socket.on('connecting', (transport) => {
      if (!connection.connected) showLink('connecting', `connecting by ${transport}…`);
    });

    socket.on('connect', async () => {
      showLink('online', `connected by ${connection.transport.name}`);
      document.body.dataset.transport = connection.transport.name;
      const before = sessionId;
      sessionId = connection.sessionid;
      if (before && before !== sessionId) await endSession(before, server);
      if (before) showBanner('Back online.', { good: true, seconds: 5 });
      if (connected) connected(Boolean(before));
    });

    socket.on('disconnect', (reason) => {
      if (lost) lost(reason);
      if (reason === 'booted') {
        showLink('ended', 'disconnected');
        showBanner('The server has ended this connection.', { retry: true });
      } else {
        showLink('lost', 'connection lost');
        showBanner('Connection lost, trying again…');
      }
    });

    socket.on('reconnecting', (delay, attempt) => showLink('lost', `trying again (${attempt})…`));

    socket.on('connect_failed', () => {
      showLink('ended', 'no connection');
      showBanner('The server does not offer this way to connect.', { retry: true });
    });

    socket.on('error', (name, text) => {
      const said = [name, text].filter((part) => typeof part === 'string' && part).join(': ');
      if (connection.connected && failed) failed(said || 'the server reported an error');
      else if (unreachable) unreachable(said);
      else showBanner(said ? `The server said: ${said}` : 'The server cannot be reached.', { retry: true });
    });

    addEventListener('pagehide', () => sessionId && endSession(sessionId, server));
    addEventListener('pageshow', (event) => event.persisted && location.reload());
  }

  // Breaks a connection, as a failing network does.
  function cut(connection) {
    const { transport } = connection;
    if (transport.websocket) transport.websocket.close();
    else if (transport.xhr) transport.xhr.abort();
    else {
      // A script that is under way cannot be stopped, so it must find nobody.
      io.j[transport.index] = () => {};
      transport.onClose();
    }
  }

  furnish();
  // Without the client's script there is nothing to choose from, and the page says what is missing.
  if (window.io) offerTransports();
  else showBanner('The client did not load from its server.', { retry: true });

  return { byId, element, connect, follow, endSession, cut, showLink, showBanner, hideBanner };
})();
