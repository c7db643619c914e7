// Shares over training: one strip for each run, one row for each part, and a colour that says whether the part gets
// nothing (clear), its right share (green) or everything (red).

import { make, say } from "./common.js";
import { OverTime } from "./over_time.js";
import { channels, clamp, nearest, number, shareColour } from "./pure.js";

const HEAT = { left: 24, top: 2, bottom: 20 };
const HIGHEST = 40; // pixels of a row, in a high window

export class Heat extends OverTime {
  draw() {
    const { data } = this;
    const inner = this.lay(data.strips);
    say(this.when, this.readOut());
    this.row = this.high();
    data.strips.forEach((strip, i) => this.drawStrip(this.figures[i], strip, inner, i));
  }

  /** Of one row: what Python says, or more where the strips stand beside a picture and the window has more room. */
  high() {
    const { data, figures, rows } = this;
    const room = this.beside(this.grid);
    if (!room || !figures.length) return data.row;
    const around =
      figures[0].caption.offsetHeight + HEAT.top + HEAT.bottom + parseFloat(getComputedStyle(this.grid).rowGap);
    const share = Math.floor((room / rows - around) / Math.max(...data.strips.map(({ right }) => right.length)));
    return clamp(share, data.row, Math.max(data.row, HIGHEST));
  }

  drawStrip(parts, strip, width, index) {
    const { data, colours } = this;
    const [looks, rows] = strip.values.shape;
    const high = rows * this.row;
    const height = HEAT.top + high + HEAT.bottom;
    const spoken = `${strip.title}. ${data.summary}`;
    const context = this.begin(parts, { title: strip.title, spoken, width, height });
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
    const every = Math.ceil(9 / this.row);
    for (let row = 0; row < rows; row += every) {
      context.fillText(String(data.first + row), HEAT.left - 5, HEAT.top + (row + 0.5) * this.row);
    }
    context.beginPath();
    this.below(context, x0, x1, width, px, HEAT.top + high);
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
    const { colours } = this;
    const [looks, rows] = strip.values.shape;
    const scale = [colours.green, colours.yellow, colours.red].map(channels);
    const picture = new ImageData(looks, rows);
    for (let look = 0; look < looks; look++) {
      for (let row = 0; row < rows; row++) {
        const share = strip.values[look * rows + row];
        const [r, g, b, alpha] = Number.isFinite(share)
          ? shareColour(share, strip.right[row], scale)
          : [128, 128, 128, 0.25];
        picture.data.set([r, g, b, Math.round(255 * alpha)], 4 * (row * looks + look));
      }
    }
    const source = make("canvas", { width: looks, height: rows });
    source.getContext("2d").putImageData(picture, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(source, HEAT.left, HEAT.top, right - HEAT.left, rows * this.row);
  }

  /** What stands above the strips: the step and the share under the pointer, else what the colours mean. */
  readOut() {
    const { data, hover } = this;
    const strip = hover && data.strips[hover.strip];
    if (!strip || hover.look >= strip.values.shape[0]) return data.labels.legend;
    const share = strip.values[hover.look * strip.values.shape[1] + hover.row];
    const percent = (value) => (Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "–");
    const where = `${data.labels.step} ${number(strip.x[hover.look])}, ${data.labels.row} ${data.first + hover.row}`;
    return `${where}: ${percent(share)} (${data.labels.right} ${percent(strip.right[hover.row])})`;
  }

  aim(strip, index, x, y) {
    const { x0, x1, right } = this.figures[index];
    const [looks, rows] = strip.values.shape;
    if (!looks) return undefined;
    const row = clamp(Math.floor((y - HEAT.top) / this.row), 0, rows - 1);
    const at = x0 + ((x - HEAT.left) / (right - HEAT.left)) * (x1 - x0);
    return { strip: index, look: nearest(strip.x, at), row };
  }

  move(strip, index, key) {
    const [looks, rows] = strip.values.shape;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (!by || !looks) return undefined;
    const { look, row } = this.hover?.strip === index ? this.hover : { look: looks - 1 - by[0], row: 0 };
    return { strip: index, look: clamp(look + by[0], 0, looks - 1), row: clamp(row + by[1], 0, rows - 1) };
  }

  step() {
    return this.data.strips[this.hover.strip].x[this.hover.look];
  }
}
