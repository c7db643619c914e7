// What the pictures to drag share: drawing in SVG, handles for pointer, finger and arrow keys, tiles of numbers.

import { clamp, number } from "../live/pure.js";

const SVG = "http://www.w3.org/2000/svg";

export function put(parent, tag, attributes = {}, text) {
  const element = document.createElementNS(SVG, tag);
  set(element, attributes);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
}

export function html(parent, tag, properties = {}) {
  const element = Object.assign(document.createElement(tag), properties);
  parent.append(element);
  return element;
}

export function path(xs, ys) {
  return xs.map((x, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${ys[i].toFixed(1)}`).join("");
}

export function said(x, digits = 3) {
  return x === Infinity ? "∞" : number(Math.abs(x) < 5e-7 ? 0 : x, digits);
}

/** "{a} and {b}" with the values of a and b. */
export function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Which way something pulls, and how hard, from the slope of a distance: downhill. */
export function pull(slope) {
  if (Math.abs(slope) < 5e-4) return "0";
  return `${slope > 0 ? "←" : "→"} ${said(Math.abs(slope), 2)}`;
}

/**
 * An element that is dragged, or moved with the arrow keys. `grip` has value(), move(value), step, low, high, at(event)
 * (the value under the pointer) and done() (it has come to rest).
 */
export function draggable(element, grip) {
  const move = (value) => grip.move(clamp(value, grip.low, grip.high));
  let offset; // between the pointer and the value, while it is held
  let typed; // a key was pressed and the end of it is not told yet
  element.onpointerdown = (event) => {
    if (event.button) return;
    event.preventDefault();
    element.focus?.({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    grip.taken?.();
    offset = grip.value() - grip.at(event);
  };
  element.onpointermove = (event) => {
    if (offset !== undefined) move(grip.at(event) + offset);
  };
  element.onpointerup = element.onpointercancel = () => {
    if (offset === undefined) return;
    offset = undefined;
    grip.done();
  };
  element.onkeydown = (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -5, PageUp: 5 }[event.key];
    const end = { Home: grip.low, End: grip.high }[event.key];
    if (way === undefined && end === undefined) return;
    event.preventDefault();
    event.stopPropagation(); // the keys of a player are not meant
    grip.taken?.();
    move(end ?? grip.value() + way * grip.step * (event.shiftKey ? 5 : 1));
    clearTimeout(typed);
    typed = setTimeout(grip.done, 400);
  };
}

/**
 * The same with a place: value(), move(place) and at(event) are [x, y] in units of the picture, y upwards.
 */
export function draggableInPlane(element, grip) {
  let offset;
  let typed;
  element.onpointerdown = (event) => {
    if (event.button) return;
    event.preventDefault();
    element.focus?.({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    grip.taken();
    const [value, at] = [grip.value(), grip.at(event)];
    offset = [value[0] - at[0], value[1] - at[1]];
  };
  element.onpointermove = (event) => {
    if (!offset) return;
    const at = grip.at(event);
    grip.move([at[0] + offset[0], at[1] + offset[1]]);
  };
  element.onpointerup = element.onpointercancel = () => {
    if (!offset) return;
    offset = undefined;
    grip.done();
  };
  element.onkeydown = (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation(); // the keys of a player are not meant
    grip.taken();
    const far = grip.step * (event.shiftKey ? 5 : 1);
    const value = grip.value();
    grip.move([value[0] + far * way[0], value[1] + far * way[1]]);
    clearTimeout(typed);
    typed = setTimeout(grip.done, 400);
  };
}

/** A dot that is dragged, to be drawn again at every move. */
export function handle(parent, label, colour, grip, { square = false } = {}) {
  const group = put(parent, "g", { tabindex: 0, role: "slider", "aria-label": label, class: "handle" });
  put(group, "circle", { r: 22, class: "reach" });
  put(group, square ? "rect" : "circle", square ? { x: -6, y: -6, width: 12, height: 12, rx: 2 } : { r: 8 });
  group.lastChild.style.fill = colour;
  put(group, "title", {}, label);
  draggable(group, grip);
  return {
    group,
    place(x, y) {
      set(group, { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})` });
      set(group, { "aria-valuenow": grip.value().toFixed(2), "aria-valuemin": grip.low, "aria-valuemax": grip.high });
    },
  };
}

const [WIDE, TALL] = [200, 56]; // of a small curve, in its own units

/** The numbers, each with its curve, where on it we are, and how hard it pulls. `chosen(name)` hears of a click. */
export class Tiles {
  constructor(parent, names, labels, colours, chosen) {
    this.root = html(parent, "div", { className: "tiles" });
    this.tiles = Object.fromEntries(
      names.map((name) => {
        const root = html(this.root, chosen ? "button" : "div", { className: "tile" });
        root.dataset.name = name;
        if (chosen) Object.assign(root, { type: "button", onclick: () => chosen(name) });
        const row = html(root, "div", { className: "row" });
        html(row, "span", { textContent: labels[name] });
        const value = html(row, "b");
        const svg = put(root, "svg", {
          viewBox: `0 0 ${WIDE} ${TALL}`,
          preserveAspectRatio: "none",
          "aria-hidden": true,
        });
        put(svg, "path", { d: `M0 ${TALL - 1}H${WIDE}`, class: "ground" });
        const curve = put(svg, "path", { class: "curve" });
        const here = put(svg, "path", { class: "here" });
        curve.style.stroke = here.style.stroke = colours[name];
        return [name, { root, value, curve, here, pull: html(root, "div", { className: "pull" }) }];
      }),
    );
  }

  /** `top`: of the axis of this curve; without it as high as the curve. */
  curve(name, xs, ys, top) {
    const tile = this.tiles[name];
    const finite = ys.filter(Number.isFinite);
    const high = top ?? Math.max(1e-9, ...finite);
    const [low, end] = [xs[0], xs.at(-1)];
    tile.x = (x) => ((x - low) / (end - low)) * WIDE;
    tile.y = (y) => TALL - 2 - (clamp(y, 0, high) / high) * (TALL - 8);
    set(tile.curve, {
      d: path(
        xs.map(tile.x),
        ys.map((y) => tile.y(y)),
      ),
    });
  }

  show(name, x, value, pulls, pressed) {
    const tile = this.tiles[name];
    tile.value.textContent = said(value);
    tile.pull.textContent = pulls;
    set(tile.here, { d: `M${tile.x(x).toFixed(1)} ${tile.y(value).toFixed(1)}h0.01` });
    if (pressed !== undefined) set(tile.root, { "aria-pressed": pressed });
  }
}

/** A picture that is taken by the hand, with a button that lets it move by itself. Who extends it has play, which sets
 * `started`; moved, where everything is so many seconds later; halted, what follows the button's stop; and paint. */
export class Moving {
  constructor(parent, frame, name) {
    this.frame = frame;
    this.root = html(parent, "div", { className: `gan-drag ${name}` });
    this.caption = html(this.root, "p", { className: "caption" });
    this.svg = put(this.root, "svg", { class: "picture", role: "group", "aria-label": frame.words.summary });
    this.button = html(this.root, "button", { type: "button", className: "play", onclick: () => this.toggle() });
  }

  /** Called when all that play and paint need is there. */
  begin() {
    this.resized = new ResizeObserver(() => this.ask());
    this.resized.observe(this.svg);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (this.frame.moving && !still) this.play();
    else this.ask();
  }

  stop() {
    this.started = undefined;
  }

  toggle() {
    if (this.started === undefined) return this.play();
    this.stop();
    this.halted();
  }

  /** It is no longer on the page. */
  left() {}

  ask() {
    this.waiting ??= requestAnimationFrame((now) => {
      this.waiting = undefined;
      if (!this.root.isConnected) return this.left();
      if (this.started !== undefined) this.moved((now - this.started) / 1000);
      this.paint();
      if (this.started !== undefined) this.ask();
    });
  }
}

/** … of two distributions, of which q moves by itself. Who extends it has build, too. */
export class Pair extends Moving {
  constructor(parent, frame, name) {
    super(parent, frame, name);
    this.take(frame);
  }

  begin() {
    this.build();
    super.begin();
  }

  take(frame) {
    Object.assign(this, { p: { ...frame.p }, q: { ...frame.q } });
  }

  /** What Python says; not while the visitor holds something, or q moves by itself. */
  show(frame, tell) {
    const kinds = `${this.p.kind} ${this.q.kind}`;
    Object.assign(this, { frame, tell });
    if (this.held || this.started !== undefined) return;
    this.take(frame);
    if (kinds !== `${this.p.kind} ${this.q.kind}`) this.build();
    this.ask();
  }
}
