// The plane to draw on: a brush that sprays points, clusters to place, drag, widen and narrow, an eraser, a way back.
// What is drawn stays in the browser until Python is asked to train on it.

import { make, prepare, say, View } from "./common.js";
import {
  bell,
  changed,
  clusterAt,
  EMPTY,
  erased,
  MOST,
  node,
  placed,
  removed,
  SIDE,
  sigma,
  sprayed,
  WEIGHT,
  WIDTH,
} from "./drawing.js";
import { clamp, number, ticks } from "./pure.js";

const TOOLS = ["brush", "cluster", "erase"];
const OTHER_ROOM = 250; // CSS pixels of the window's height that the stage and the tools need beside the board
const HALF = 2.8; // of the plane
const REACH = 14; // CSS pixels at which a pointer still holds something
const BELL = 60; // dots that stand for a cluster of weight 1
const BURST = 14; // points of a touch of the brush
const WAYS_BACK = 100;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export class Board extends View {
  constructor(kind, key) {
    super(kind, key);
    const button = (name, action, more = "") => {
      const made = make("button", { type: "button", className: `chip ${more}` });
      made.dataset.action = name;
      made.onclick = action;
      return made;
    };
    const slider = (limits, changedTo) => {
      const range = make("input", { type: "range", ...{ min: limits.low, max: limits.high, step: 1 } });
      range.oninput = () => changedTo(Number(range.value));
      return range;
    };
    this.tools = Object.fromEntries(TOOLS.map((name) => [name, button(name, () => this.takeUp(name))]));
    this.undoing = button("undo", () => this.undo());
    this.clearing = button("clear", () => this.draws(EMPTY));
    this.leaving = button("leave", () => this.send("left", true));
    this.training = button("train", () => this.train(), "train now");
    this.width = slider(WIDTH, (width) => this.widen(width));
    this.weight = slider(WEIGHT, (weight) => this.alter({ weight }));
    const named = (range) => make("label", { className: "named" }, make("span"), range);
    this.named = { width: named(this.width), weight: named(this.weight) };
    this.canvas = make("canvas", { tabIndex: 0 });
    this.canvas.setAttribute("role", "application");
    this.canvas.style.touchAction = "none";
    this.told = make("p", { className: "when" });
    this.told.setAttribute("aria-live", "polite");
    this.help = make("p", { className: "about" });
    const tools = make("div", { className: "bar" }, ...Object.values(this.tools), this.named.width, this.named.weight);
    const space = make("span", { className: "space" });
    const doing = make("div", { className: "bar" }, this.undoing, this.clearing, space, this.leaving, this.training);
    this.wall = make("div", { className: "wall" }, tools, this.canvas, this.told, doing, this.help);
    this.root.append(this.wall);
    this.past = [];
    this.chosen = -1; // the cluster that the sliders and keys change
    this.cursor = [SIDE / 2, SIDE / 2];
    this.resized.observe(document.documentElement);
    this.listen();
  }

  /** A drawing that Python has not sent before takes the place of this one. */
  take(data) {
    super.take(data);
    if (data.version === this.settings.version) return;
    const points = Array.from(data.points);
    this.settings = { ...this.settings, version: data.version, drawing: { clusters: data.clusters, points } };
    Object.assign(this, { past: [], chosen: -1 });
  }

  get drawing() {
    return this.settings.drawing ?? EMPTY;
  }

  get tool() {
    return this.settings.tool ?? "brush";
  }

  get breadth() {
    return this.settings.width ?? 40;
  }

  /** The drawing becomes another one, with a way back to this one; `quiet`: part of a movement that began before. */
  draws(drawing, { quiet = false } = {}) {
    if (drawing === this.drawing) return;
    if (!quiet) this.past = [...this.past, this.drawing].slice(-WAYS_BACK);
    if (this.chosen >= drawing.clusters.length) this.chosen = -1;
    this.remember("drawing", drawing);
  }

  undo() {
    if (!this.past.length) return;
    const before = this.past.pop();
    this.draws(before, { quiet: true });
  }

  takeUp(tool) {
    this.chosen = -1;
    this.remember("tool", tool);
  }

  /** The slider of the width: of the chosen cluster, and of what is drawn next. */
  widen(width) {
    this.alter({ width });
    this.remember("width", clamp(Math.round(width), WIDTH.low, WIDTH.high));
  }

  alter(change, how) {
    if (this.chosen >= 0) this.draws(changed(this.drawing, this.chosen, change), how);
  }

  train() {
    this.send("drawn", { clusters: this.drawing.clusters, points: this.drawing.points });
  }

  // ── the pointer ──────────────────────────────────────────────────────────────────────────────────────────────────

  listen() {
    const { canvas } = this;
    canvas.onpointerdown = (event) => {
      if (event.button) return;
      canvas.setPointerCapture(event.pointerId);
      canvas.focus({ preventScroll: true });
      event.preventDefault();
      this.begin(...this.locate(event));
    };
    canvas.onpointermove = (event) => {
      this.hover = this.locate(event);
      if (this.held) for (const each of event.getCoalescedEvents?.() ?? [event]) this.go(...this.locate(each));
      this.redraw();
    };
    canvas.onpointerup = canvas.onpointercancel = () => {
      this.held = undefined;
    };
    canvas.onpointerleave = () => {
      this.hover = undefined;
      this.redraw();
    };
    canvas.addEventListener(
      "wheel",
      (event) => {
        const at = clusterAt(this.drawing.clusters, ...this.locate(event), this.reach);
        if (this.tool !== "cluster" || at < 0) return;
        event.preventDefault();
        this.chosen = at;
        this.widen(this.drawing.clusters[at][2] * (event.deltaY < 0 ? 1.1 : 1 / 1.1) + (event.deltaY < 0 ? 0.5 : -0.5));
      },
      { passive: false },
    );
    canvas.onkeydown = (event) => this.typed(event);
  }

  /** Where an event is, in nodes. */
  locate(event) {
    const box = this.canvas.getBoundingClientRect();
    const along = (at, from, size) => ((at - from) / size) * (SIDE - 1);
    return [along(event.clientX, box.left, box.width), SIDE - 1 - along(event.clientY, box.top, box.height)];
  }

  /** REACH in nodes. */
  get reach() {
    return (REACH / this.side) * (SIDE - 1);
  }

  /** The radius of the brush and of the eraser in nodes: 2σ of a cluster of that width. */
  get radius() {
    return 2 * sigma(this.breadth) + 2;
  }

  begin(x, y) {
    this.cursor = [node(x), node(y)];
    this.held = { x, y };
    if (this.tool === "brush") this.draws(sprayed(this.drawing, x, y, this.radius, BURST));
    else if (this.tool === "erase") this.draws(erased(this.drawing, x, y, this.radius));
    else this.grasp(x, y);
    this.redraw();
  }

  /** The handle of the chosen cluster, or a cluster, or nothing, and then there is a new one. */
  grasp(x, y) {
    const { clusters } = this.drawing;
    const chosen = clusters[this.chosen];
    const handle = chosen && [chosen[0] + 2 * sigma(chosen[2]), chosen[1]];
    if (handle && Math.hypot(handle[0] - x, handle[1] - y) <= this.reach) {
      this.held = { x, y, widening: true };
      this.draws({ ...this.drawing }); // the way back is to here
      return;
    }
    this.chosen = clusterAt(clusters, x, y, this.reach);
    if (this.chosen < 0) {
      this.draws(placed(this.drawing, x, y, this.breadth));
      this.chosen = this.drawing.clusters.length > clusters.length ? clusters.length : -1;
      return;
    }
    const [px, py, width] = clusters[this.chosen];
    this.held = { x, y, off: [px - x, py - y] };
    this.settings.width = width;
    this.draws({ ...this.drawing });
  }

  go(x, y) {
    const quiet = { quiet: true };
    const { held, drawing } = this;
    if (this.tool === "erase") this.draws(erased(drawing, x, y, this.radius), quiet);
    else if (this.tool === "brush") {
      const far = Math.hypot(x - held.x, y - held.y);
      if (far < this.radius / 3) return;
      const n = clamp(Math.round((BURST * far) / this.radius), 2, 4 * BURST);
      // along the way, not only at its end
      const parts = Math.max(1, Math.round(far / this.radius));
      let next = drawing;
      for (let k = 1; k <= parts; k++) {
        const [px, py] = [held.x + ((x - held.x) * k) / parts, held.y + ((y - held.y) * k) / parts];
        next = sprayed(next, px, py, this.radius, Math.ceil(n / parts));
      }
      this.draws(next, quiet);
      Object.assign(held, { x, y });
    } else if (held.widening) {
      const [px, py] = drawing.clusters[this.chosen];
      const width = Math.hypot(x - px, y - py) / (2 * sigma(1));
      this.settings.width = clamp(Math.round(width), WIDTH.low, WIDTH.high);
      this.alter({ width }, quiet);
    } else {
      const [dx, dy] = held.off ?? [0, 0];
      this.alter({ x: x + dx, y: y + dy }, quiet);
    }
  }

  // ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  typed(event) {
    const { key, shiftKey, ctrlKey, metaKey } = event;
    const far = shiftKey ? 64 : 12;
    if (key in ARROWS) {
      this.cursor = this.cursor.map((at, i) => node(at + far * ARROWS[key][i]));
      if (this.tool === "cluster" && this.chosen >= 0) this.alter({ x: this.cursor[0], y: this.cursor[1] });
    } else if (key === "Enter" || key === " ") this.act();
    else if (key === "+" || key === "=") this.widen(this.breadth + Math.max(1, this.breadth / 10));
    else if (key === "-") this.widen(this.breadth - Math.max(1, this.breadth / 10));
    else if (key === "Delete" || key === "Backspace") this.erase();
    else if (key === "Escape") this.chosen = -1;
    else if (key === "z" && (ctrlKey || metaKey)) this.undo();
    else return;
    event.preventDefault();
    event.stopPropagation(); // Space is the player's elsewhere
    this.hover = this.cursor;
    this.redraw();
  }

  /** The tool, at the cursor; a cluster that is held is let go. */
  act() {
    const holding = this.tool === "cluster" && this.chosen >= 0;
    if (holding) this.chosen = -1;
    else this.begin(...this.cursor);
    if (this.chosen >= 0) this.cursor = this.drawing.clusters[this.chosen].slice(0, 2);
    this.held = undefined;
  }

  erase() {
    if (this.chosen < 0) this.draws(erased(this.drawing, ...this.cursor, this.radius));
    else this.draws(removed(this.drawing, this.chosen));
    this.chosen = -1;
  }

  // ── the picture ──────────────────────────────────────────────────────────────────────────────────────────────────

  draw() {
    const { data, drawing, colours } = this;
    const { labels } = data;
    const clusters = drawing.clusters.length;
    const points = drawing.points.length / 2;
    for (const [name, button] of Object.entries(this.tools)) {
      say(button, labels[name]);
      button.setAttribute("aria-pressed", String(name === this.tool));
    }
    for (const [name, button] of [
      ["undo", this.undoing],
      ["clear", this.clearing],
      ["leave", this.leaving],
      ["train", this.training],
    ])
      say(button, labels[name]);
    this.undoing.disabled = !this.past.length;
    this.clearing.disabled = this.training.disabled = !clusters && !points;
    const chosen = drawing.clusters[this.chosen];
    this.width.value = chosen ? chosen[2] : this.breadth;
    say(this.named.width.firstChild, labels.width);
    this.weight.disabled = !chosen;
    this.weight.value = chosen ? chosen[3] : 1;
    say(this.named.weight.firstChild, labels.weight);
    const count = { clusters, points: number(points) };
    const full = points >= MOST.points || clusters >= MOST.clusters;
    const total = labels.count.replace(/\{(\w+)\}/g, (_, name) => count[name]);
    const at = chosen && this.coordinates(chosen);
    const held = at && labels.held.replace(/\{(\w+)\}/g, (_, name) => ({ n: this.chosen + 1, ...at })[name]);
    say(this.told, [total, held, full && labels.full].filter(Boolean).join(" "));
    say(this.help, labels.help);
    this.canvas.setAttribute("aria-label", `${data.summary} ${total}`);

    const width = this.root.clientWidth;
    this.side = Math.max(220, Math.min(width, window.innerHeight - OTHER_ROOM));
    this.wall.style.maxWidth = `${this.side}px`;
    this.canvas.style.height = `${this.side}px`;
    const context = prepare(this.canvas, this.side, this.side);
    context.font = colours.font;
    this.axes(context);
    context.fillStyle = colours.real;
    context.globalAlpha = 0.85;
    for (let i = 0; i < drawing.points.length; i += 2) this.dot(context, drawing.points[i], drawing.points[i + 1], 1.6);
    drawing.clusters.forEach((cluster, i) => this.cluster(context, cluster, i === this.chosen));
    context.globalAlpha = 1;
    if (this.hover) this.aim(context, ...this.hover);
    this.root.dataset.clusters = clusters;
    this.root.dataset.points = points;
  }

  coordinates([x, y, width]) {
    const said = (value) => value.toFixed(2).replace("-", "−");
    const place = (at) => said(HALF * ((2 * at) / (SIDE - 1) - 1));
    return { x: place(x), y: place(y), std: said(width / 200) };
  }

  across(x) {
    return (x / (SIDE - 1)) * this.side;
  }

  down(y) {
    return this.side - this.across(y);
  }

  axes(context) {
    const { colours, side } = this;
    context.strokeStyle = colours.line;
    context.fillStyle = colours.faint;
    context.lineWidth = 1;
    for (const tick of ticks(-HALF, HALF, 5)) {
      const at = ((tick + HALF) / (2 * HALF)) * side;
      context.beginPath();
      context.moveTo(at, 0);
      context.lineTo(at, side);
      context.moveTo(0, side - at);
      context.lineTo(side, side - at);
      context.stroke();
      context.textAlign = "center";
      context.textBaseline = "bottom";
      context.fillText(number(tick), at, side - 3);
      context.textAlign = "left";
      context.textBaseline = "middle";
      if (tick) context.fillText(number(tick), 4, side - at);
    }
  }

  dot(context, x, y, radius) {
    context.beginPath();
    context.arc(this.across(x), this.down(y), radius, 0, 2 * Math.PI);
    context.fill();
  }

  ring(context, x, y, radius) {
    context.beginPath();
    context.arc(this.across(x), this.down(y), Math.max(3, this.across(radius)), 0, 2 * Math.PI);
    context.stroke();
  }

  cluster(context, [x, y, width, weight], chosen) {
    const { colours } = this;
    const places = bell(BELL * weight);
    const far = sigma(width);
    for (let i = 0; i < places.length; i += 2) this.dot(context, x + far * places[i], y + far * places[i + 1], 1.4);
    context.strokeStyle = chosen ? colours.primary : colours.text;
    context.lineWidth = chosen ? 2 : 1;
    this.ring(context, x, y, 2 * far);
    if (!chosen) return;
    context.fillStyle = colours.primary;
    this.dot(context, x + 2 * far, y, 5); // drag it: wider, narrower
    context.fillStyle = colours.real;
  }

  /** Where the next touch would go. */
  aim(context, x, y) {
    context.strokeStyle = this.colours.text;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    this.ring(context, x, y, this.tool === "cluster" ? 2 * sigma(this.breadth) : this.radius);
    context.setLineDash([]);
  }
}
