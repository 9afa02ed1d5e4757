/* global uPlot */
// Charts of the last results, by uPlot; what they show stands in the page as numbers, too.

/** A colour of the style sheet as the canvas understands it, in the theme of the moment. */
function themed(name) {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const dark = matchMedia('(prefers-color-scheme: dark)');

export class Chart {
  #holder;
  #plot;
  #series;
  #scales;
  #data;
  #shade;

  /**
   * @param {HTMLElement} holder
   * @param {{ label: string, colour: string, scale?: string, fill?: boolean, width?: number }[]} series colour: a variable of the style sheet or a CSS colour
   * @param {Record<string, object>} scales uPlot's
   * @param {(index: number) => boolean} [shade] whether the background of a point is shaded
   */
  constructor(holder, series, scales = {}, shade = undefined) {
    this.#holder = holder;
    this.#series = series;
    this.#scales = scales;
    this.#shade = shade;
    this.#data = [[], ...series.map(() => [])];
    new ResizeObserver(() => this.#resize()).observe(holder);
    dark.addEventListener('change', () => this.#make());
  }

  /** @param {number[][]} data times in seconds, then the values of each series */
  set(data) {
    this.#data = data;
    if (this.#plot) this.#plot.setData(data);
    else this.#make();
  }

  #resize() {
    const { clientWidth: width, clientHeight: height } = this.#holder;
    if (!this.#plot) this.#make();
    else if (width > 0) this.#plot.setSize({ width, height });
  }

  #make() {
    const { clientWidth: width, clientHeight: height } = this.#holder;
    if (width === 0 || this.#data[0].length === 0) return;
    this.#plot?.destroy();
    const [text, line, shade] = [themed('--quiet'), themed('--line'), themed('--shade')];
    const axis = {
      stroke: text,
      grid: { stroke: line, width: 1 },
      ticks: { stroke: line },
      font: '11px system-ui',
    };
    const colour = (name) => (name.startsWith('--') ? themed(name) : name);
    const second = this.#series.find(({ scale }) => scale);
    this.#plot = new uPlot(
      {
        width,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: true }, ...this.#scales },
        axes: [
          { ...axis, size: 22, space: 70 },
          { ...axis, size: 38, space: 28 },
          ...(second
            ? [{ ...axis, size: 34, space: 28, scale: second.scale, side: 1, grid: { show: false } }]
            : []),
        ],
        series: [
          {},
          ...this.#series.map(({ label, colour: name, scale, fill, width: thickness = 1.5 }) => ({
            label,
            stroke: colour(name),
            width: thickness,
            points: { show: false },
            ...(scale && { scale }),
            ...(fill && { fill: colour(name) }),
          })),
        ],
        hooks: this.#shade ? { drawClear: [(plot) => this.#drawShade(plot, shade)] } : {},
      },
      this.#data,
      this.#holder,
    );
  }

  #drawShade(plot, colour) {
    const times = this.#data[0];
    const { top, height } = plot.bbox;
    plot.ctx.save();
    plot.ctx.fillStyle = colour;
    for (let i = 0; i < times.length; i++) {
      if (!this.#shade(i)) continue;
      const from = plot.valToPos(times[Math.max(0, i - 1)], 'x', true);
      const to = plot.valToPos(times[i], 'x', true);
      plot.ctx.fillRect(from, top, Math.max(2, to - from), height);
    }
    plot.ctx.restore();
  }
}

export const categorical = ['--accent', 'hsl(28 80% 52%)', 'hsl(212 70% 58%)', 'hsl(300 45% 58%)'];
