/* The page: a row for each check, which shows how it went. `?run` runs all of them at once. */
(() => {
  'use strict';

  const LIMIT_MS = 18_000; // For a whole check.

  const { byId, element } = demo;
  const main = demo.connect('/features');
  const rows = [];
  let running = false;

  demo.follow(main, {
    // Errors belong to the checks that have provoked them.
    failed() {},
    connected(again) {
      if (!again && new URLSearchParams(location.search).has('run')) runAll();
    },
  });

  function makeRow([title, about, check]) {
    const node = element('article', 'check');
    node.dataset.verdict = 'none';
    const verdict = element('span', 'verdict');
    verdict.setAttribute('role', 'img');
    const says = element('p', 'says', about);
    const button = element('button', '', 'Run');
    button.type = 'button';
    button.disabled = true;
    button.dataset.needsConnection = '';
    button.setAttribute('aria-label', `Run: ${title} ${about}`);
    node.append(verdict, element('h3', '', title), says, button);
    const row = { node, verdict, says, about, check };
    button.addEventListener('click', () => alone(() => run(row)));
    return row;
  }

  for (const [title, group] of checks) {
    const section = element('section');
    const list = element('div', 'checks');
    for (const check of group) {
      const row = makeRow(check);
      rows.push(row);
      list.append(row.node);
    }
    section.append(element('h2', '', title), list);
    byId('groups').append(section);
  }

  function show(row, verdict, text) {
    row.node.dataset.verdict = verdict;
    row.verdict.setAttribute('aria-label', verdict);
    row.says.textContent = text ? `${row.about}: ${text}` : row.about;
    summarize();
  }

  async function run(row) {
    show(row, 'running');
    const bench = new checking.Bench(main);
    try {
      const seen = await inTime(row.check(bench));
      await inTime(bench.close());
      show(row, 'passed', seen);
    } catch (error) {
      show(row, 'failed', error.message);
      await inTime(bench.close()).catch(() => {});
    }
  }

  function inTime(work) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('it took too long')), LIMIT_MS);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  }

  // Checks share a connection, so they take turns.
  async function alone(work) {
    if (running) return;
    running = true;
    try {
      await work();
    } finally {
      running = false;
      summarize();
    }
  }

  function runAll() {
    return alone(async () => {
      for (const row of rows) show(row, 'none');
      for (const row of rows) await run(row);
    });
  }
  byId('run-all').addEventListener('click', runAll);

  function summarize() {
    const count = (verdict) => rows.filter(({ node }) => node.dataset.verdict === verdict).length;
    const [passed, failed] = [count('passed'), count('failed')];
    const done = !running && passed + failed === rows.length;
    byId('passed').style.width = `${(100 * passed) / rows.length}%`;
    byId('failed').style.width = `${(100 * failed) / rows.length}%`;
    byId('summary').dataset.done = String(done);
    byId('summary').textContent = failed
      ? `${failed} failed, ${passed} of ${rows.length} passed`
      : `${passed} of ${rows.length} passed${done ? ' over ' + main.socket.transport.name : ''}`;
  }
})();
