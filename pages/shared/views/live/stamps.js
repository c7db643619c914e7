// What is painted once and put on a picture many times: the colours of a field, and a dot.

import { make } from "./common.js";
import { channels } from "./pure.js";

/** A field as a picture: `shade` maps its values to [0, 1], where ½ is clear, 1 is `high`, 0 is `low`. */
export function heatmap(field, shade, fine, { high, low }) {
  const [rows, columns] = field.shape;
  const [width, height] = [(columns - 1) * fine + 1, (rows - 1) * fine + 1];
  const image = new ImageData(width, height);
  const shades = new Uint32Array(256).map((_, i) => {
    const d = (2 * i) / 255 - 1;
    const [r, g, b] = channels(d > 0 ? high : low);
    return ((Math.round(255 * 0.5 * Math.abs(d)) << 24) | (b << 16) | (g << 8) | r) >>> 0;
  });
  const pixels = new Uint32Array(image.data.buffer);
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
      if (!Number.isNaN(d)) pixels[at] = shades[(d * 255 + 0.5) | 0];
    }
  }
  const canvas = make("canvas", { width, height });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** A dot drawn once and stamped many times, which is many times faster than drawing each. */
export function stamp(colour, edge, radius) {
  const ratio = window.devicePixelRatio || 1;
  const half = Math.ceil(radius + 1.5);
  const canvas = make("canvas", { width: 2 * half * ratio, height: 2 * half * ratio });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.arc(half, half, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.lineWidth = 0.7;
  context.strokeStyle = edge;
  context.stroke();
  return (on, x, y) => on.drawImage(canvas, x - half, y - half, 2 * half, 2 * half);
}
