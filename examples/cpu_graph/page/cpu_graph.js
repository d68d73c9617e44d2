/* The CPU graph: what the server streams, and what the page asks of it. */
(() => {
  'use strict';

  const { byId, element } = demo;
  const graph = new Graph(byId('graph'));
  const cpu = demo.connect('/cpu');
  const stream = { interval: 500, running: true };
  let received = 0;
  let breaks = true; // The next sample begins a new line.
  let offset; // From the server's clock to ours, by the sample that was quickest here.

  demo.follow(cpu, { lost: () => (breaks = true), failed: (said) => (byId('answer').textContent = said) });

  // A new stream, also after a reconnection: it runs at the server's pace until we say otherwise.
  cpu.on('machine', ({ source, cores, interval }) => {
    const invented = source === 'invented';
    byId('source').classList.toggle('invented', invented);
    byId('source').textContent = invented
      ? 'invented figures: this system does not tell its load'
      : `${cores} ${cores === 1 ? 'core' : 'cores'}, read from ${source}`;
    offset = undefined;
    breaks = true;
    const wanted = { ...stream };
    paceIs({ interval, running: true });
    if (wanted.interval !== interval && received) chooseInterval(wanted.interval);
    if (!wanted.running) setRunning(false);
  });

  cpu.on('load', (at, values) => {
    const late = performance.now() - at;
    offset = offset === undefined ? late : Math.min(offset, late);
    const average = graph.add(at + offset, values, breaks);
    breaks = false;
    byId('samples').textContent = String(++received);
    byId('average').textContent = `${Math.round(average)} %`;
    showLegend(values);
  });

  function showLegend(values) {
    const legend = byId('legend');
    if (legend.children.length !== values.length) {
      legend.replaceChildren(...values.map((_, core) => {
        const item = element('li');
        const key = element('span', 'key');
        item.append(key, element('span', '', `core ${core}`), element('span', 'value'));
        return item;
      }));
    }
    values.forEach((value, core) => {
      legend.children[core].querySelector('.key').style.background = graph.colourOf(core);
      legend.children[core].querySelector('.value').textContent = `${Math.round(value)} %`;
    });
  }

  // ---- What the page asks for -----------------------------------------------------------------------------------

  function paceIs(pace) {
    Object.assign(stream, pace);
    graph.delay = stream.interval + 150;
    byId('pause').textContent = stream.running ? 'Pause' : 'Resume';
    byId('pause').setAttribute('aria-pressed', String(!stream.running));
    byId('interval').value = String(stream.interval);
  }

  function chooseInterval(wanted) {
    cpu.emit('interval', wanted, ({ interval }) => {
      byId('answer').textContent = interval === wanted
        ? `The server agrees: every ${interval} ms.`
        : `${wanted} ms is too often for the server: every ${interval} ms.`;
      paceIs({ interval });
    });
  }

  function setRunning(running) {
    cpu.emit(running ? 'resume' : 'pause', (answer) => {
      byId('answer').textContent = answer.running ? 'The server goes on.' : 'The server pauses.';
      breaks = true;
      paceIs(answer);
    });
  }

  byId('interval').addEventListener('change', (event) => chooseInterval(Number(event.target.value)));
  byId('pause').addEventListener('click', () => setRunning(!stream.running));
})();
