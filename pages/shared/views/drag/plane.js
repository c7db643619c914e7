// Two distributions in the plane to take by the middle, the axes or the radius, with the samples that were drawn of them
// and how the chosen distance pairs these. What is closed moves with the hand; the rest follows when it lets go.

import { clamp, ticks } from "../live/pure.js";
import { affine, klNormals, w2Normals } from "./normals.js";
import { draggableInPlane, filled, Pair, put, said, set } from "./parts.js";

const WINDOW = 5; // of the picture on either side of 0
const MIDDLES = [-4, 4];
const WIDTHS = [0.1, 2];
const RADII = [0, 4];
const MODES = 8; // of a ring
const ROUND = 12; // seconds for q to go round once
const AROUND = 0.8; // … at this distance from where it was
const SEGMENTS = 48; // of an ellipse
const hundredths = (value) => Math.round(value * 100) / 100;

// kind → its Gaussians as [x, y, std along, std across, angle], and its handles: name → where it is, and what being
// there sets
const KINDS = {
  gaussian: {
    parts: ({ x, y, std_long, std_short, angle }) => [[x, y, std_long, std_short, (angle * Math.PI) / 180]],
    handles: {
      mean: { at: ({ x, y }) => [x, y], set: ([x, y]) => ({ x: clamp(x, ...MIDDLES), y: clamp(y, ...MIDDLES) }) },
      std_long: {
        at: ({ x, y, std_long, angle }) => along(x, y, std_long, angle),
        set: ([u, v], { x, y }) => ({
          std_long: clamp(Math.hypot(u - x, v - y), ...WIDTHS),
          angle: (5 * Math.round((Math.atan2(v - y, u - x) * 180) / Math.PI / 5) + 360) % 180,
        }),
      },
      std_short: {
        at: ({ x, y, std_short, angle }) => along(x, y, std_short, angle + 90),
        set: ([u, v], { x, y }) => ({ std_short: clamp(Math.hypot(u - x, v - y), ...WIDTHS) }),
      },
    },
  },
  ring: {
    parts: ({ kept, radius, std }) =>
      Array.from({ length: kept }, (_, i) => [...along(0, 0, radius, (360 * i) / MODES), std, std, 0]),
    handles: {
      radius: { at: ({ radius }) => [radius, 0], set: ([u, v]) => ({ radius: clamp(Math.hypot(u, v), ...RADII) }) },
    },
  },
};

function along(x, y, far, degrees) {
  const turn = (degrees * Math.PI) / 180;
  return [x + far * Math.cos(turn), y + far * Math.sin(turn)];
}

export class Plane extends Pair {
  constructor(parent, frame) {
    super(parent, frame, "plane");
    this.begin();
  }

  build() {
    this.svg.replaceChildren();
    this.axes = put(this.svg, "g", { class: "axes" });
    this.drawn = undefined;
    this.lines = put(this.svg, "g", { class: "pairs" });
    this.sides = Object.fromEntries(
      ["p", "q"].map((side) => {
        const group = put(this.svg, "g");
        group.style.color = `var(--${side})`;
        return [side, { dots: put(group, "path", { class: "dots" }), shape: put(group, "path", { class: "density" }) }];
      }),
    );
    this.handles = ["p", "q"].flatMap((side) =>
      Object.keys(KINDS[this[side].kind].handles).map((name) => this.handle(side, name)),
    );
    for (const side of ["p", "q"]) {
      const [first] = Object.keys(KINDS[this[side].kind].handles);
      draggableInPlane(this.sides[side].shape, this.grip(side, first));
    }
  }

  handle(side, name) {
    const group = put(this.svg, "g", {
      tabindex: 0,
      role: "slider",
      "aria-label": `${side}: ${this.frame.words[name]}`,
      class: "handle",
    });
    group.style.setProperty("cursor", "move");
    put(group, "circle", { r: 22, class: "reach" });
    const main = name === "mean" || name === "radius";
    put(group, main ? "circle" : "rect", main ? { r: 8 } : { x: -6, y: -6, width: 12, height: 12, rx: 2 });
    group.lastChild.style.fill = `var(--${side})`;
    put(group, "title", {}, group.getAttribute("aria-label"));
    if (main) put(group, "text", { y: -14, class: "name" }, side).style.fill = `var(--${side})`;
    draggableInPlane(group, this.grip(side, name));
    return { side, name, group };
  }

  grip(side, name) {
    const { at, set: sets } = KINDS[this[side].kind].handles[name];
    return {
      step: 0.1,
      value: () => at(this[side]),
      at: (event) => {
        const box = this.svg.getBoundingClientRect();
        return this.back(event.clientX - box.left, event.clientY - box.top);
      },
      taken: () => {
        this.stop();
        this.held = true;
      },
      move: (place) => {
        const found = sets(place, this[side]);
        for (const [of, value] of Object.entries(found)) this[side][of] = hundredths(value);
        this.ask();
      },
      done: () => {
        this.held = false;
        this.report();
      },
    };
  }

  report() {
    this.tell(
      "shape",
      ["p", "q"].flatMap((side) =>
        Object.entries(this[side])
          .filter(([name, value]) => name !== "kind" && value !== this.frame[side][name])
          .map(([name, value]) => [side, name, value]),
      ),
    );
  }

  // ── q goes round by itself ──

  play() {
    this.started = performance.now();
    this.from = { ...this.q };
    this.ask();
  }

  stop() {
    if (this.started === undefined) return;
    super.stop();
    Object.assign(this.q, { x: hundredths(this.q.x), y: hundredths(this.q.y) });
  }

  halted() {
    this.ask();
    this.report();
  }

  moved(seconds) {
    const turn = (seconds / ROUND) * 2 * Math.PI;
    const { x, y } = this.from;
    const place = [x + AROUND * Math.sin(turn), y + AROUND * (1 - Math.cos(turn))];
    [this.q.x, this.q.y] = place.map((one) => clamp(one, ...MIDDLES));
  }

  // ── drawing ──

  paint() {
    const { frame, svg } = this;
    const [width, height] = [svg.clientWidth, svg.clientHeight];
    if (!width || !height) return;
    set(svg, { viewBox: `0 0 ${width} ${height}` });
    const unit = Math.min(width, height) / (2 * WINDOW);
    const [x, y] = [(one) => width / 2 + one * unit, (one) => height / 2 - one * unit];
    this.back = (left, top) => [(left - width / 2) / unit, (height / 2 - top) / unit];
    this.axis(x, y, width, height);
    const places = { p: this.samples("p"), q: this.samples("q") };
    for (const side of ["p", "q"]) {
      const parts = KINDS[this[side].kind].parts(this[side]);
      set(this.sides[side].shape, {
        d: parts.flatMap((part) => [1, 2].map((far) => ellipse(part, far, x, y))).join(""),
      });
      const dots = places[side].map(([u, v]) => `M${x(u).toFixed(1)} ${y(v).toFixed(1)}h0.01`);
      set(this.sides[side].dots, { d: dots.join("") });
      set(this.sides[side].dots, { opacity: this.known(side) ? 0.9 : 0.25 });
    }
    const drawn = frame.pairs.map(([i, j]) => {
      const [from, to] = [places.p[i], places.q[j]];
      return `M${x(from[0]).toFixed(1)} ${y(from[1]).toFixed(1)}L${x(to[0]).toFixed(1)} ${y(to[1]).toFixed(1)}`;
    });
    while (this.lines.children.length > drawn.length) this.lines.lastChild.remove();
    while (this.lines.children.length < drawn.length) put(this.lines, "path");
    drawn.forEach((d, k) => {
      set(this.lines.children[k], { d, "stroke-opacity": 0.6 * frame.pairs[k][2] });
    });
    set(this.lines, { opacity: this.changed ? 0.3 : 1 });
    for (const { side, name, group } of this.handles) {
      const [u, v] = KINDS[this[side].kind].handles[name].at(this[side]);
      set(group, { transform: `translate(${x(u).toFixed(1)} ${y(v).toFixed(1)})` });
      set(group, { "aria-valuenow": hundredths(Math.hypot(u, v)), "aria-valuetext": `${said(u)}, ${said(v)}` });
    }
    this.say();
  }

  /** Whether p and q are still those of the samples. */
  get changed() {
    return ["p", "q"].some((side) =>
      Object.entries(this.frame[side]).some(([name, value]) => this[side][name] !== value),
    );
  }

  /** Whether the samples of one side can follow it: a Gaussian's do by the map that takes one to the other. */
  known(side) {
    return this[side].kind === "gaussian" || this[side].radius === this.frame[side].radius;
  }

  samples(side) {
    const drawn = this.frame.samples[side];
    if (this[side].kind !== "gaussian") return drawn;
    const [[before], [now]] = [this.frame[side], this[side]].map(KINDS.gaussian.parts);
    const map = affine(before, now);
    return drawn.map(map);
  }

  say() {
    const { frame } = this;
    const { words } = frame;
    const both = ["p", "q"].every((side) => this[side].kind === "gaussian");
    const [p, q] = ["p", "q"].map((side) => KINDS[this[side].kind].parts(this[side])[0]);
    const numbers = both
      ? filled(this.changed ? words.now : words.closed, {
          kl_pq: said(klNormals(p, q)),
          kl_qp: said(klNormals(q, p)),
          w2: said(w2Normals(p, q)),
        })
      : words.open;
    const text = this.changed && !both ? words.later : numbers;
    if (this.caption.textContent !== text) this.caption.textContent = text;
    const playing = this.started !== undefined;
    const label = playing ? words.stop : words.play;
    this.button.hidden = this.q.kind !== "gaussian";
    if (this.button.textContent !== label) this.button.textContent = label;
    set(this.root, { "data-q": `${this.q.x?.toFixed(2)} ${this.q.y?.toFixed(2)}`, "data-playing": playing });
    this.ahead(this.changed);
  }

  /** The table beside it is of other shapes: it is faint until it has followed. */
  ahead(is) {
    document.querySelector(".st-key-stage")?.toggleAttribute("data-ahead", is);
  }

  left() {
    this.ahead(false); // Streamlit gives the same stage to the next section
  }

  axis(x, y, width, height) {
    if (this.drawn === `${width} ${height}`) return;
    this.drawn = `${width} ${height}`;
    this.axes.replaceChildren();
    put(this.axes, "path", { d: `M0 ${y(0)}H${width}M${x(0)} 0V${height}` });
    for (const tick of ticks(-WINDOW, WINDOW, 8).filter(Boolean)) {
      put(this.axes, "text", { x: x(tick), y: y(0) + 15 }, said(tick));
      put(this.axes, "text", { x: x(0) - 12, y: y(tick) + 4 }, said(tick));
    }
  }
}

/** The outline of a Gaussian at so many standard deviations. */
function ellipse([mx, my, long, short, turn], far, x, y) {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const places = Array.from({ length: SEGMENTS }, (_, i) => {
    const at = (2 * Math.PI * i) / SEGMENTS;
    const [u, v] = [far * long * Math.cos(at), far * short * Math.sin(at)];
    return `${x(mx + c * u - s * v).toFixed(1)} ${y(my + s * u + c * v).toFixed(1)}`;
  });
  return `M${places.join("L")}Z`;
}
