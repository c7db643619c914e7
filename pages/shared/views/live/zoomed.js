// Looking around in a picture: zoom and move by wheel, pointers, fingers and keys, and choose one of several panels.
// The zoom is kept in u, v ∈ [0, 1] across a window, v downwards, so panels move together.

import { make, View } from "./common.js";
import { clamp } from "./pure.js";

const HOME = { u: 0.5, v: 0.5, zoom: 1 };
export const ALL = -1; // what is chosen instead of one of several panels
const [FARTHEST, NEAREST] = [1 / 3, 60];

/** A subclass has hover(canvas, event, index), and puts `tools` and `tip` on the page. */
export class Zoomed extends View {
  constructor(kind, key) {
    super(kind, key);
    this.tools = ["+", "−", "⟲"].map((sign) => make("button", { type: "button", className: "tool" }, sign));
    const [near, far, home] = this.tools;
    near.onclick = () => this.zoom(1.6);
    far.onclick = () => this.zoom(1 / 1.6);
    home.onclick = () => this.remember("view", HOME);
    this.tip = make("div", { className: "tip", hidden: true });
    this.pointers = new Map();
  }

  get view() {
    return this.settings.view ?? HOME;
  }

  take(data) {
    // Python's word counts when it changes; until then the visitor's last click does
    if (!this.data || data.selected !== this.data.selected) this.selected = data.selected;
    super.take(data);
  }

  /** The buttons in the language of the page; the last one, "whole window", where it would do something. */
  drawTools() {
    this.tools.forEach((tool, i) => {
      tool.title = this.data.labels[["zoom_in", "zoom_out", "reset"][i]];
      tool.setAttribute("aria-label", tool.title);
    });
    this.tools[2].classList.toggle("on", this.view.zoom !== 1);
  }

  /** Zoom by a factor, but not out beyond `low`, and keep the point u, v where it is. */
  zoom(factor, u = this.view.u, v = this.view.v, low = FARTHEST) {
    const zoom = clamp(this.view.zoom * factor, Math.min(low, this.view.zoom), NEAREST);
    const keep = this.view.zoom / zoom;
    this.look(u + (this.view.u - u) * keep, v + (this.view.v - v) * keep, zoom);
  }

  move(du, dv) {
    this.look(this.view.u - du, this.view.v - dv, this.view.zoom);
  }

  /** Put u, v in the middle, as far as the window's edges allow. */
  look(u, v, zoom) {
    const room = zoom > 1 ? 0.5 - 0.5 / zoom : 0;
    this.remember("view", { u: clamp(u, 0.5 - room, 0.5 + room), v: clamp(v, 0.5 - room, 0.5 + room), zoom });
  }

  locate(canvas, event) {
    const box = canvas.getBoundingClientRect();
    const { u, v, zoom } = this.view;
    return {
      u: u + ((event.clientX - box.left) / box.width - 0.5) / zoom,
      v: v + ((event.clientY - box.top) / box.height - 0.5) / zoom,
    };
  }

  listen(canvas, index) {
    const { pointers } = this;
    const unhover = () => {
      this.cross = undefined;
      this.tip.hidden = true;
      this.redraw();
    };
    canvas.onwheel = (event) => {
      // at the home view a turn outwards scrolls the page, so nobody is caught on a picture
      if (event.deltaY > 0 && this.view.zoom <= 1) return;
      event.preventDefault();
      const { u, v } = this.locate(canvas, event);
      this.zoom(Math.exp(-clamp(event.deltaY, -120, 120) / 300), u, v, 1);
    };
    canvas.onpointerdown = (event) => {
      if (event.isPrimary) pointers.clear(); // one that left without a word
      pointers.set(event.pointerId, event);
      if (event.isPrimary) this.moved = 0;
      if (this.view.zoom > 1 || pointers.size > 1) canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointermove = (event) => {
      const before = pointers.get(event.pointerId);
      if (before) {
        const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
        const others = [...pointers.values()].filter((each) => each.pointerId !== event.pointerId);
        const apart = (a, b) => Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
        const factor = others.length ? apart(event, others[0]) / Math.max(1, apart(before, others[0])) : 1;
        const { u, v } = this.locate(canvas, others[0] ?? event);
        const across = canvas.clientWidth * this.view.zoom;
        pointers.set(event.pointerId, event);
        this.moved += Math.hypot(dx, dy);
        if (factor !== 1) this.zoom(factor, u, v, 1);
        else if (this.view.zoom > 1) this.move(dx / across, dy / across);
      }
      if (event.pointerType !== "touch" || !before) this.hover(canvas, event, index);
    };
    canvas.onpointerup = canvas.onpointercancel = (event) => pointers.delete(event.pointerId);
    canvas.onpointerleave = (event) => {
      pointers.delete(event.pointerId);
      unhover();
    };
    canvas.onblur = unhover;
    canvas.onclick = (event) => {
      if (this.moved > 4) return;
      if (this.data.selectable) this.select(index);
      else this.hover(canvas, event, index);
    };
    canvas.ondblclick = (event) => {
      const { u, v } = this.locate(canvas, event);
      if (!this.data.selectable) this.zoom(2, u, v);
    };
    canvas.onkeydown = (event) => {
      const step = 0.1 / this.view.zoom;
      const act = {
        "+": () => this.zoom(1.6),
        "=": () => this.zoom(1.6),
        "-": () => this.zoom(1 / 1.6),
        0: () => this.remember("view", HOME),
        ArrowLeft: () => this.move(step, 0),
        ArrowRight: () => this.move(-step, 0),
        ArrowUp: () => this.move(0, step),
        ArrowDown: () => this.move(0, -step),
        Enter: () => this.data.selectable && this.select(index),
        " ": () => this.data.selectable && this.select(index),
        Escape: this.data.back && (() => this.select(ALL)),
      }[event.key];
      if (!act || event.ctrlKey || event.metaKey || (event.key.startsWith("Arrow") && this.view.zoom <= 1)) return;
      event.preventDefault();
      act();
    };
  }

  select(index) {
    this.selected = index;
    this.send("selected", index);
    this.redraw();
  }
}
