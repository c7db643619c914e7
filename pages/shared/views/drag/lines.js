// Two parallel lines, of which one slides by itself until it is taken: each distance with its pull on θ.

import { OF_LINES } from "./mixtures.js";
import { draggable, filled, handle, Moving, pull, put, said, set, Tiles } from "./parts.js";

const OF = Object.keys(OF_LINES);
const LIMIT = 2; // of θ
const THETAS = 41;
const CROSSING = 6; // seconds for θ to slide from one end to the other
const ARROW = 0.6; // length of a pull of 1, in units of θ
const CEILINGS = { jsd: 0.75, tv: 1.08, w1: 2, kl: 1 };

export class Lines extends Moving {
  constructor(parent, frame) {
    super(parent, frame, "lines");
    this.theta = frame.theta;
    this.tiles = new Tiles(this.root, OF, frame.names, frame.colours);
    const line = (name, colour) => {
      const found = put(this.svg, "path", { class: name });
      found.style.stroke = colour;
      return found;
    };
    this.axes = put(this.svg, "g", { class: "axes" });
    this.real = line("segment", "var(--p)");
    this.fake = line("segment grab", "var(--q)");
    this.arrows = Object.fromEntries(
      OF.map((name) => [name, [line("arrow", frame.colours[name]), put(this.svg, "text", { class: "arrow-name" })]]),
    );
    const grip = {
      low: -LIMIT,
      high: LIMIT,
      step: 0.1,
      value: () => this.theta,
      at: (event) => ((event.clientX - this.svg.getBoundingClientRect().left) / this.svg.clientWidth - 0.5) * this.span,
      taken: () => {
        this.stop();
        this.held = true;
      },
      move: (value) => {
        this.theta = Math.round(value * 100) / 100;
        this.ask();
      },
      done: () => this.rest(),
    };
    draggable(this.fake, grip);
    this.handle = handle(this.svg, frame.words.theta, "var(--q)", grip);
    const thetas = Array.from({ length: THETAS }, (_, i) => LIMIT * ((2 * i) / (THETAS - 1) - 1));
    for (const name of OF) {
      const along = thetas.map((theta) => Math.min(OF_LINES[name](theta)[0], 9)); // ∞ lies above every axis
      this.tiles.curve(name, thetas, along, CEILINGS[name]);
    }
    this.begin();
  }

  show(frame, tell) {
    Object.assign(this, { frame, tell });
    if (this.held || this.started !== undefined) return;
    this.theta = frame.theta;
    this.ask();
  }

  play() {
    // from where θ is, towards 0
    const phase = Math.asin(this.theta / LIMIT);
    this.started = performance.now() - ((Math.PI - phase) / Math.PI) * CROSSING * 1000;
    this.ask();
  }

  halted() {
    this.rest();
    this.handle.group.focus({ preventScroll: true });
  }

  /** Where θ comes to rest is what the slider says from then on. */
  rest() {
    this.held = false;
    this.theta = Math.round(this.theta * 10) / 10;
    this.ask();
    this.tell("theta", this.theta);
  }

  moved(seconds) {
    this.theta = LIMIT * Math.sin((seconds / CROSSING) * Math.PI);
  }

  paint() {
    const [width, height] = [this.svg.clientWidth, this.svg.clientHeight];
    if (!width) return;
    set(this.svg, { viewBox: `0 0 ${width} ${height}` });
    this.span = 2 * LIMIT + 0.8;
    const x = (value) => ((value / this.span + 0.5) * width).toFixed(1);
    const [top, ground] = [24, height - 26];
    set(this.real, { d: `M${x(0)} ${top}V${ground}` });
    set(this.fake, { d: `M${x(this.theta)} ${top}V${ground}` });
    this.handle.place(+x(this.theta), (top + ground) / 2);
    this.axes.replaceChildren();
    put(this.axes, "path", { d: `M0 ${ground + 6}H${width}` });
    for (let tick = -LIMIT; tick <= LIMIT; tick++) put(this.axes, "text", { x: x(tick), y: ground + 21 }, said(tick));
    OF.forEach((name, i) => {
      const [value, slope] = OF_LINES[name](this.theta);
      const pulls = pull(slope);
      this.tiles.show(name, this.theta, value, filled(this.frame.words.pull, { pull: pulls }));
      const [arrow, label] = this.arrows[name];
      const y = top + ((ground - top) * (i + 0.6)) / (OF.length + 0.2) + (i >= OF.length / 2 ? 14 : -14);
      const end = this.theta - slope * ARROW;
      const head = Math.sign(slope) * 8;
      const tip = slope ? `L${x(end)} ${y}m${head} -6L${x(end)} ${y}l${head} 6` : "h0.01";
      set(arrow, { d: `M${x(this.theta)} ${y}${tip}` });
      const beyond = this.theta >= 0 ? 1 : -1; // the words stand where no arrow goes
      set(label, { x: +x(this.theta) + 12 * beyond, y: y + 4, "text-anchor": beyond > 0 ? "start" : "end" });
      label.textContent = `${this.frame.names[name]}: ${pulls}`;
    });
    const state = this.theta ? "apart" : "met";
    this.caption.textContent = filled(this.frame.words[state], { theta: this.theta.toFixed(2).replace("-", "−") });
    const label = this.started === undefined ? this.frame.words.play : this.frame.words.stop;
    if (this.button.textContent !== label) this.button.textContent = label;
    set(this.root, { "data-theta": this.theta, "data-playing": this.started !== undefined });
  }
}
