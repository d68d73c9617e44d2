/* The feed: topics that the reader switches on and off, and their items, the newest first. */
(() => {
  'use strict';

  const MOST_ITEMS = 60;
  const FIRST_TOPICS = 2; // Those that a new reader starts with.

  const { byId, element } = demo;
  const feed = demo.connect('/feed');
  let topics = []; // { name, title, hue, button }
  let subscribed; // The names of the topics that the reader wants; undefined before the first list.

  demo.follow(feed, { failed: say });

  function say(text) {
    byId('status').textContent = text;
  }

  // Comes with each connection; the server has forgotten then what we had subscribed to.
  feed.on('topics', (list) => {
    topics = list.map(({ name, title, readers }, index) => {
      const button = element('button', '', title);
      button.type = 'button';
      button.dataset.topic = name;
      button.dataset.needsConnection = '';
      button.append(element('span', 'readers', reading(readers)));
      const topic = { name, title, hue: Math.round(35 + (index * 360) / list.length), button };
      button.style.setProperty('--hue', topic.hue);
      button.addEventListener('click', () => (subscribed.has(name) ? unsubscribe(topic) : subscribe(topic)));
      return topic;
    });
    byId('topics').replaceChildren(...topics.map(({ button }) => {
      const item = element('li');
      item.append(button);
      return item;
    }));
    subscribed ??= new Set(topics.slice(0, FIRST_TOPICS).map(({ name }) => name));
    showTopics();
    topics.filter(({ name }) => subscribed.has(name)).forEach(subscribe);
  });

  const reading = (readers) => `${readers} reading`;

  feed.on('readers', (counts) => {
    for (const { name, button } of topics) button.querySelector('.readers').textContent = reading(counts[name] ?? 0);
  });

  function subscribe(topic) {
    feed.emit('subscribe', topic.name, ({ error, message, history }) => {
      if (error) return say(message);
      subscribed.add(topic.name);
      say(`${topic.title}: subscribed; the last ${history.length} items are here.`);
      for (const item of history) show(item, false);
      showTopics();
    });
  }

  function unsubscribe(topic) {
    feed.emit('unsubscribe', topic.name, ({ error, message }) => {
      if (error) return say(message);
      subscribed.delete(topic.name);
      say(`${topic.title}: not subscribed any more.`);
      for (const shown of document.querySelectorAll('.item')) {
        if (shown.dataset.topic === topic.name) shown.remove();
      }
      showTopics();
    });
  }

  feed.on('item', (item) => show(item, true));

  function showTopics() {
    for (const { name, button } of topics) button.setAttribute('aria-pressed', String(subscribed.has(name)));
    byId('empty').hidden = byId('items').childElementCount > 0;
  }

  // An item may come twice, with the history and by itself.
  function show(item, live) {
    const items = byId('items');
    if (items.querySelector(`[data-number="${item.number}"]`)) return;
    const topic = topics.find(({ name }) => name === item.topic);
    if (!topic) return;
    const shown = element('li', live ? 'item live' : 'item');
    shown.dataset.number = item.number;
    shown.dataset.topic = item.topic;
    shown.style.setProperty('--hue', topic.hue);
    const about = element('p', 'about');
    const at = new Date(item.at);
    const time = element('time', '', at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' }));
    time.dateTime = at.toISOString();
    about.append(element('span', 'topic', topic.title), element('span', '', item.by), time);
    shown.append(about, element('p', 'text', item.text));
    const older = [...items.children].find((other) => Number(other.dataset.number) < item.number);
    items.insertBefore(shown, older ?? null);
    while (items.childElementCount > MOST_ITEMS) items.lastElementChild.remove();
    byId('empty').hidden = true;
  }
})();
