// Shares over training: one strip for each run, one row for each part, and a colour that says whether the part gets
// nothing (clear), its right share (green) or everything (red). Below the strip lie others of its run, small, over the
// same steps.

import { make, say } from "./common.js";
import { OverTime } from "./over_time.js";
import { channels, clamp, nearest, number, shareColour } from "./pure.js";

const HEAT = { left: 24, top: 2, bottom: 20 };
const HIGHEST = 40; // pixels of a row, in a high window
const SMALL = 16; // … of a small strip, of which a row has at least one
const CLOSE = 4; // … between two small strips

/** Pixels of a small strip of these shares. */
function lowest(right) {
  return right.length * Math.max(1, Math.round(SMALL / right.length));
}

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
    const small = Math.max(...data.strips.map(({ others, right }) => others.length * (CLOSE + lowest(right))));
    const around =
      figures[0].caption.offsetHeight + HEAT.top + HEAT.bottom + parseFloat(getComputedStyle(this.grid).rowGap);
    const share = Math.floor(
      (room / rows - around - small) / Math.max(...data.strips.map(({ right }) => right.length)),
    );
    return clamp(share, data.row, Math.max(data.row, HIGHEST));
  }

  /** The strips of a figure from above: { title, values, mark, top, row, high }. */
  bands({ others, right, ...strip }) {
    let foot = HEAT.top - CLOSE;
    return [strip, ...others].map(({ title, values, mark }, i) => {
      const high = i ? lowest(right) : right.length * this.row;
      const top = foot + CLOSE;
      foot = top + high;
      return { title, values, mark, top, high, row: high / right.length };
    });
  }

  drawStrip(parts, strip, width, index) {
    const { data, colours } = this;
    const [looks, rows] = strip.values.shape;
    const bands = this.bands(strip);
    const { top, high } = bands[bands.length - 1];
    const foot = top + high;
    const spoken = `${strip.title}. ${data.summary}`;
    const context = this.begin(parts, { title: strip.title, spoken, width, height: foot + HEAT.bottom });
    const [x0, x1] = looks ? [strip.x[0], strip.x[looks - 1]] : [0, 1];
    const left = Math.max(HEAT.left, ...strip.others.map(({ title }) => context.measureText(title).width + 8));
    const right = width - 8;
    const px = (step) => left + ((step - x0) / (x1 - x0 || 1)) * (right - left);
    Object.assign(parts, { x0, x1, left, right });

    const rule = (step, colour, dash, top = HEAT.top, high = foot - HEAT.top) => {
      if (!(step !== null && step >= x0 && step <= x1)) return;
      context.setLineDash(dash);
      context.strokeStyle = colour;
      context.lineWidth = 1.5;
      context.strokeRect(px(step), top, 0, high);
      context.setLineDash([]);
    };
    const name = (text, y) => {
      context.fillStyle = colours.faint;
      context.textAlign = "right";
      context.textBaseline = "middle";
      context.fillText(text, left - 5, y);
    };
    bands.forEach((band, i) => {
      if (looks) this.paint(context, band, strip.right, left, right);
      context.strokeStyle = colours.line;
      context.lineWidth = 1;
      context.strokeRect(left - 0.5, band.top - 0.5, right - left + 1, band.high + 1);
      const every = Math.ceil(9 / band.row);
      if (i) name(band.title, band.top + band.high / 2);
      else
        for (let row = 0; row < rows; row += every) name(String(data.first + row), band.top + (row + 0.5) * band.row);
      rule(band.mark, colours.text, [4, 3], band.top, band.high);
    });
    context.fillStyle = colours.faint;
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.beginPath();
    this.below(context, x0, x1, width, px, foot);
    context.stroke();
    rule(data.cursor, colours.primary, []);
    if (this.hover?.strip === index) rule(strip.x[this.hover.look], colours.faint, []);
  }

  /** One pixel for each look and row, stretched to the strip without blurring. */
  paint(context, { values, top, high }, shares, left, right) {
    const { colours } = this;
    const [looks, rows] = values.shape;
    const scale = [colours.green, colours.yellow, colours.red].map(channels);
    const picture = new ImageData(looks, rows);
    for (let look = 0; look < looks; look++) {
      for (let row = 0; row < rows; row++) {
        const share = values[look * rows + row];
        const [r, g, b, alpha] = Number.isFinite(share)
          ? shareColour(share, shares[row], scale)
          : [128, 128, 128, 0.25];
        picture.data.set([r, g, b, Math.round(255 * alpha)], 4 * (row * looks + look));
      }
    }
    const source = make("canvas", { width: looks, height: rows });
    source.getContext("2d").putImageData(picture, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(source, left, top, right - left, high);
  }

  /** What stands above the strips: the step and the share under the pointer, and of a small strip whose it is; else what
   * the colours mean. */
  readOut() {
    const { data, hover } = this;
    const strip = hover && data.strips[hover.strip];
    const band = hover?.band ? strip?.others[hover.band - 1] : strip;
    if (!band || hover.look >= band.values.shape[0]) return data.labels.legend;
    const share = band.values[hover.look * band.values.shape[1] + hover.row];
    const percent = (value) => (Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "–");
    const whose = band === strip ? "" : `${band.title}, `;
    const step = `${whose}${data.labels.step} ${number(strip.x[hover.look])}`;
    const where = `${step}, ${data.labels.row} ${data.first + hover.row}`;
    return `${where}: ${percent(share)} (${data.labels.right} ${percent(strip.right[hover.row])})`;
  }

  aim(strip, index, x, y) {
    const { x0, x1, left, right } = this.figures[index];
    const [looks, rows] = strip.values.shape;
    if (!looks) return undefined;
    const bands = this.bands(strip);
    const band = Math.max(
      0,
      bands.findLastIndex(({ top }) => y >= top),
    );
    const row = clamp(Math.floor((y - bands[band].top) / bands[band].row), 0, rows - 1);
    const at = x0 + ((x - left) / (right - left)) * (x1 - x0);
    return { strip: index, band, look: nearest(strip.x, at), row };
  }

  move(strip, index, key) {
    const [looks, rows] = strip.values.shape;
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
    if (!by || !looks) return undefined;
    const here = this.hover?.strip === index ? this.hover : { band: 0, look: looks - 1 - by[0], row: 0 };
    const { band, look, row } = here;
    return { strip: index, band, look: clamp(look + by[0], 0, looks - 1), row: clamp(row + by[1], 0, rows - 1) };
  }

  step() {
    return this.data.strips[this.hover.strip].x[this.hover.look];
  }
}
