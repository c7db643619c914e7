// A curve that somebody predicts by hand before a run: drawn with a pointer or a finger, or begun from a plain shape.
// Then the curve of the run is drawn over it, with how far off the prediction is.

import { make, prepare, say, stroke, View } from "./common.js";
import { clamp, drawnTo, fitting, number, off, short, sketched, ticks } from "./pure.js";

const EDGES = { left: 34, right: 60, top: 8, bottom: 22 };
const HEIGHTS = 60; // heights of a sketch, evenly over the run
const SHAPES = { rises: (u) => 0.1 + 0.8 * u, stays: () => 0.5, falls: (u) => 0.9 - 0.8 * u }; // of the axis

export class Sketch extends View {
  constructor(kind, key) {
    super(kind, key);
    const button = (name, action) => {
      const made = make("button", { type: "button", className: "chip" });
      made.dataset.action = name;
      made.onclick = action;
      return [name, made];
    };
    this.buttons = Object.fromEntries([
      ...Object.entries(SHAPES).map(([name, shape]) => button(name, () => this.begin(shape))),
      button("clear", () => this.draws(undefined)),
    ]);
    this.caption = make("figcaption");
    this.canvas = make("canvas");
    this.canvas.setAttribute("role", "img");
    this.told = make("p", { className: "when" });
    this.told.setAttribute("aria-live", "polite");
    const bar = make("div", { className: "bar" }, ...Object.values(this.buttons));
    this.root.append(make("figure", {}, this.caption, bar, this.canvas, this.told));
    this.listen();
  }

  /** Heights in [0, 1] of the axis, NaN where nothing is drawn; of this run alone. */
  get heights() {
    const { run, heights } = this.settings;
    return run === this.data.run && heights ? heights.map((height) => height ?? NaN) : Array(HEIGHTS).fill(NaN);
  }

  get any() {
    return this.heights.some(Number.isFinite);
  }

  /** A prediction is made before the run. */
  get open() {
    return !(this.data.x.at(-1) > 0);
  }

  draws(heights) {
    this.settings.run = this.data.run;
    this.remember("heights", heights);
  }

  begin(shape) {
    this.draws(Array.from({ length: HEIGHTS }, (_, i) => shape(i / (HEIGHTS - 1))));
  }

  listen() {
    const { canvas } = this;
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      const wide = box.width - EDGES.left - EDGES.right;
      const u = clamp((event.clientX - box.left - EDGES.left) / wide, 0, 1);
      return [u, clamp(1 - (event.clientY - box.top - EDGES.top) / (box.height - EDGES.top - EDGES.bottom), 0, 1)];
    };
    canvas.onpointerdown = (event) => {
      if (event.button || !this.open) return;
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      this.last = at(event);
      this.draws(drawnTo(this.heights, this.last, this.last));
    };
    canvas.onpointermove = (event) => {
      if (!this.last) return;
      const now = at(event);
      this.draws(drawnTo(this.heights, this.last, now));
      this.last = now;
    };
    canvas.onpointerup = canvas.onpointercancel = () => {
      this.last = undefined;
    };
  }

  draw() {
    const { data, colours, heights, open, any } = this;
    const { labels, x, y, until } = data;
    const [low, high] = data.limits;
    say(this.caption, data.title);
    for (const [name, button] of Object.entries(this.buttons)) {
      say(button, labels[name]);
      button.hidden = !open || (name === "clear" && !any);
    }
    this.canvas.style.touchAction = open ? "none" : "pan-y";
    this.canvas.style.cursor = open ? "crosshair" : "auto";
    say(this.told, this.said());
    this.canvas.setAttribute("aria-label", `${data.title}. ${this.told.textContent}`);
    this.root.dataset.open = open;
    this.root.dataset.drawn = any;

    const [width, height] = [this.canvas.clientWidth, data.height];
    this.canvas.style.height = `${height}px`;
    const context = prepare(this.canvas, width, height);
    context.font = colours.font;
    const [right, foot] = [width - EDGES.right, height - EDGES.bottom];
    const px = (step) => EDGES.left + (step / until) * (right - EDGES.left);
    const py = (value) => foot - ((value - low) / (high - low)) * (foot - EDGES.top);
    context.strokeStyle = colours.line;
    context.fillStyle = colours.faint;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of ticks(low, high, height / 45)) {
      stroke(context, EDGES.left, Math.round(py(tick)) + 0.5, right - EDGES.left, 0);
      context.fillText(short(tick), EDGES.left - 6, py(tick));
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const tick of ticks(0, until, width / 90)) context.fillText(short(tick), px(tick), foot + 6);
    if (data.level) {
      const [value, name] = data.level;
      context.setLineDash([5, 4]);
      context.strokeStyle = colours.faint;
      stroke(context, EDGES.left, py(value), right - EDGES.left, 0);
      context.setLineDash([]);
      context.textAlign = "left";
      context.textBaseline = "middle";
      context.fillText(
        fitting(name, EDGES.right - 5, (part) => context.measureText(part).width),
        right + 5,
        py(value),
      );
    }
    const line = (count, place, colour, pen) => {
      context.beginPath();
      let drawing = false;
      for (let i = 0; i < count; i++) {
        const [a, b] = place(i);
        const good = Number.isFinite(b);
        if (good) drawing ? context.lineTo(a, b) : context.moveTo(a, b);
        drawing = good;
      }
      Object.assign(context, { strokeStyle: colour, lineWidth: pen, lineJoin: "round" });
      context.stroke();
      context.lineWidth = 1;
    };
    const here = (i) => [px((i / (HEIGHTS - 1)) * until), py(low + heights[i] * (high - low))];
    line(HEIGHTS, here, colours.primary, 3);
    line(x.length, (i) => [px(x[i]), py(clamp(y[i], low, high))], colours[data.colour] ?? data.colour, 1.6);
  }

  /** What to do, or how far off the sketch is, and beside it how far off the level is that theory knows. */
  said() {
    const { data, heights, open, any } = this;
    const { labels, x, y, until, level } = data;
    if (open) return any ? labels.ready : labels.ask;
    if (!any) return labels.none;
    const [low, high] = data.limits;
    const own = off((step) => low + sketched(heights, step / until) * (high - low), x, y);
    if (own === undefined) return labels.none;
    const words = { off: number(own, 2), step: number(x.at(-1)), name: level?.[1] };
    words.other =
      level &&
      number(
        off((step) => (Number.isFinite(sketched(heights, step / until)) ? level[0] : NaN), x, y),
        2,
      );
    const text = level ? `${labels.off} ${labels.level}` : labels.off;
    return text.replace(/\{(\w+)\}/g, (_, name) => words[name]);
  }
}
