// Shares over training: one strip for each run, one row for each part, and a colour that says whether the part gets
// nothing (clear), its right share (green) or everything (red).

import { make, prepare, say, View } from "./common.js";
import { channels, clamp, evenly, nearest, number, shareColour, short, ticks } from "./pure.js";

const HEAT = { left: 24, top: 2, bottom: 20, gap: 16 };

export class Heat extends View {
  constructor(kind, key) {
    super(kind, key);
    this.when = make("div", { className: "when" });
    this.grid = make("div", { className: "grid" });
    this.root.append(this.when, this.grid);
    this.strips = [];
  }

  draw() {
    const { data } = this;
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", data.summary);
    const width = this.root.clientWidth;
    const columns = evenly(data.strips.length, Math.floor((width + HEAT.gap) / (data.width + HEAT.gap)));
    this.grid.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.grid.style.columnGap = `${HEAT.gap}px`;
    while (this.strips.length > data.strips.length) this.strips.pop().figure.remove();
    while (this.strips.length < data.strips.length) this.strips.push(this.addStrip(this.strips.length));
    const inner = Math.floor((width - HEAT.gap * (columns - 1)) / columns);
    say(this.when, this.readOut());
    data.strips.forEach((strip, i) => this.drawStrip(this.strips[i], strip, inner, i));
  }

  addStrip(index) {
    const parts = { caption: make("figcaption"), canvas: make("canvas", { tabIndex: 0 }) };
    parts.canvas.style.touchAction = "pan-y";
    parts.canvas.setAttribute("role", "img");
    const figure = make("figure", {}, parts.caption, parts.canvas);
    this.grid.append(figure);
    this.listen(parts.canvas, index);
    return { figure, ...parts };
  }

  drawStrip(parts, strip, width, index) {
    const { data, colours } = this;
    const [looks, rows] = strip.values.shape;
    const high = rows * data.row;
    const height = HEAT.top + high + HEAT.bottom;
    say(parts.caption, strip.title);
    parts.canvas.style.height = `${height}px`;
    parts.canvas.setAttribute("aria-label", `${strip.title}. ${data.summary}`);
    const context = prepare(parts.canvas, width, height);
    context.font = colours.font;
    const [x0, x1] = looks ? [strip.x[0], strip.x[looks - 1]] : [0, 1];
    const right = width - 8;
    const px = (step) => HEAT.left + ((step - x0) / (x1 - x0 || 1)) * (right - HEAT.left);
    Object.assign(parts, { x0, x1, right });

    if (looks) this.paint(context, strip, right);
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.strokeRect(HEAT.left - 0.5, HEAT.top - 0.5, right - HEAT.left + 1, high + 1);
    context.fillStyle = colours.faint;
    context.textAlign = "right";
    context.textBaseline = "middle";
    const every = Math.ceil(9 / data.row);
    for (let row = 0; row < rows; row += every) {
      context.fillText(String(row + 1), HEAT.left - 5, HEAT.top + (row + 0.5) * data.row);
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    context.beginPath();
    for (const tick of x1 > x0 ? ticks(x0, x1, width / 80) : [x0]) {
      context.moveTo(px(tick), HEAT.top + high);
      context.lineTo(px(tick), HEAT.top + high + 4);
      context.fillText(short(tick), px(tick), HEAT.top + high + 6);
    }
    context.stroke();

    const rule = (step, colour, dash) => {
      context.setLineDash(dash);
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.strokeRect(px(step), HEAT.top, 0, high);
      context.setLineDash([]);
    };
    if (strip.mark !== null && strip.mark >= x0 && strip.mark <= x1) rule(strip.mark, colours.text, [4, 3]);
    if (data.cursor !== null && data.cursor >= x0 && data.cursor <= x1) rule(data.cursor, colours.primary, []);
    if (this.hover?.strip === index) rule(strip.x[this.hover.look], colours.faint, []);
  }

  /** One pixel for each look and row, stretched to the strip without blurring. */
  paint(context, strip, right) {
    const { data, colours } = this;
    const [looks, rows] = strip.values.shape;
    const scale = [colours.green, colours.yellow, colours.red].map(channels);
    const picture = new ImageData(looks, rows);
    for (let look = 0; look < looks; look++) {
      for (let row = 0; row < rows; row++) {
        const share = strip.values[look * rows + row];
        const [r, g, b, alpha] = Number.isFinite(share)
          ? shareColour(share, strip.right[row], scale)
          : [128, 128, 128, 0.5];
        picture.data.set([r, g, b, Math.round(255 * alpha)], 4 * (row * looks + look));
      }
    }
    const source = make("canvas", { width: looks, height: rows });
    source.getContext("2d").putImageData(picture, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(source, HEAT.left, HEAT.top, right - HEAT.left, rows * data.row);
  }

  /** What stands above the strips: the step and the share under the pointer, else what the colours mean. */
  readOut() {
    const { data, hover } = this;
    const strip = hover && data.strips[hover.strip];
    if (!strip || hover.look >= strip.values.shape[0]) return data.labels.legend;
    const share = strip.values[hover.look * strip.values.shape[1] + hover.row];
    const percent = (value) => (Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "–");
    const where = `${data.labels.step} ${number(strip.x[hover.look])}, ${data.labels.row} ${hover.row + 1}`;
    return `${where}: ${percent(share)} (${data.labels.right} ${percent(strip.right[hover.row])})`;
  }

  listen(canvas, index) {
    const point = (event) => {
      const { x0, x1, right } = this.strips[index];
      const strip = this.data.strips[index];
      const [looks, rows] = strip.values.shape;
      if (!looks) return;
      const box = canvas.getBoundingClientRect();
      const at = x0 + ((event.clientX - box.left - HEAT.left) / (right - HEAT.left)) * (x1 - x0);
      const row = clamp(Math.floor((event.clientY - box.top - HEAT.top) / this.data.row), 0, rows - 1);
      this.hover = { strip: index, look: nearest(strip.x, at), row };
      this.redraw();
    };
    canvas.onpointermove = canvas.onpointerdown = point;
    canvas.onpointerleave = canvas.onblur = () => {
      this.hover = undefined;
      this.redraw();
    };
    canvas.onclick = () => this.choose();
    canvas.onkeydown = (event) => {
      const strip = this.data.strips[index];
      const [looks, rows] = strip.values.shape;
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (event.key === "Enter") this.choose();
      if (!by || !looks) return;
      event.preventDefault();
      const { look, row } = this.hover?.strip === index ? this.hover : { look: looks - 1 - by[0], row: 0 };
      this.hover = { strip: index, look: clamp(look + by[0], 0, looks - 1), row: clamp(row + by[1], 0, rows - 1) };
      this.redraw();
    };
  }

  choose() {
    if (this.hover && this.data.clickable) this.chose(this.data.strips[this.hover.strip].x[this.hover.look]);
  }
}
