// What is painted once and put on a picture many times: the colours of a field, and a dot.

import { make } from "./common.js";
import { channels } from "./pure.js";

let paper; // the pixels of a field: one for all fields of a size, which are painted in turn
const shades = new Map(); // the hues of a field → its colours, from `low` over clear to `high`

function shadesOf({ high, low }) {
  const name = `${high} ${low}`;
  if (!shades.has(name)) {
    const between = new Uint32Array(256).map((_, i) => {
      const d = (2 * i) / 255 - 1;
      const [r, g, b] = channels(d > 0 ? high : low);
      return ((Math.round(255 * 0.5 * Math.abs(d)) << 24) | (b << 16) | (g << 8) | r) >>> 0;
    });
    shades.set(name, between);
  }
  return shades.get(name);
}

/** A field as a picture, on `canvas`: `shade` maps its values to [0, 1], where ½ is clear, 1 is `high`, 0 is `low`. */
export function heatmap(field, shade, fine, hues, canvas = make("canvas")) {
  const [rows, columns] = field.shape;
  const [width, height] = [(columns - 1) * fine + 1, (rows - 1) * fine + 1];
  if (paper?.width !== width || paper.height !== height) paper = new ImageData(width, height);
  const colours = shadesOf(hues);
  const pixels = new Uint32Array(paper.data.buffer);
  const row = new Float32Array(columns);
  for (let y = 0, at = 0; y < height; y++) {
    const from = (height - 1 - y) / fine;
    const i = Math.min(Math.floor(from), rows - 2);
    const t = from - i;
    for (let j = 0; j < columns; j++) row[j] = field[i * columns + j] * (1 - t) + field[(i + 1) * columns + j] * t;
    for (let x = 0; x < width; x++, at++) {
      const j = Math.min((x / fine) | 0, columns - 2);
      const s = x / fine - j;
      const d = shade(row[j] * (1 - s) + row[j + 1] * s);
      pixels[at] = Number.isNaN(d) ? 0 : colours[(d * 255 + 0.5) | 0];
    }
  }
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext("2d").putImageData(paper, 0, 0);
  return canvas;
}

const PLACES = 4; // within a pixel, each way, at which a dot is drawn: it moves by less than one
const RIM = 1; // pixels of a rim
const stamps = new Map(); // what a dot looks like → its pixels at each of these places
let sheet; // what dots are put together on, and its pixels: one for all pictures of a size, which are drawn in turn

/** The pixels of a dot, or of its rim or its fill alone, at each place within a pixel: { size, pixels: one
 * Uint8ClampedArray a place, rows first }. */
function stamp(colour, edge, radius, ratio) {
  const name = `${colour} ${edge} ${radius} ${ratio}`;
  if (stamps.has(name)) return stamps.get(name);
  if (stamps.size > 64) stamps.clear();
  const size = 2 * Math.ceil((radius + 1) * ratio + 1);
  const context = make("canvas", { width: size, height: size }).getContext("2d", { willReadFrequently: true });
  const pixels = Array.from({ length: PLACES ** 2 }, (_, i) => {
    const [x, y] = [i % PLACES, Math.floor(i / PLACES)].map((part) => size / 2 + part / PLACES);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, size, size);
    context.setTransform(ratio, 0, 0, ratio, x, y);
    const discs = [
      [edge, radius + 0.6 * RIM],
      [colour, radius - 0.4 * RIM],
    ].filter(([tone]) => tone);
    for (const [tone, size] of discs) {
      context.beginPath();
      context.arc(0, 0, size, 0, 2 * Math.PI);
      context.fillStyle = tone;
      context.fill();
    }
    return context.getImageData(0, 0, size, size).data;
  });
  stamps.set(name, { size, pixels });
  return stamps.get(name);
}

/** Dots on a picture `side` wide, each over those before it. They are put together pixel by pixel and drawn as one
 * picture: a thousand small ones took a browser without a graphics card a third of its time. */
export class Dots {
  constructor(context, side) {
    this.context = context;
    this.ratio = context.getTransform().a;
    this.width = Math.ceil(side * this.ratio);
    if (sheet?.canvas.width !== this.width) {
      const canvas = make("canvas", { width: this.width, height: this.width });
      sheet = { canvas, image: new ImageData(this.width, this.width) };
    }
    sheet.image.data.fill(0);
  }

  /** `places(put)` calls put(x, y) for every dot of this look. */
  add(colour, edge, radius, places) {
    const { ratio, width } = this;
    const { size, pixels } = stamp(colour, edge, radius, ratio);
    const on = sheet.image.data;
    places((x, y) => {
      const [left, top] = [x * ratio - size / 2, y * ratio - size / 2];
      const [i, j] = [Math.floor(left), Math.floor(top)];
      const dot = pixels[Math.floor((left - i) * PLACES) + PLACES * Math.floor((top - j) * PLACES)];
      const [first, last] = [Math.max(0, -i), Math.min(size, width - i)];
      for (let row = Math.max(0, -j); row < Math.min(size, width - j); row++) {
        let [from, to] = [4 * (row * size + first), 4 * ((j + row) * width + i + first)];
        for (let column = first; column < last; column++, from += 4, to += 4) cover(on, to, dot, from);
      }
    });
  }

  draw() {
    const { context } = this;
    sheet.canvas.getContext("2d").putImageData(sheet.image, 0, 0);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.drawImage(sheet.canvas, 0, 0);
    context.restore();
  }
}

/** One pixel over another: α = αₛ + α_d (1 − αₛ), c = (cₛ αₛ + c_d α_d (1 − αₛ)) / α (Porter and Duff 1984, "over"). */
function cover(on, to, dot, from) {
  const alpha = dot[from + 3];
  if (!alpha) return;
  const under = alpha === 255 ? 0 : (on[to + 3] * (255 - alpha)) / 255;
  const sum = alpha + under;
  for (let k = 0; k < 3; k++) on[to + k] = under ? (dot[from + k] * alpha + on[to + k] * under) / sum : dot[from + k];
  on[to + 3] = sum;
}
