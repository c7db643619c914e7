// What the views with a time axis have in common: small figures in as even rows as fit, a line above them that says where
// the pointer is, and a click that looks at a step.

import { make, prepare, say, View, within } from "./common.js";
import { evenly, short, ticks } from "./pure.js";

/**
 * A subclass has parts(), the elements of one figure beside its canvas; aim(item, index, event), the hover under the
 * pointer; move(item, index, key), the hover after an arrow key, if it is one; and step(), which of the hover a click
 * chooses.
 */
export class OverTime extends View {
  static gap = 16; // pixels between two figures

  constructor(kind, key) {
    super(kind, key);
    this.when = make("div", { className: "when" });
    this.grid = make("div", { className: "grid" });
    this.root.append(this.when, this.grid);
    this.figures = [];
    this.resized.observe(document.documentElement); // its height is shared out beside a picture
  }

  /** A figure for each of the items, of the width that this gives. */
  lay(items) {
    const { data } = this;
    const { gap } = OverTime;
    this.items = items;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", data.summary);
    const width = this.root.clientWidth;
    const columns = this.abreast(items.length, width);
    this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.grid.style.columnGap = `${gap}px`;
    while (this.figures.length > items.length) this.figures.pop().figure.remove();
    while (this.figures.length < items.length) this.figures.push(this.add(this.figures.length));
    this.rows = Math.ceil(items.length / columns);
    return Math.floor((width - gap * (columns - 1)) / columns);
  }

  /** How many figures stand side by side: on a slide all of them in a low room, and else none. */
  abreast(count, width) {
    const high = this.space(this.grid);
    if (high) return width > 2 * high ? count : 1;
    const { gap } = OverTime;
    return evenly(count, Math.floor((width + gap) / (this.data.width + gap)));
  }

  add(index) {
    const canvas = make("canvas", { tabIndex: 0 });
    canvas.style.touchAction = "pan-y";
    canvas.setAttribute("role", "img");
    const parts = { caption: make("figcaption"), ...this.parts() };
    const figure = make("figure", {}, ...Object.values(parts), canvas);
    this.grid.append(figure);
    this.listen(canvas, index);
    return { figure, canvas, ...parts };
  }

  parts() {
    return {};
  }

  /** The canvas of a figure, cleared: gives its context. */
  begin({ canvas, caption }, { title, spoken, width, height }) {
    say(caption, title);
    canvas.setAttribute("aria-label", spoken);
    canvas.style.height = `${height}px`;
    const context = prepare(canvas, width, height);
    context.font = this.colours.font;
    return context;
  }

  /** Ticks below an axis from x0 to x1 whose line is at y; the path is not stroked yet. */
  below(context, x0, x1, width, px, y) {
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const tick of x1 > x0 ? ticks(x0, x1, width / 80) : [x0]) {
      context.moveTo(px(tick), y);
      context.lineTo(px(tick), y + 4);
      context.fillText(short(tick), px(tick), y + 6);
    }
  }

  listen(canvas, index) {
    const aim = (event) => this.point(this.aim(this.items[index], index, ...within(canvas, event)));
    canvas.onpointermove = canvas.onpointerdown = aim;
    canvas.onpointerleave = canvas.onblur = () => this.point(undefined);
    canvas.onclick = (event) => {
      aim(event); // anew: the figure that had the focus has taken the hover with it
      this.choose();
    };
    canvas.onkeydown = (event) => {
      if (event.key === "Enter") this.choose();
      const hover = this.move(this.items[index], index, event.key);
      if (!hover) return;
      event.preventDefault();
      this.point(hover);
    };
  }

  point(hover) {
    this.hover = hover;
    this.redraw();
  }

  choose() {
    const step = this.hover && this.step();
    if (step !== undefined && this.data.clickable) this.chose(step);
  }
}
