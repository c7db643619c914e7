// Paths in the plane, played step by step: the field with each path, both coordinates and r² over the steps, and the
// eigenvalues of the field beside the imaginary axis and of its update beside the unit circle. All in one canvas, moved
// by one clock; a click in a plane tells Python where to start.

import { make, prepare, say, stroke, View } from "./common.js";
import { clamp, power, short, ticks } from "./pure.js";

const GAP = 10;
const TITLE = 16;
const PAD = { left: 34, bottom: 16 };
const SECONDS = 6; // that all of the paths take
const OPENS_WITH = { share: 0.05, seconds: 2.5 }; // of the paths, over and over until somebody plays them

export class Paths extends View {
  constructor(kind, key) {
    super(kind, key);
    this.at = 0;
    this.buttons = {
      play: make("button", { type: "button", className: "chip" }),
      again: make("button", { type: "button", className: "chip" }),
    };
    this.slider = make("input", { type: "range", min: 0, step: 1 });
    this.when = make("b");
    this.canvas = make("canvas", { tabIndex: 0 });
    this.canvas.setAttribute("role", "img");
    this.bar = make("div", { className: "track" }, this.buttons.play, this.buttons.again, this.slider, this.when);
    this.root.append(this.canvas, this.bar);
    this.buttons.play.onclick = () => this.play(!this.playing);
    this.buttons.again.onclick = () => this.seek(0);
    this.slider.oninput = () => this.seek(Number(this.slider.value));
    this.canvas.onclick = (event) => this.clicked(event);
  }

  /** Of new paths the beginning plays over and over, which does not tell how they go on. */
  take(data) {
    if (data.run !== this.data?.run) {
      this.play(false);
      this.at = data.shown ? data.steps : 0;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      this.begins = data.shown || still ? undefined : performance.now();
    }
    super.take(data);
  }

  play(on) {
    this.playing = on;
    if (on && this.begins !== undefined) this.at = 0;
    this.begins = undefined;
    if (on) {
      if (this.at >= this.data.steps) this.at = 0;
      this.began = performance.now() - (1000 * SECONDS * this.at) / this.data.steps;
    }
    if (this.data) this.redraw();
  }

  seek(step) {
    this.play(false);
    this.at = clamp(step, 0, this.data.steps);
    this.redraw();
  }

  tick() {
    const { steps } = this.data;
    this.at = Math.min(steps, Math.floor((steps * (performance.now() - this.began)) / (1000 * SECONDS)));
    if (this.at < steps) return;
    this.playing = false;
    this.send("played", this.data.run);
  }

  clicked(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    // beside a plane, among its numbers, is a click too: Python says that it was outside
    const inside = this.planes.findIndex(
      (p) => x >= p.x - PAD.left && x <= p.x + p.size && y >= p.y - TITLE && y <= p.y + p.size + PAD.bottom,
    );
    if (inside < 0) return;
    const { x: x0, y: y0, size } = this.planes[inside];
    const { extent } = this.data;
    const value = (share) => Math.round(extent * (2 * share - 1) * 100) / 100;
    this.send("start", [value((x - x0) / size), value(1 - (y - y0) / size)]);
  }

  draw() {
    const { data, colours } = this;
    if (this.playing) this.tick();
    else if (this.begins !== undefined) {
      const far = (performance.now() - this.begins) / (1000 * OPENS_WITH.seconds);
      this.at = Math.round(data.steps * OPENS_WITH.share * Math.min(1, (far % 1) * 1.25));
    }
    this.root.dataset.at = this.begins === undefined ? this.at : 0; // of what somebody plays
    say(this.buttons.play, this.playing ? data.labels.pause : data.labels.play);
    say(this.buttons.again, data.labels.again);
    Object.assign(this.slider, { max: data.steps, value: this.at });
    const share = `${(100 * this.at) / data.steps}%`;
    this.slider.style.setProperty("--here", share);
    this.slider.style.setProperty("--last", "100%");
    this.slider.setAttribute("aria-label", data.labels.step);
    say(this.when, `${data.labels.step} ${this.at} / ${data.steps}`);

    const width = this.root.clientWidth;
    const wide = width > 520;
    const columns = wide ? 3 : 2;
    const cell = Math.floor((width - GAP * (columns - 1)) / columns);
    const plane = Math.min(cell - PAD.left, Math.max(200, 0.36 * window.innerHeight)); // all of it in one window
    const rows = [plane + TITLE + PAD.bottom, 100, 100];
    const tops = [0, rows[0] + GAP, rows[0] + rows[1] + 2 * GAP];
    const main = tops[2] + rows[2];
    const height = wide ? main : main + GAP + plane + TITLE + PAD.bottom;
    this.canvas.style.height = `${height}px`;
    this.canvas.setAttribute("aria-label", data.summary);
    const context = prepare(this.canvas, width, height);
    context.font = colours.font;
    this.planes = data.panels.map((panel, i) => {
      const x = i * (cell + GAP) + PAD.left;
      const box = { x, y: TITLE, size: plane };
      this.plane(context, box, panel);
      const chart = { x, width: cell - PAD.left };
      this.overTime(context, { ...chart, y: tops[1], height: rows[1] }, panel);
      this.radius(context, { ...chart, y: tops[2], height: rows[2] }, panel);
      return box;
    });
    if (wide) {
      const x = 2 * (cell + GAP) + PAD.left;
      const size = Math.min(cell - PAD.left, (height - GAP) / 2 - TITLE - PAD.bottom);
      this.spectrum(context, { x, y: TITLE, size }, "field");
      this.spectrum(context, { x, y: TITLE + size + PAD.bottom + GAP + TITLE, size }, "update");
    } else {
      const y = main + GAP + TITLE;
      this.spectrum(context, { x: PAD.left, y, size: plane }, "field");
      this.spectrum(context, { x: PAD.left + cell + GAP, y, size: plane }, "update");
    }
    if (this.playing || (this.begins !== undefined && this.root.isConnected)) this.redraw();
  }

  frame(context, { x, y, width, height }, title, colour = this.colours.text) {
    context.fillStyle = colour;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(title, x, y - 3, width);
    context.strokeStyle = this.colours.line;
    context.lineWidth = 1;
    context.strokeRect(x + 0.5, y + 0.5, width, height);
  }

  /** Numbers along both sides of a square of ± extent. */
  scales(context, { x, y, size }, extent) {
    context.fillStyle = this.colours.faint;
    for (const tick of ticks(-extent, extent, 4)) {
      const along = (size * (tick + extent)) / (2 * extent);
      context.textAlign = "center";
      context.textBaseline = "top";
      context.fillText(short(tick), x + along, y + size + 3);
      context.textAlign = "right";
      context.textBaseline = "middle";
      context.fillText(short(tick), x - 4, y + size - along);
    }
  }

  within(context, { x, y, width, height }, draw) {
    context.save();
    context.beginPath();
    context.rect(x, y, width, height);
    context.clip();
    draw();
    context.restore();
  }

  plane(context, { x, y, size }, panel) {
    const { data, colours } = this;
    const { tint } = panel;
    const box = { x, y, width: size, height: size };
    const px = (v) => x + (size * (v + data.extent)) / (2 * data.extent);
    const py = (v) => y + size - (size * (v + data.extent)) / (2 * data.extent);
    this.frame(context, box, panel.title, tint);
    this.scales(context, { x, y, size }, data.extent);
    this.within(context, box, () => {
      context.strokeStyle = colours.line;
      stroke(context, px(0), y, 0, size);
      stroke(context, x, py(0), size, 0);
      context.strokeStyle = context.fillStyle = colours.faint;
      const [count] = panel.field.shape;
      const long = size / Math.sqrt(count) / 1.6;
      for (let i = 0; i < count; i++) this.arrow(context, panel.field, i, px, py, long);
      context.strokeStyle = tint;
      context.lineWidth = 1.6;
      context.beginPath();
      const last = Math.min(this.at, panel.end);
      for (let t = 0; t <= last; t++) context.lineTo(px(panel.path[2 * t]), py(panel.path[2 * t + 1]));
      context.stroke();
      this.dot(context, px(0), py(0), 3, colours.text);
      this.dot(context, px(panel.path[0]), py(panel.path[1]), 3.5, colours.background, tint);
      this.dot(context, px(panel.path[2 * last]), py(panel.path[2 * last + 1]), 4.5, tint);
    });
    context.fillStyle = colours.faint;
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.fillText("θ", x + size - 4, py(0) - 2);
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText("ψ", px(0) + 4, y + 3);
  }

  /** Row i of the field: where, which way, and how strong beside the strongest. */
  arrow(context, field, i, px, py, long) {
    const [theta, psi, along, up, strength] = field.subarray(5 * i, 5 * i + 5);
    const length = long * (0.35 + 0.65 * strength);
    const [dx, dy] = [along * length, -up * length];
    const [x, y] = [px(theta) - dx / 2, py(psi) - dy / 2];
    context.lineWidth = 1;
    stroke(context, x, y, dx, dy);
    context.beginPath();
    context.moveTo(x + dx, y + dy);
    context.lineTo(x + 0.6 * dx - 0.22 * dy, y + 0.6 * dy + 0.22 * dx);
    context.lineTo(x + 0.6 * dx + 0.22 * dy, y + 0.6 * dy - 0.22 * dx);
    context.fill();
  }

  dot(context, x, y, radius, fill, edge = fill) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.strokeStyle = edge;
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }

  /** A chart over the steps: values between low and high, drawn as far as the clock is. */
  chart(context, { x, y, width, height }, title, [low, high], lines, end, write) {
    const { data, colours } = this;
    const box = { x, y: y + TITLE, width, height: height - TITLE - PAD.bottom };
    const px = (t) => x + (width * t) / data.steps;
    const py = (v) => box.y + box.height - (box.height * (v - low)) / (high - low || 1);
    this.frame(context, box, title);
    context.fillStyle = colours.faint;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of ticks(low, high, 3)) context.fillText(write(tick), x - 4, py(tick));
    context.textBaseline = "top";
    for (const tick of ticks(0, data.steps, 3)) {
      context.textAlign = tick ? "right" : "left";
      context.fillText(short(tick), px(tick), box.y + box.height + 3);
    }
    this.within(context, box, () => {
      context.strokeStyle = colours.line;
      if (low < 0 && high > 0) stroke(context, x, py(0), width, 0);
      for (const { colour, value } of lines) {
        context.strokeStyle = colour;
        context.lineWidth = 1.4;
        context.beginPath();
        for (let t = 0; t <= Math.min(this.at, end); t++) context.lineTo(px(t), py(value(t)));
        context.stroke();
      }
    });
  }

  overTime(context, box, panel) {
    const { data, colours } = this;
    const lines = [
      { colour: colours.green, value: (t) => panel.path[2 * t] },
      { colour: colours.purple, value: (t) => panel.path[2 * t + 1] },
    ];
    const limits = [-data.extent, data.extent];
    this.chart(context, box, data.labels.over_time, limits, lines, panel.end, short);
    context.textAlign = "right";
    context.textBaseline = "bottom";
    context.fillStyle = colours.green;
    context.fillText("θ", box.x + box.width - 16, box.y + TITLE - 3);
    context.fillStyle = colours.purple;
    context.fillText("ψ", box.x + box.width - 3, box.y + TITLE - 3);
  }

  radius(context, box, panel) {
    const line = { colour: panel.tint, value: (t) => panel.radius[t] };
    const write = (exponent) => (Number.isInteger(exponent) ? power(`1e${exponent}`) : "");
    this.chart(context, box, this.data.labels.radius, this.data.radii, [line], panel.end, write);
  }

  /** Eigenvalues of the field beside the imaginary axis, or of the update beside the unit circle. */
  spectrum(context, { x, y, size }, name) {
    const { data, colours } = this;
    const extent = data.reach[name];
    const box = { x, y, width: size, height: size };
    const px = (v) => x + (size * (clamp(v, -extent, extent) + extent)) / (2 * extent);
    const py = (v) => y + size - (size * (clamp(v, -extent, extent) + extent)) / (2 * extent);
    this.frame(context, box, data.labels[name]);
    this.scales(context, { x, y, size }, extent);
    this.within(context, box, () => {
      context.fillStyle = colours.dark ? "rgba(0,158,115,0.25)" : "rgba(0,158,115,0.14)"; // where it converges
      context.strokeStyle = colours.green;
      context.lineWidth = 1.5;
      if (name === "field") {
        context.fillRect(x, y, px(0) - x, size);
        stroke(context, px(0), y, 0, size);
      } else {
        context.beginPath();
        context.arc(px(0), py(0), px(1) - px(0), 0, 2 * Math.PI);
        context.fill();
        context.stroke();
      }
      data.panels.forEach((panel, i) => {
        const values = panel.values[name];
        for (let k = 0; k < values.shape[0]; k++) {
          const [px0, py0] = [px(values[2 * k]), py(values[2 * k + 1])];
          if (i) {
            context.strokeStyle = panel.tint;
            context.lineWidth = 2;
            context.strokeRect(px0 - 4, py0 - 4, 8, 8);
          } else this.dot(context, px0, py0, 4, panel.tint);
        }
      });
    });
  }
}
