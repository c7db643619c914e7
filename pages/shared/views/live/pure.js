// What the views compute without a page: reading a frame, numbers as text, axes, contours, colours. Node can test it.

const ARRAYS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, f4: Float32Array };

/** The header of a frame with its arrays in place (packing.py says how it is laid out). */
export function unpack(bytes) {
  const buffer = bytes.slice().buffer; // a copy begins at 0, and typed arrays need aligned offsets
  const length = new DataView(buffer).getUint32(0, true);
  const start = 4 + 4 * Math.ceil(length / 4);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
  return JSON.parse(text, (_, value) => (value?.as ? readArray(buffer, start, value) : value));
}

function readArray(buffer, start, { at, as, shape, low, high }) {
  const size = shape.reduce((product, n) => product * n, 1);
  let values = new ARRAYS[as](buffer, start + at, size);
  if (low !== undefined) {
    const missing = 2 ** (8 * values.BYTES_PER_ELEMENT) - 1;
    const step = (high - low) / (missing - 1);
    values = Float32Array.from(values, (code) => (code === missing ? NaN : low + code * step));
  }
  values.shape = shape;
  return values;
}

export const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
export const faded = (hex, alpha) => `rgba(${channels(hex)},${alpha})`;
export const clamp = (x, low, high) => Math.min(high, Math.max(low, x));
export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** A number as it is read aloud: four significant digits, a true minus, powers of ten where zeros would be many. As
 * `gan_core.numerals` writes one, but with its zeros kept, so that a legend does not tremble. */
export function number(x, digits = 4) {
  if (x === null || !Number.isFinite(x)) return "–";
  const size = Math.abs(x);
  if (Number.isInteger(x) && size < 1e9) return x.toLocaleString("en").replace("-", "−");
  if (size >= 1e3 && size < 1e5) return Number(x.toPrecision(digits)).toLocaleString("en").replace("-", "−");
  const text = size >= 1e5 || size < 1e-3 ? x.toExponential(digits - 2) : x.toPrecision(digits);
  return power(text);
}

const SUPERSCRIPT = { "-": "⁻", ...Object.fromEntries([..."⁰¹²³⁴⁵⁶⁷⁸⁹"].map((sign, i) => [i, sign])) };

/** "8.22e-4" as it is written by hand, 8.22·10⁻⁴; 1e-6 as 10⁻⁶. */
export function power(text) {
  const [mantissa, exponent] = text.split("e");
  const sign = mantissa.replace("-", "−");
  if (exponent === undefined) return sign;
  const ten = `10${[...exponent.replace("+", "")].map((each) => SUPERSCRIPT[each]).join("")}`;
  return sign === "1" ? ten : `${sign}·${ten}`;
}

/** Where names for these heights are written: as near as can be, but `gap` apart and between low and high. */
export function apart(heights, gap, low, high) {
  const order = heights.map((_, i) => i).sort((a, b) => heights[a] - heights[b]);
  const found = [...heights];
  for (let k = 1; k < order.length; k++) {
    const [before, now] = [order[k - 1], order[k]];
    const missing = gap - (found[now] - found[before]);
    if (missing <= 0) continue;
    found[before] -= missing / 2;
    found[now] += missing / 2;
  }
  for (let k = 0; k < order.length; k++) {
    const least = k ? found[order[k - 1]] + gap : low;
    found[order[k]] = Math.max(found[order[k]], least);
  }
  for (let k = order.length - 1, most = high; k >= 0; k--) {
    found[order[k]] = Math.min(found[order[k]], most);
    most = found[order[k]] - gap;
  }
  return found;
}

/** As much of a text as is no wider than there is room, with … for the rest. */
export function fitting(text, room, width) {
  if (width(text) <= room) return text;
  let end = text.length - 1;
  while (end > 0 && width(`${text.slice(0, end)}…`) > room) end--;
  return end ? `${text.slice(0, end).trimEnd()}…` : "";
}

/** [text, x] of words in one row between low and high, in their order and `gap` apart: each begins where it is wanted, or
 * as near to it as the others let it. Where not all have room the last are whole, and the first are shortened. */
export function abreast(wanted, texts, gap, low, high, width) {
  const found = [];
  let free = low;
  texts.forEach((text, i) => {
    found.push([text, Math.max(free, wanted[i])]);
    free = found[i][1] + width(text) + gap;
  });
  for (let i = texts.length - 1, end = high; i >= 0; i--) {
    const text = fitting(texts[i], end - low, width);
    found[i] = [text, Math.min(found[i][1], end - width(text))];
    if (text) end = found[i][1] - gap;
  }
  return found;
}

/** Where an axis from low to high has its ticks: 1, 2 or 5 times a power of ten, about `count` of them. */
export function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((m) => m * power >= rough) ?? 10);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) found.push(i * step);
  return found;
}

/** A tick in few letters: 2k, 1.5M, 0.05, 10⁻⁶. */
export function short(x) {
  const size = Math.abs(x);
  const unit = size >= 1e6 && size < 1e9 ? [1e6, "M"] : size >= 1e3 && size < 1e6 ? [1e3, "k"] : [1, ""];
  const value = +(x / unit[0]).toPrecision(3);
  const text = size && (size >= 1e9 || size < 1e-3) ? x.toExponential(0) : String(value);
  return power(text) + unit[1];
}

/** So many columns that the rows of so many things are full, and no more rows than columns. */
export function squarely(count) {
  let columns = Math.ceil(Math.sqrt(count));
  while (count % columns) columns++;
  return columns;
}

/** How many columns for so many things, if at most so many fit: rows as even as they can be. */
export function evenly(count, most) {
  const rows = Math.ceil(count / Math.max(1, most));
  return Math.max(1, Math.ceil(count / Math.max(1, rows)));
}

/** [x, y] of a box in a square, clear of all discs [x, y, radius]: in the corner that is farthest from them, or at the
 * edge where that is; undefined where every place at the edge touches one. Top left where all are as good. */
export function emptiest(side, width, height, discs) {
  const [right, bottom] = [side - width, side - height];
  const corners = [
    [0, 0],
    [right, 0],
    [right, bottom],
    [0, bottom],
  ];
  const along = Array.from({ length: 17 }, (_, i) => i / 16).flatMap((t) => [
    [t * right, 0],
    [t * right, bottom],
    [0, t * bottom],
    [right, t * bottom],
  ]);
  const room = ([x, y]) =>
    Math.min(...discs.map(([a, b, r]) => Math.hypot(a - clamp(a, x, x + width), b - clamp(b, y, y + height)) - r));
  const best = (places) => places.reduce((one, other) => (room(other) > room(one) ? other : one));
  return [best(corners), best(along)].find((place) => room(place) > 0);
}

/** {columns, rows, side}: in how many columns `groups` of `abreast` squares each are largest, in as few rows as may be, a group in rows of its own;
 * side(columns, rows) is what a square may then be, and at most `most` fit abreast. */
export function largest(abreast, groups, most, side) {
  let best;
  for (let columns = 1; columns <= Math.max(1, Math.min(abreast, most)); columns++) {
    const rows = Math.ceil(abreast / columns) * groups;
    const found = { columns, rows, side: side(columns, rows) };
    if (!best || found.side > best.side || (found.side === best.side && rows < best.rows)) best = found;
  }
  return best;
}

/** How many of `count` squares, each `scale` × `pixels` large and a seam beside the next, fill a room `width` × `height`
 * best: { scale, columns, shown } of the whole scale at which they cover most of it in full rows, but no fewer than
 * `least` of them; of as good ones the squarest. `fixed`: columns that there have to be, 0 for as many as fit. */
export function tiled(width, height, count, fixed, pixels, seam, least = 24) {
  let best = { scale: 1, columns: fixed || Math.min(count, 8), shown: count };
  let [most, leastOblong] = [0, 0];
  for (let scale = 1; pixels * scale + seam <= Math.min(width, height); scale++) {
    const cell = pixels * scale + seam;
    for (let columns = fixed || Math.floor(width / cell); columns >= (fixed || 1); columns--) {
      const rows = Math.max(1, Math.min(Math.floor(height / cell), Math.floor(count / columns)));
      const shown = Math.min(count, columns * rows);
      if (columns * cell > width || shown < Math.min(count, least)) continue;
      const [covers, oblong] = [shown * cell * cell, Math.abs(columns - rows)];
      if (covers < most || (covers === most && oblong >= leastOblong)) continue;
      [most, leastOblong] = [covers, oblong];
      best = { scale, columns, shown };
    }
  }
  return best;
}

/** The index of the entry of an ascending array that is nearest to a value. */
export function nearest(ascending, value) {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - ascending[low - 1] <= ascending[low] - value ? low - 1 : low;
}

/** How many entries of an ascending array are at most `value`. */
export function until(ascending, value) {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Entry i of an array along its first axis, as a copy of its own. */
export function cut(array, i) {
  const shape = array.shape.slice(1);
  const size = shape.reduce((product, n) => product * n, 1);
  const values = array.slice(i * size, (i + 1) * size);
  values.shape = shape;
  return values;
}

/** Shares (T, M) of which only the first `looks` are known yet: the rest is NaN. */
export function begun(values, looks) {
  const found = Float32Array.from(values);
  found.fill(NaN, looks * values.shape[1]);
  found.shape = values.shape;
  return found;
}

/** A sketch at u ∈ [0, 1], linear between its heights; NaN where it has none. */
export function sketched(heights, u) {
  const at = clamp(u, 0, 1) * (heights.length - 1);
  const i = Math.floor(at);
  return at === i ? heights[i] : heights[i] + (at - i) * (heights[i + 1] - heights[i]);
}

/** A sketch with the straight line from [u, v] to [u, v] drawn over it. */
export function drawnTo(heights, [u0, v0], [u1, v1]) {
  const last = heights.length - 1;
  const [from, to] = [u0, u1].map((u) => Math.round(u * last));
  const found = [...heights];
  const way = Math.sign(to - from) || 1;
  for (let i = from; i !== to + way; i += way)
    found[i] = to === from ? v1 : v0 + ((v1 - v0) * (i - from)) / (to - from);
  return found;
}

/** The mean distance of a function of the step from y, where both are known; undefined where they never are. */
export function off(of, x, y) {
  let [sum, count] = [0, 0];
  x.forEach((step, i) => {
    const gap = Math.abs(of(step) - y[i]);
    if (Number.isFinite(gap)) [sum, count] = [sum + gap, count + 1];
  });
  return count ? sum / count : undefined;
}

/** [low, high] of what a chart has to show, a little wider, and never empty. */
export function span(arrays, extra, log) {
  let [low, high] = [Infinity, -Infinity];
  const include = (y) => {
    if (!Number.isFinite(y) || (log && y <= 0)) return;
    if (y < low) low = y;
    if (y > high) high = y;
  };
  arrays.forEach((array) => array.forEach(include));
  extra.forEach(include);
  if (low > high) return log ? [0.1, 1] : [0, 1];
  if (log) return low === high ? [low / 2, high * 2] : [low / 1.15, high * 1.15];
  const margin = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - margin, high + margin];
}

/** Powers of ten, every second or third where there are many, or 1, 2, 5 where there is hardly one. */
export function decades(low, high) {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((to - from + 1) / 5));
  const found = [];
  for (let e = from; e <= to; e += every) found.push(10 ** e);
  if (found.length > 1) return found;
  return [-1, 0].flatMap((d) => [1, 2, 5].map((m) => m * 10 ** (from + d))).filter((y) => y >= low && y <= high);
}

/** The value of a field (shape [m, m], row i at y_i upwards) at u, v, linear between its nodes; NaN outside. */
export function fieldAt(field, u, v) {
  const [rows, columns] = field.shape;
  const [x, y] = [u * (columns - 1), (1 - v) * (rows - 1)];
  if (!(x >= 0 && y >= 0 && x <= columns - 1 && y <= rows - 1)) return NaN;
  const [j, i] = [Math.min(Math.floor(x), columns - 2), Math.min(Math.floor(y), rows - 2)];
  const [s, t, at] = [x - j, y - i, i * columns + j];
  const below = field[at] * (1 - s) + field[at + 1] * s;
  const above = field[at + columns] * (1 - s) + field[at + columns + 1] * s;
  return below * (1 - t) + above * t;
}

/** Where the field crosses a level, as line segments [u, v, u, v, …]: marching squares, linear along each edge. */
export function contour(field, level) {
  const [rows, columns] = field.shape;
  const lines = [];
  for (let i = 0; i < rows - 1; i++) {
    for (let j = 0; j < columns - 1; j++) {
      const at = i * columns + j;
      const below = field[at] < level;
      if (
        below === field[at + 1] < level &&
        below === field[at + columns] < level &&
        below === field[at + columns + 1] < level
      )
        continue; // as in most cells
      const corners = [field[at], field[at + 1], field[at + columns + 1], field[at + columns]].map((f) => f - level);
      const crossings = [];
      for (let edge = 0; edge < 4; edge++) {
        const [a, b] = [corners[edge], corners[(edge + 1) % 4]];
        if (a < 0 === b < 0 || !Number.isFinite(a + b)) continue;
        const t = a / (a - b);
        const [x, y] = [
          [t, 0],
          [1, t],
          [1 - t, 1],
          [0, 1 - t],
        ][edge];
        crossings.push((j + x) / (columns - 1), 1 - (i + y) / (rows - 1));
      }
      // four crossings are a saddle: the two pieces run along the side on which the middle of the cell lies
      if (crossings.length === 8 && corners[0] < 0 !== corners[0] + corners[1] + corners[2] + corners[3] < 0) {
        crossings.push(...crossings.splice(0, 2));
      }
      if (crossings.length % 4 === 0) lines.push(...crossings); // beside a NaN an end may be missing
    }
  }
  return lines;
}

/** Two pixels in a byte, the first in its high half: their 16 grey levels as 0 … 255. */
export function greys(packed, count) {
  const found = new Uint8Array(count);
  for (let i = 0; i < count; i++) found[i] = 17 * (i % 2 ? packed[i >> 1] & 15 : packed[i >> 1] >> 4);
  return found;
}

/** [r, g, b, alpha] of a share that should be `right`: clear at 0, green at `right`, over yellow to red at 1. */
export function shareColour(share, right, [green, yellow, red]) {
  if (!(right > 0)) return share > 0 ? [...red, 1] : [0, 0, 0, 0];
  if (share <= right) return [...green, (share / right) ** 0.7];
  const t = right < 1 ? Math.log(share / right) / Math.log(1 / right) : 0;
  const [from, to, s] = t < 0.5 ? [green, yellow, 2 * t] : [yellow, red, 2 * t - 1];
  return [...from.map((c, i) => c + s * (to[i] - c)), 1];
}

/** The pieces of a text with marks: [{tag, text}], where the tag of plain text is undefined. */
export function marked(text) {
  return text
    .split(/(\*\*.+?\*\*|`[^`]+`)/)
    .filter(Boolean)
    .map((piece) => {
      if (piece.length > 4 && piece.startsWith("**") && piece.endsWith("**"))
        return { tag: "strong", text: piece.slice(2, -2) };
      if (piece.length > 2 && piece.startsWith("`") && piece.endsWith("`"))
        return { tag: "code", text: piece.slice(1, -1) };
      return { text: piece };
    });
}

/** Below which addresses the app may be served: where Streamlit's own server was found, then every folder of the page. */
export function bases(found, page) {
  const { origin, pathname } = new URL(page);
  const known = found.filter((url) => url.includes("/_stcore/")).map((url) => url.slice(0, url.indexOf("/_stcore/")));
  const folders = pathname.split("/").slice(1);
  const parents = folders.map((_, i) => [origin, ...folders.slice(0, folders.length - 1 - i)].join("/"));
  return [...new Set([...known.reverse(), ...parents])].filter((url) => url.startsWith(origin));
}

const TRIES = [0, 300, 1000, 3000]; // milliseconds before each try at an address; meanwhile the page does without
const LATER = 20000; // … until it tries again, twice as long each time, …
const LATEST = 320000; // … for a proxy that lets no socket through is asked again and again by every page

/** Milliseconds before a socket is opened again that could not be `tried` times, at so many addresses. */
export function pause(tried, addresses) {
  const round = Math.floor(tried / addresses);
  return TRIES[round] ?? Math.min(LATEST, LATER * 2 ** (tried - TRIES.length * addresses));
}

/** The header and the frames of a packet: {stamp, header, frames: [{kind, bytes}]} (channel.py says how it is laid out). */
export function unwrap(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(8, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(12, 12 + length)));
  const frames = [];
  for (let at = 12 + length; at < bytes.byteLength; ) {
    const [kind, size] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    frames.push({ kind, bytes: bytes.subarray(at + 8, at + 8 + size) });
    at += 8 + size;
  }
  return { stamp: Number(view.getBigUint64(0, true)), header, frames };
}
