/* Draws lines that move to the left as time goes by. */
'use strict';

class Graph {
  static SPAN_MS = 30_000;
  static MARGIN = { top: 8, right: 6, bottom: 22, left: 48 };
  // The hues of the first cores; the colour of the average is none of them.
  static HUES = [40, 255, 325, 90, 285, 15, 225, 60];

  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.samples = []; // { at, values, average, breaks }: `breaks` if the line does not lead here.
    this.delay = 0; // How far behind we draw, so that the next sample is there before it is needed.
    const still = matchMedia('(prefers-reduced-motion: reduce)');
    this.isStill = () => still.matches;
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.readColours());
    this.readColours();
    new ResizeObserver(() => this.fit()).observe(canvas);
    this.fit();
    const frame = () => {
      if (!this.isStill()) this.draw();
      requestAnimationFrame(frame);
    };
    frame();
  }

  readColours() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    this.colours = { line: colour('--line'), quiet: colour('--quiet'), accent: colour('--accent') };
    this.series = `${colour('--series-l')} ${colour('--series-c')}`;
  }

  colourOf(core) {
    const hue = Graph.HUES[core] ?? Math.round((core * 137.5) % 360);
    return `oklch(${this.series} ${hue})`;
  }

  fit() {
    const { clientWidth, clientHeight } = this.canvas;
    const scale = devicePixelRatio || 1;
    this.canvas.width = Math.round(clientWidth * scale);
    this.canvas.height = Math.round(clientHeight * scale);
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.width = clientWidth;
    this.height = clientHeight;
    this.draw();
  }

  add(at, values, breaks) {
    const average = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
    this.samples.push({ at, values, average, breaks });
    const oldest = performance.now() - Graph.SPAN_MS - 2 * this.delay - 2000;
    while (this.samples.length > 2 && this.samples[1].at < oldest) this.samples.shift();
    if (this.isStill()) this.draw();
    return average;
  }

  x(at) {
    const { left, right } = Graph.MARGIN;
    return this.width - right - ((this.now - at) / Graph.SPAN_MS) * (this.width - left - right);
  }

  y(percent) {
    const { top, bottom } = Graph.MARGIN;
    return this.height - bottom - (percent / 100) * (this.height - top - bottom);
  }

  draw() {
    if (!this.width || !this.context) return;
    this.now = performance.now() - this.delay;
    const { context, width, height } = this;
    const { left, right, top, bottom } = Graph.MARGIN;
    context.clearRect(0, 0, width, height);
    this.drawGrid();
    context.save();
    context.beginPath();
    context.rect(left, top - 4, width - left - right, height - top - bottom + 8);
    context.clip();
    this.drawArea();
    const cores = Math.max(0, ...this.samples.map(({ values }) => values.length));
    for (let core = 0; core < cores; core++) {
      this.drawLine(({ values }) => values[core], this.colourOf(core), cores > 8 ? 1 : 1.6);
    }
    if (cores > 1) this.drawLine(({ average }) => average, this.colours.accent, 2.6);
    context.restore();
  }

  drawGrid() {
    const { context, width, height } = this;
    const { left, right } = Graph.MARGIN;
    context.strokeStyle = this.colours.line;
    context.fillStyle = this.colours.quiet;
    context.lineWidth = 1;
    context.font = '12px system-ui, sans-serif';
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const percent of [0, 25, 50, 75, 100]) {
      const y = Math.round(this.y(percent)) + 0.5;
      context.beginPath();
      context.moveTo(left, y);
      context.lineTo(width - right, y);
      context.stroke();
      context.fillText(`${percent} %`, left - 7, y);
    }
    context.textBaseline = 'alphabetic';
    for (const seconds of [0, 10, 20, 30]) {
      const x = this.x(this.now - seconds * 1000);
      context.textAlign = seconds === 0 ? 'right' : seconds === 30 ? 'left' : 'center';
      context.fillText(seconds ? `−${seconds} s` : 'now', x, height - 5);
    }
  }

  // Parts of the line that lead on without a break.
  stretches() {
    const stretches = [];
    for (const sample of this.samples) {
      if (sample.breaks || !stretches.length) stretches.push([]);
      stretches.at(-1).push(sample);
    }
    return stretches;
  }

  drawArea() {
    const { context } = this;
    context.fillStyle = this.colours.accent;
    context.globalAlpha = 0.13;
    for (const stretch of this.stretches()) {
      context.beginPath();
      context.moveTo(this.x(stretch[0].at), this.y(0));
      for (const { at, average } of stretch) context.lineTo(this.x(at), this.y(average));
      context.lineTo(this.x(stretch.at(-1).at), this.y(0));
      context.fill();
    }
    context.globalAlpha = 1;
  }

  drawLine(valueOf, colour, thickness) {
    const { context } = this;
    context.strokeStyle = colour;
    context.lineWidth = thickness;
    context.lineJoin = 'round';
    context.beginPath();
    for (const stretch of this.stretches()) {
      stretch.forEach((sample, index) => {
        const value = valueOf(sample) ?? 0;
        context[index ? 'lineTo' : 'moveTo'](this.x(sample.at), this.y(value));
      });
    }
    context.stroke();
  }
}
