// Two densities on a line to take by the mean or by the width, what a distance adds up, and all distances.

import { ticks } from "../live/pure.js";
import { DISTANCES, density, INTEGRANDS } from "./mixtures.js";
import { draggable, filled, handle, Pair, path, pull, put, said, set, Tiles } from "./parts.js";

const NAMES = Object.keys(DISTANCES);
const X = [-6.5, 6.5]; // of the picture
const MEANS = [-4, 4]; // of a mean, and of the small curves
const STDS = [0.1, 3];
const POINTS = 480; // of a drawn curve
const PLACES = 33; // of a small one
const TOPS = { jsd: 0.75, tv: 1.08 }; // of the axes of what is bounded
const NUDGE = 0.01; // for a slope
const ONE_WAY = 9; // seconds for q to slide from one end to the other
const UPPER = 0.58; // share of the picture that the densities have
// kind → [mean, std] of each Gaussian that can be taken
const GRIPS = {
  gaussian: [["mean", "std"]],
  two: [
    ["mean", "std"],
    ["mean2", "std2"],
  ],
};

export class Densities extends Pair {
  constructor(parent, frame) {
    super(parent, frame, "densities");
    this.tiles = new Tiles(this.root, NAMES, frame.names, frame.colours, (name) => this.choose(name));
    this.begin();
  }

  take(frame) {
    super.take(frame);
    this.draw = frame.draw;
  }

  build() {
    this.svg.replaceChildren();
    this.drawn = undefined;
    const line = (name) => put(this.svg, "path", { class: name });
    Object.assign(this, { axes: put(this.svg, "g", { class: "axes" }), adds: line("adds"), areas: {}, handles: [] });
    this.adds.style.stroke = this.adds.style.fill = "var(--adds)";
    this.title = put(this.svg, "text", { class: "title" });
    for (const side of ["p", "q"]) {
      const colour = `var(--${side})`;
      this.areas[side] = line("density");
      this.areas[side].style.stroke = this.areas[side].style.fill = colour;
      draggable(this.areas[side], this.grip(side, "mean"));
    }
    for (const side of ["p", "q"]) {
      for (const [mean, std] of GRIPS[this[side].kind]) {
        const named = (name) => `${side}: ${this.frame.words[name]}`;
        const of = { side, mean, std };
        const stalk = put(this.svg, "path", { class: "stalk" });
        stalk.style.stroke = `var(--${side})`;
        const wide = handle(this.svg, named(std), `var(--${side})`, this.grip(side, std, mean), { square: true });
        const middle = handle(this.svg, named(mean), `var(--${side})`, this.grip(side, mean));
        const label = put(middle.group, "text", { y: -14, class: "name" }, side);
        label.style.fill = `var(--${side})`;
        this.handles.push({ ...of, stalk, wide, middle });
      }
    }
  }

  /** How one number of one side is taken; `mean`: that of the width. */
  grip(side, name, mean) {
    const [low, high] = mean ? STDS : MEANS;
    return {
      low,
      high,
      step: mean ? 0.05 : 0.1,
      value: () => this[side][name],
      at: (event) => {
        const x = this.back(event.clientX - this.svg.getBoundingClientRect().left);
        return mean ? Math.abs(x - this[side][mean]) : x;
      },
      taken: () => {
        this.stop();
        this.held = true;
      },
      move: (value) => {
        this[side][name] = Math.round(value * 100) / 100;
        this.ask();
      },
      done: () => {
        this.held = false;
        this.report();
      },
    };
  }

  report() {
    const numbers = ["p", "q"].flatMap((side) =>
      GRIPS[this[side].kind].flat().map((name) => [side, name, this[side][name]]),
    );
    this.tell("shape", numbers);
  }

  choose(name) {
    this.draw = name;
    this.ask();
    this.tell("draw", name);
  }

  // ── q slides by itself ──

  play() {
    // from where q is, to the right
    const share = (this.q.mean - MEANS[0]) / (MEANS[1] - MEANS[0]);
    this.started = performance.now() - (Math.acos(1 - 2 * share) / Math.PI) * ONE_WAY * 1000;
    this.ask();
  }

  halted() {
    this.q.mean = Math.round(this.q.mean * 100) / 100;
    this.ask();
    this.report();
    this.handles.find(({ side }) => side === "q").middle.group.focus({ preventScroll: true });
  }

  moved(seconds) {
    const way = (seconds / ONE_WAY) * Math.PI;
    this.q.mean = MEANS[0] + ((MEANS[1] - MEANS[0]) * (1 - Math.cos(way))) / 2;
  }

  // ── drawing ──

  mixtures(moved = 0) {
    const q = { ...this.q, mean: this.q.mean + moved };
    return [this.p, q].map(({ kind, mean, std, mean2, std2, weight2 }) =>
      kind === "gaussian"
        ? [[1, mean, std]]
        : [
            [1 - weight2, mean, std],
            [weight2, mean2, std2],
          ],
    );
  }

  paint() {
    const [p, q] = this.mixtures();
    this.picture(p, q);
    this.numbers(p, q);
    set(this.root, { "data-q": this.q.mean.toFixed(2), "data-playing": this.started !== undefined });
    const { words } = this.frame;
    const playing = this.started !== undefined;
    const label = playing ? words.stop : words.play;
    if (this.button.textContent !== label) this.button.textContent = label;
  }

  numbers(p, q) {
    const shape = JSON.stringify([this.p, { ...this.q, mean: 0 }]);
    if (shape !== this.shape) {
      this.shape = shape;
      this.outdated = [...NAMES];
    }
    // one small curve a picture, so that none waits for all of them
    for (const name of this.outdated.splice(0, this.curved ? 1 : NAMES.length)) {
      const means = Array.from({ length: PLACES }, (_, i) => MEANS[0] + ((MEANS[1] - MEANS[0]) * i) / (PLACES - 1));
      const along = means.map((mean) => DISTANCES[name](...this.mixtures(mean - this.q.mean)));
      this.tiles.curve(name, means, along, TOPS[name]);
    }
    this.curved = true;
    if (this.outdated.length) this.ask();
    const [left, right] = [this.mixtures(-NUDGE), this.mixtures(NUDGE)];
    const values = Object.fromEntries(NAMES.map((name) => [name, DISTANCES[name](p, q)]));
    for (const name of NAMES) {
      const slope = (DISTANCES[name](...right) - DISTANCES[name](...left)) / (2 * NUDGE);
      const pulls = filled(this.frame.words.pull, { pull: pull(slope) });
      this.tiles.show(name, this.q.mean, values[name], pulls, name === this.draw);
    }
    const state = values.tv > 0.98 ? "apart" : values.tv < 0.15 ? "met" : "partly";
    const told = Object.fromEntries(NAMES.map((name) => [name, said(values[name])]));
    const caption = filled(this.frame.words[state], { ...told, overlap: said(100 * (1 - values.tv), 2) });
    if (this.caption.textContent !== caption) this.caption.textContent = caption;
  }

  picture(p, q) {
    const [width, height] = [this.svg.clientWidth, this.svg.clientHeight];
    if (!width || !height) return;
    set(this.svg, { viewBox: `0 0 ${width} ${height}` });
    const x = (value) => ((value - X[0]) / (X[1] - X[0])) * width;
    this.back = (at) => X[0] + (at / width) * (X[1] - X[0]);
    const xs = Array.from({ length: POINTS + 1 }, (_, i) => X[0] + ((X[1] - X[0]) * i) / POINTS);
    const at = xs.map(x);
    const ground = Math.round(height * UPPER);
    const heights = { p: xs.map((one) => density(p, one)), q: xs.map((one) => density(q, one)) };
    const peaks = this.handles.map(({ side, mean }) => density(side === "p" ? p : q, this[side][mean]));
    const top = 1.02 * Math.max(...heights.p, ...heights.q, ...peaks);
    const y = (value) => ground - (value / top) * (ground - 34);
    for (const side of ["p", "q"]) {
      set(this.areas[side], {
        d: `M0 ${ground}${path(at, heights[side].map(y)).replace("M", "L")}L${width} ${ground}Z`,
      });
    }
    for (const { side, mean, std, stalk, wide, middle } of this.handles) {
      const [m, s] = [this[side][mean], this[side][std]];
      const edge = m + s < X[1] - 0.3 ? m + s : m - s; // on the side where there is room
      const of = side === "p" ? p : q;
      middle.place(x(m), y(density(of, m)));
      wide.place(x(edge), y(density(of, edge)));
      set(stalk, { d: `M${x(m).toFixed(1)} ${ground}V${y(density(of, m)).toFixed(1)}` });
    }
    this.axis(x, ground, width, height);
    const added = xs.map((one) => INTEGRANDS[this.draw](p, q, one));
    const [low, high] = [Math.min(0, ...added), Math.max(1e-9, ...added)];
    const [above, under] = [ground + 46, height - 6];
    const down = (value) => under - ((value - low) / (high - low)) * (under - above);
    const zero = down(0).toFixed(1);
    set(this.adds, { d: `M0 ${zero}${path(at, added.map(down)).replace("M", "L")}L${width} ${zero}Z` });
    this.root.style.setProperty("--adds", this.frame.colours[this.draw]);
    set(this.title, { x: 4, y: above - 8 });
    const title = `${this.frame.adds[this.draw]} · ${filled(this.frame.words.scale, { top: said(high, 2) })}`;
    if (this.title.textContent !== title) this.title.textContent = title;
  }

  axis(x, ground, width, height) {
    if (this.drawn === `${width} ${height}`) return;
    this.drawn = `${width} ${height}`;
    this.axes.replaceChildren();
    put(this.axes, "path", { d: `M0 ${ground}H${width}` });
    for (const tick of ticks(X[0], X[1], 12)) {
      put(this.axes, "text", { x: x(tick), y: ground + 15 }, said(tick));
    }
  }
}
