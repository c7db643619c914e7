// Numbers over training: small charts that share one cursor, and histograms. The exact step and values stand in the
// legends, at the pointer while it is over a chart, else at the scrubbed step, else at the last one.

import { hex, make, say, stroke } from "./common.js";
import { OverTime } from "./over_time.js";
import { abreast, apart, clamp, decades, faded, fitting, nearest, number, short, span, ticks } from "./pure.js";

const [LEFT, TOP, BOTTOM] = [46, 8, 22];
const MARKED = 22; // above the curves of a chart with marks, whose words stand there and not over them; over bars, too
const MARKS_APART = 10; // pixels between the words of two of them
const LOWEST = 48; // pixels of a chart on a slide
const GROWN = 2; // times its height, that a chart beside a picture may grow in a high window
const DASHES = { dash: [7, 4], dot: [2, 3], longdash: [12, 4], dashdot: [7, 3, 2, 3] };

export class Curves extends OverTime {
  draw() {
    const { data } = this;
    const inner = this.lay(data.charts);
    this.height = this.high();
    const at = this.hover?.step ?? data.cursor;
    const curves = data.charts.filter((chart) => chart.kind === "lines" && chart.x.length);
    const longest = curves.reduce((best, chart) => (chart.x.length > (best?.x.length ?? 0) ? chart : best), undefined);
    const step = longest?.x[at === null || at === undefined ? longest.x.length - 1 : nearest(longest.x, at)];
    say(this.when, step === undefined ? "" : `${data.labels.step} ${number(step)}`);
    this.when.hidden = !longest;
    data.charts.forEach((chart, i) => {
      if (chart.kind === "lines") this.drawLines(this.figures[i], chart, inner, at);
      else this.drawHistogram(this.figures[i], chart, inner, i);
    });
  }

  /** Of one chart: an equal share of the room that titles and legends leave to the rows on a slide, or, up to a limit,
   * beside a picture. */
  high() {
    const slide = this.space(this.grid);
    const room = slide ?? this.beside(this.grid);
    if (!room) return this.data.height;
    const { figures, rows } = this;
    const words = figures.reduce((sum, { figure, canvas }) => sum + figure.offsetHeight - canvas.offsetHeight, 0);
    const gaps = parseFloat(getComputedStyle(this.grid).rowGap) * (rows - 1);
    const share = Math.floor((room - gaps) / rows - words / figures.length);
    return slide ? Math.max(LOWEST, share) : clamp(share, this.data.height, GROWN * this.data.height);
  }

  parts() {
    return { legend: make("div", { className: "legend" }) };
  }

  /** The buttons of a chart's legend, one for each line. */
  layers(chart) {
    return chart.lines.map((line) => ({
      id: `${chart.title}/${line.label}`,
      label: line.label,
      colour: this.colour(line),
    }));
  }

  /** The lines a visitor has not hidden. */
  visible(chart) {
    const layers = this.layers(chart);
    return chart.lines.filter((_, i) => this.shown(layers, layers[i].id));
  }

  /** Where the curves of a chart begin, from above. */
  top(chart) {
    const words = chart.kind === "lines" ? chart.marks : chart.references;
    return words?.length ? MARKED : TOP;
  }

  /** Title, legend with the values in it, and an empty canvas with its scales: gives {context, px, py, right}. */
  frame(parts, chart, width, { x, values, low, high }) {
    const { height, colours } = this;
    const title = chart.title + (chart.unit ? ` (${chart.unit})` : "");
    const texts = chart.lines.map((line, i) => `${line.label} ${values[i] === undefined ? "" : number(values[i])}`);
    this.chips(parts.legend, this.layers(chart));
    [...parts.legend.children].forEach((chip, i) => {
      const text = values[i] === undefined ? "" : number(values[i]);
      const value = chip.querySelector("b") ?? chip.appendChild(make("b"));
      say(value, text);
    });
    const spoken = `${chart.title}. ${texts.join(", ")}`;
    const context = this.begin(parts, { title, spoken, width, height });
    const named = chart.kind === "lines" ? chart.references : []; // their names stand in the right margin
    const names = Math.max(10, ...named.map(([, text]) => context.measureText(text).width + 8));
    const right = width - Math.min(names, width / 4);
    const [x0, x1] = x;
    const scale = chart.log_y ? Math.log10 : (y) => y;
    const [bottom, top] = [scale(low), scale(high)];
    const px = (value) => LEFT + ((value - x0) / (x1 - x0 || 1)) * (right - LEFT);
    const py = (value) =>
      height - BOTTOM - ((scale(value) - bottom) / (top - bottom)) * (height - this.top(chart) - BOTTOM);
    parts.axis = { x0, x1, right };

    context.lineWidth = 1;
    context.fillStyle = colours.faint;
    context.strokeStyle = colours.line;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.beginPath();
    for (const tick of chart.log_y ? decades(low, high) : ticks(low, high, height / 45)) {
      const y = Math.round(py(tick)) + 0.5;
      context.moveTo(LEFT, y);
      context.lineTo(right, y);
      context.fillText(short(tick), LEFT - 6, y);
    }
    this.below(context, x0, x1, width, px, height - BOTTOM);
    context.stroke();
    return { context, px, py, right };
  }

  colour({ color }) {
    return this.colours[color] ?? color;
  }

  drawLines(parts, chart, width, at) {
    const { colours, data } = this;
    const { x } = chart;
    const last = x.length - 1;
    const i = at === null || at === undefined ? last : nearest(x, at);
    const values = chart.lines.map((line) => (last < 0 ? NaN : line.y[i]));
    const lines = this.visible(chart);
    const arrays = lines.flatMap((line) => (line.low ? [line.low, line.y, line.high] : [line.y]));
    const references = chart.references.map(([y]) => y);
    const { ghost } = chart;
    const [low, high] = chart.limits ?? span([...arrays, ...(ghost?.lines ?? [])], references, chart.log_y);
    const longer = ghost?.x.length && !(x[last] > ghost.x.at(-1)) ? ghost.x : x;
    const end = longer.length - 1;
    const range = [end < 0 ? 0 : Math.min(longer[0], data.start ?? longer[0]), end < 0 ? 1 : longer[end]];
    const { context, px, py, right } = this.frame(parts, chart, width, { x: range, values, low, high });
    const drawable = (y) => Number.isFinite(y) && (!chart.log_y || y > 0);
    const [top, bottom] = [this.top(chart), this.height - BOTTOM];

    context.textAlign = "left";
    context.textBaseline = "middle";
    const levels = chart.references.filter(([y]) => drawable(y) && y >= low && y <= high);
    const places = apart(
      levels.map(([y]) => py(y)),
      colours.size + 1,
      top,
      bottom,
    );
    levels.forEach(([y, text], k) => {
      this.rule(context, LEFT, py(y), right - LEFT, 0);
      context.fillStyle = colours.text;
      const room = width - right - 5;
      context.fillText(
        fitting(text, room, (part) => context.measureText(part).width),
        right + 5,
        places[k],
      );
    });
    const marks = chart.marks.filter(([step]) => step >= range[0] && step <= range[1]);
    const wide = (part) => context.measureText(part).width;
    const begin = marks.map(([step]) => px(step));
    const words = marks.map(([, text]) => text);
    for (const x of begin) this.rule(context, x, top, 0, bottom - top);
    context.textBaseline = "top";
    context.fillStyle = colours.text;
    for (const [text, x] of abreast(begin, words, MARKS_APART, 0, width, wide)) context.fillText(text, x, 4);

    context.save(); // beyond the limits of a chart that has them nothing is drawn
    context.beginPath();
    context.rect(LEFT, top - 1, right - LEFT + 2, bottom - top + 2);
    context.clip();
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    for (const y of ghost?.lines ?? []) {
      for (const [from, to] of this.runs(ghost.x, (k) => drawable(y[k]))) {
        context.beginPath();
        for (let k = from; k < to; k++) context.lineTo(px(ghost.x[k]), py(y[k]));
        context.stroke();
      }
    }
    for (const line of lines) {
      const colour = this.colour(line);
      if (line.low) {
        context.fillStyle = faded(hex(colour, "#888888"), 0.22);
        for (const [from, to] of this.runs(x, (k) => drawable(line.low[k]) && drawable(line.high[k]))) {
          context.beginPath();
          for (let k = from; k < to; k++) context.lineTo(px(x[k]), py(line.high[k]));
          for (let k = to - 1; k >= from; k--) context.lineTo(px(x[k]), py(line.low[k]));
          context.fill();
        }
      }
      context.strokeStyle = context.fillStyle = colour;
      context.lineWidth = 1; // without a graphics card a noisy line of 1.6 takes three times as long, or more
      context.lineJoin = "bevel";
      context.setLineDash(DASHES[line.dash] ?? []);
      for (const [from, to] of this.runs(x, (k) => drawable(line.y[k]))) {
        context.beginPath();
        for (let k = from; k < to; k++) context.lineTo(px(x[k]), py(line.y[k]));
        context.stroke();
        const alone = to - from === 1; // between two gaps
        if (alone) context.fillRect(px(x[from]) - 1.5, py(line.y[from]) - 1.5, 3, 3);
      }
    }

    context.restore(); // the dashes too

    if (data.cursor !== null && last >= 0 && data.cursor >= range[0] && data.cursor <= range[1]) {
      context.strokeStyle = colours.primary;
      context.lineWidth = 1.5;
      stroke(context, px(data.cursor), top, 0, bottom - top);
    }
    if (last < 0 || at === null || at === undefined) return;
    const where = px(x[i]);
    if (this.hover?.step !== undefined) {
      context.strokeStyle = colours.faint;
      context.lineWidth = 1;
      stroke(context, where, top, 0, bottom - top);
    }
    for (const line of lines) {
      if (!drawable(line.y[i]) || line.y[i] < low || line.y[i] > high) continue;
      context.beginPath();
      context.arc(where, py(line.y[i]), 3, 0, 2 * Math.PI);
      context.fillStyle = this.colour(line);
      context.fill();
      context.strokeStyle = colours.background;
      context.lineWidth = 1;
      context.stroke();
    }
  }

  /** A dashed line, `across` or `along` pixels long. */
  rule(context, x, y, across, along) {
    context.setLineDash([5, 4]);
    context.lineWidth = 1;
    context.strokeStyle = this.colours.faint;
    stroke(context, x, y, across, along);
    context.setLineDash([]);
  }

  /** Text with the background's colour round it, so that it can be read over lines. */
  write(context, text, x, y) {
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeStyle = this.colours.background;
    context.strokeText(text, x, y);
    context.fillStyle = this.colours.text;
    context.fillText(text, x, y);
    context.lineWidth = 1;
  }

  /** [from, to) of the stretches whose entries are good: the rest is a gap. */
  *runs(x, good) {
    for (let from = 0; from < x.length; from++) {
      if (!good(from)) continue;
      let to = from + 1;
      while (to < x.length && good(to)) to++;
      yield [from, to];
      from = to;
    }
  }

  drawHistogram(parts, chart, width, index) {
    const { colours } = this;
    const [x0, x1] = chart.x;
    const bars = (line) => !line.own_scale;
    const bins = Math.max(1, ...chart.lines.filter(bars).map((line) => line.y.length));
    const over = this.hover?.chart === index; // then hover.at is there
    const bin = over ? clamp(Math.floor(((this.hover.at - x0) / (x1 - x0)) * bins), 0, bins - 1) : undefined;
    const values = chart.lines.map(({ y }) =>
      bin === undefined ? undefined : y[Math.floor(((bin + 0.5) / bins) * y.length)],
    );
    const lines = this.visible(chart);
    const high = Math.max(...lines.filter(bars).map((line) => Math.max(...line.y.filter(Number.isFinite))), 0) || 1;
    const ranges = { x: [x0, x1], values, low: 0, high: high * 1.05 };
    const { context, px, py, right } = this.frame(parts, chart, width, ranges);
    const edge = (i) => px(x0 + ((x1 - x0) * i) / bins);
    const [top, floor] = [this.top(chart), py(0)];
    for (const line of lines) {
      const colour = this.colour(line);
      if (line.own_scale) {
        this.drawFunction(context, line, chart, px, top, floor);
        continue;
      }
      context.beginPath();
      context.moveTo(edge(0), floor);
      line.y.forEach((count, i) => {
        context.lineTo(edge(i), py(Number.isFinite(count) ? count : 0));
        context.lineTo(edge(i + 1), py(Number.isFinite(count) ? count : 0));
      });
      context.lineTo(edge(bins), floor);
      context.fillStyle = faded(hex(colour, "#888888"), 0.3);
      context.fill();
      context.strokeStyle = colour;
      context.lineWidth = 1.4;
      context.stroke();
    }
    for (const [x, text] of chart.references) {
      if (x < x0 || x > x1) continue;
      this.rule(context, px(x), top, 0, floor - top);
      context.textAlign = "center";
      context.textBaseline = "top";
      this.write(context, text, clamp(px(x), LEFT + 20, right - 20), 4);
    }
    if (bin === undefined) return;
    context.fillStyle = faded(colours.text, 0.1);
    context.fillRect(edge(bin), top, edge(bin + 1) - edge(bin), floor - top);
    const late = edge(bin) > width / 2;
    context.textAlign = late ? "right" : "left";
    context.textBaseline = "top";
    const [from, to] = [bin, bin + 1].map((i) => number(x0 + ((x1 - x0) * i) / bins, 3));
    this.write(context, `${from} … ${to}`, late ? edge(bin) - 4 : edge(bin + 1) + 4, top + 12);
  }

  /** A curve from the floor to the ceiling, and where the samples sit on it: a dot a bin, its area their share. */
  drawFunction(context, line, { x: [x0, x1], lines }, px, top, floor) {
    const { y } = line;
    const [low, high] = span([y], [], false);
    const at = (share) => {
      const value = y[Math.round(share * (y.length - 1))];
      return [px(x0 + (x1 - x0) * share), floor - ((value - low) / (high - low)) * (floor - top)];
    };
    context.strokeStyle = context.fillStyle = this.colour(line);
    context.lineWidth = 2;
    context.setLineDash(DASHES[line.dash] ?? []);
    context.beginPath();
    y.forEach((_, i) => context.lineTo(...at(i / (y.length - 1))));
    context.stroke();
    context.setLineDash([]);
    const counts = lines[0].y;
    const most = Math.max(...counts);
    counts.forEach((count, bin) => {
      if (!(count > 0)) return;
      context.beginPath();
      context.arc(...at((bin + 0.5) / counts.length), 1 + 7 * Math.sqrt(count / most), 0, 2 * Math.PI);
      context.fill();
    });
  }

  aim(chart, index, x) {
    const { x0, x1, right } = this.figures[index].axis;
    return this.at(chart, index, x0 + ((x - LEFT) / (right - LEFT)) * (x1 - x0));
  }

  move(chart, index, key) {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[key];
    if (!by || chart.kind !== "lines" || !chart.x.length) return undefined;
    const now = nearest(chart.x, this.hover?.step ?? this.data.cursor ?? Infinity);
    return this.at(chart, index, chart.x[clamp(now + by, 0, chart.x.length - 1)]);
  }

  at(chart, index, x) {
    if (chart.kind === "histogram") return { chart: index, at: x };
    return chart.x.length ? { chart: index, step: chart.x[nearest(chart.x, x)] } : undefined;
  }

  step() {
    return this.hover.step;
  }
}
