// The pure functions of the live views, on values worked out by hand.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  abreast,
  apart,
  begun,
  channels,
  clamp,
  contour,
  cut,
  decades,
  drawnTo,
  emptiest,
  evenly,
  faded,
  fieldAt,
  fitting,
  greys,
  largest,
  nearest,
  number,
  off,
  pause,
  shareColour,
  short,
  sigmoid,
  sketched,
  span,
  ticks,
  tiled,
  unpack,
  until,
} from "../../pages/shared/views/live/pure.js";

function near(found, expected, tolerance = 1e-12) {
  assert.equal(found.length, expected.length);
  found.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) <= tolerance, `${found} is not ${expected}`));
}

/** values[i][j] at y_i upwards, x_j, as a frame brings it. */
function field(values) {
  return Object.assign(Float32Array.from(values.flat()), { shape: [values.length, values[0].length] });
}

/** [u, v, u, v] of each piece of a contour, the left end first. */
function pieces(lines) {
  return Array.from({ length: lines.length / 4 }, (_, i) => {
    const [a, b, c, d] = lines.slice(4 * i, 4 * i + 4);
    return a < c || (a === c && b < d) ? [a, b, c, d] : [c, d, a, b];
  });
}

// ── a frame ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const FRAME = Buffer.from(readFileSync(new URL("frame.hex", import.meta.url), "ascii").replaceAll("\n", ""), "hex");

test("a frame that Python packed comes back with its arrays in place", () => {
  const { step, title, loss, panels, x, y, codes } = unpack(new Uint8Array(FRAME));
  assert.deepEqual([step, title, loss], [1200, "D(x) ½", null]);
  assert.deepEqual([...panels[0].images], [0, 127, 255]);
  assert.deepEqual([...x], [0, 70_000, 1_000_000]);
  assert.deepEqual([...y], [0.5, -2]);
  assert.deepEqual([...codes], [1, 65_535]);
  assert.deepEqual(panels[0].fake.shape, [2, 2]);
  near(panels[0].fake.slice(0, 3), [-1, 0, 1], 2 / 131068);
  assert.ok(Number.isNaN(panels[0].fake[3])); // what does not fit the range has no place
});

test("a frame may begin anywhere in a longer message", () => {
  const message = new Uint8Array(FRAME.length + 3);
  message.set(FRAME, 3);
  assert.deepEqual([...unpack(message.subarray(3)).x], [0, 70_000, 1_000_000]);
});

test("two grey levels come out of each byte, the high half first", () => {
  assert.deepEqual([...greys(Uint8Array.of(0x0f, 0x71), 4)], [0, 255, 119, 17]);
  assert.deepEqual([...greys(Uint8Array.of(0xf0), 1)], [255]);
});

test("a moment is cut out of an array, and with it the shape of what is left", () => {
  const array = Object.assign(Float32Array.of(1, 2, 3, 4, 5, 6), { shape: [3, 2] });
  const second = cut(array, 1);
  assert.deepEqual([...second], [3, 4]);
  assert.deepEqual(second.shape, [2]);
  second[0] = 9;
  assert.equal(array[2], 3); // a copy of its own
});

test("so many steps are at most a step", () => {
  assert.deepEqual(
    [-1, 0, 4, 5, 9].map((step) => until(Uint32Array.of(0, 5, 5, 8), step)),
    [0, 1, 1, 3, 4],
  );
});

test("marks that stand near each other are written beside each other, and the first one gives way", () => {
  const width = (text) => 10 * text.length;
  const texts = ["D: rate", "G: rate", "D: rate"];
  const ends = (found) => found.filter(([text]) => text).map(([text, x]) => [x, x + width(text)]);
  for (const [wanted, high] of [
    [[0, 100, 200], 400],
    [[200, 201, 202], 400],
    [[380, 390, 395], 400],
    [[5, 5, 5], 150],
  ]) {
    const found = abreast(wanted, texts, 10, 0, high, width);
    const places = ends(found);
    places.forEach(([from, to], i) => assert.ok(from >= 0 && to <= (places[i + 1]?.[0] ?? high + 10) - 10));
    assert.equal(found[2][0], "D: rate");
  }
  assert.deepEqual(
    abreast([0, 100, 200], texts, 10, 0, 400, width).map(([, x]) => x),
    [0, 100, 200],
  );
  const tight = abreast([5, 5, 5], texts, 10, 0, 150, width);
  assert.deepEqual(
    tight.map(([text]) => text),
    ["", "G: rate", "D: rate"],
  );
});

// ── numbers and axes ─────────────────────────────────────────────────────────────────────────────────────────────────

test("numbers are read with four digits, a true minus, and powers of ten where zeros would be many", () => {
  const read = { 0: 0, "3,450": 3450, "−3": -3, 0.6931: Math.LN2, "−0.5000": -0.5, "−1.23·10⁵": -123_456.78 };
  Object.assign(read, { "12,350": 12_345.6, "−1,234": -1234.4 });
  for (const [text, x] of Object.entries(read)) assert.equal(number(x), text);
  assert.equal(number(0.00028234), "2.82·10⁻⁴");
  assert.equal(number(Math.LN2, 3), "0.693");
  for (const nothing of [null, NaN, Infinity]) assert.equal(number(nothing), "–");
});

test("ticks are short", () => {
  const read = {
    0: 0,
    "2k": 2000,
    "1.5k": 1500,
    "1.5M": 1.5e6,
    0.05: 0.05,
    "10⁻⁶": 1e-6,
    "2·10⁹": 2e9,
    "−20": -20,
    999: 999,
  };
  for (const [text, x] of Object.entries(read)) assert.equal(short(x), text);
});

test("names of levels that lie over each other are moved apart, and stay within the chart", () => {
  near(apart([20, 80], 12, 8, 130), [20, 80]);
  near(apart([50, 52], 12, 8, 130), [45, 57]);
  near(apart([128, 129, 130], 12, 8, 130), [106, 118, 130]);
  near(apart([9, 8], 12, 8, 130), [20, 8]);
});

test("a text is as long as there is room for", () => {
  const width = (text) => 7 * text.length;
  assert.equal(fitting("Too fast to learn", 200, width), "Too fast to learn");
  assert.equal(fitting("Too fast to learn", 70, width), "Too fast…");
  assert.equal(fitting("Too fast to learn", 5, width), "");
});

test("panels are as large as can be, each method in lines of its own", () => {
  const side = (width, height) => (columns, rows) => Math.min(width / columns, height / rows);
  assert.deepEqual(largest(4, 1, 4, side(960, 600)), { columns: 2, rows: 2, side: 300 });
  assert.deepEqual(largest(3, 3, 4, side(960, 960)), { columns: 3, rows: 3, side: 320 });
  assert.deepEqual(largest(8, 1, 4, side(960, 528)), { columns: 4, rows: 2, side: 240 });
  assert.equal(largest(3, 3, 4, () => 200).columns, 3); // where none can be larger, in few rows
  assert.equal(largest(1, 2, 0, side(300, 900)).columns, 1);
});

test("what is outside is said in a corner without a mode, or else at an edge, and never on one", () => {
  assert.deepEqual(emptiest(300, 80, 18, []), [0, 0]);
  assert.deepEqual(emptiest(300, 80, 18, [[290, 10, 9]]), [0, 282]);
  const clear = ([x, y], side, [a, b, r]) => {
    assert.ok(x >= 0 && y >= 0 && x <= side - 80 && y <= side - 18);
    return Math.hypot(Math.max(x - a, 0, a - x - 80), Math.max(y - b, 0, b - y - 18)) > r;
  };
  for (const side of [200, 300, 520]) {
    const ring = Array.from({ length: 8 }, (_, i) => [
      0.36 * Math.cos((i * Math.PI) / 4),
      0.36 * Math.sin((i * Math.PI) / 4),
    ]);
    const grid = Array.from({ length: 25 }, (_, i) => [(Math.floor(i / 5) - 2) / 5.5, ((i % 5) - 2) / 5.5]);
    for (const modes of [ring, grid]) {
      const discs = modes.map(([x, y]) => [(0.5 + x) * side, (0.5 + y) * side, 9]);
      const place = emptiest(side, 80, 18, discs);
      for (const disc of discs) assert.ok(clear(place, side, disc));
    }
  }
  const corners = [0, 300].flatMap((x) => [0, 300].map((y) => [x, y, 60]));
  const place = emptiest(300, 80, 18, corners);
  for (const disc of corners) assert.ok(clear(place, 300, disc));
  assert.equal(emptiest(300, 80, 18, [[150, 150, 200]]), undefined);
});

test("ticks are 1, 2 or 5 times a power of ten, and all of them lie on the axis", () => {
  near(ticks(0, 10, 5), [0, 2, 4, 6, 8, 10]);
  near(ticks(-1, 1, 5), [-1, -0.5, 0, 0.5, 1]);
  near(ticks(0.13, 0.29, 4), [0.15, 0.2, 0.25]);
  near(ticks(1e-5, 9e-5, 2), [5e-5]);
  for (const [low, high] of [
    [0, 1],
    [-3, 3],
    [-3.7, 12],
    [0, 123_456],
    [0.69, 0.7],
    [-1e-5, 1e-5],
    [2e6, 3e6],
  ]) {
    const found = ticks(low, high, 5);
    const step = found[1] - found[0];
    found.forEach((tick, i) => assert.ok(Math.abs(tick - found[0] - i * step) < 1e-9 * (high - low)));
    assert.ok(found.every((tick) => tick >= low - 1e-9 * (high - low) && tick <= high + 1e-9 * (high - low)));
    assert.match((step * 1.000001).toExponential(3), /^[125][.]000e/);
    assert.ok(found.length >= 2 && found.length <= 6, `${found}`);
  }
});

test("a logarithmic axis has powers of ten, or 1, 2, 5 where there is hardly one", () => {
  near(decades(0.01, 100), [0.01, 0.1, 1, 10, 100]);
  near(decades(2, 9), [2, 5], 1e-12);
  assert.ok(decades(1e-12, 1e12).length <= 6);
});

test("a chart shows all it has and a little more, and is never empty", () => {
  near(span([[0, NaN, 1], [2]], [-1], false), [-1.18, 2.18]);
  near(span([[3, 3]], [], false), [2.82, 3.18]);
  near(span([[0, -1, 10]], [], true), [5, 20]);
  near(span([[1, 10]], [], true), [1 / 1.15, 11.5]);
  near(span([[]], [], false), [0, 1]);
  near(span([[-1]], [], true), [0.1, 1]);
});

test("the nearest entry of an ascending array, the earlier one of two that are as near", () => {
  const steps = [0, 10, 20, 100];
  const found = [-5, 4, 5, 6, 60, 61, 1e9].map((value) => nearest(steps, value));
  assert.deepEqual(found, [0, 0, 0, 1, 2, 3, 3]);
  const uneven = Array.from({ length: 50 }, (_, i) => i * i);
  for (let value = -10; value < 2600; value += 3.7) {
    const least = Math.min(...uneven.map((step) => Math.abs(step - value)));
    assert.equal(Math.abs(uneven[nearest(uneven, value)] - value), least);
  }
});

test("rows are as even as they can be", () => {
  assert.deepEqual(
    [
      [8, 5],
      [8, 8],
      [7, 3],
      [1, 4],
      [3, 0],
    ].map(([count, most]) => evenly(count, most)),
    [4, 8, 3, 1, 1],
  );
});

test("a number is kept within its bounds, and σ is the logistic function", () => {
  assert.deepEqual(
    [-1, 0.5, 2].map((x) => clamp(x, 0, 1)),
    [0, 0.5, 1],
  );
  near([-Infinity, 0, Math.log(3)].map(sigmoid), [0, 0.5, 0.75]);
});

// ── the plane ────────────────────────────────────────────────────────────────────────────────────────────────────────

test("a field is linear between its nodes, upside up, and nothing outside", () => {
  const plane = field([
    [0, 1, 2],
    [10, 11, 12],
    [20, 21, 22],
  ]); // 10·row + column
  near([fieldAt(plane, 0, 1), fieldAt(plane, 1, 0), fieldAt(plane, 0.5, 0.5)], [0, 22, 11]);
  near([fieldAt(plane, 0.25, 0.875)], [3]);
  const product = field([
    [0, 0, 0],
    [0, 1, 2],
    [0, 2, 4],
  ]); // row·column, which is linear along each of the two
  near([fieldAt(product, 0.3, 0.2), fieldAt(product, 0.999, 0.001)], [0.6 * 1.6, 1.998 * 1.998], 1e-6);
  for (const [u, v] of [
    [-0.1, 0],
    [1.1, 0],
    [0, -0.1],
    [0, 1.1],
  ])
    assert.ok(Number.isNaN(fieldAt(plane, u, v)));
});

test("the contour of a plane is the straight line where it crosses the level", () => {
  const upwards = field([
    [-1, -1, -1],
    [1, 1, 1],
    [3, 3, 3],
  ]); // 0 a quarter of the way up: v = 3/4
  const drawn = pieces(contour(upwards, 0)).sort(([a], [b]) => a - b);
  near(drawn.flat(), [0, 0.75, 0.5, 0.75, 0.5, 0.75, 1, 0.75]);
  assert.deepEqual(contour(upwards, 5), []);
});

test("the contour of a cone is a circle, closed and as long as it should be", () => {
  const at = (i) => i / 49;
  const row = (y) => Array.from({ length: 50 }, (_, j) => Math.hypot(at(j) - 0.5, y - 0.4));
  const lines = contour(field(Array.from({ length: 50 }, (_, i) => row(at(i)))), 0.3);
  const ends = Array.from({ length: lines.length / 2 }, (_, i) => [lines[2 * i], 1 - lines[2 * i + 1]]);
  assert.ok(ends.length > 100);
  for (const [x, y] of ends) assert.ok(Math.abs(Math.hypot(x - 0.5, y - 0.4) - 0.3) < 3e-4);
  const length = pieces(lines).reduce((sum, [a, b, c, d]) => sum + Math.hypot(c - a, d - b), 0);
  assert.ok(Math.abs(length / (0.6 * Math.PI) - 1) < 2e-3, `${length}`);
  const often = new Map();
  for (const [x, y] of ends)
    often.set(`${x.toFixed(6)} ${y.toFixed(6)}`, (often.get(`${x.toFixed(6)} ${y.toFixed(6)}`) ?? 0) + 1);
  assert.ok([...often.values()].every((count) => count === 2)); // every end meets one other
});

test("at a saddle the two pieces run along the side on which the middle of the cell lies", () => {
  // corners +3 −1 +3 −1: the middle is positive, so each piece cuts off a negative corner
  const saddle = (here, there) => {
    const rows = [
      [here, there],
      [there, here],
    ];
    const drawn = pieces(contour(field(rows), 0));
    const lengths = drawn.map(([a, b, c, d]) => Math.hypot(c - a, d - b));
    near(lengths, [Math.SQRT1_2 / 2, Math.SQRT1_2 / 2]);
    return drawn;
  };
  const high = saddle(3, -1);
  // the same with the middle negative: each piece cuts off a positive corner
  const low = saddle(1, -3);
  const corners = (drawn) => drawn.map(([a, b, c, d]) => [Math.round((a + c) / 2), Math.round((b + d) / 2)]);
  assert.deepEqual(corners(high).sort(), [
    [0, 0],
    [1, 1],
  ]); // left above, right below
  assert.deepEqual(corners(low).sort(), [
    [0, 1],
    [1, 0],
  ]);
});

test("beside a missing value no line is drawn to nowhere", () => {
  const lines = contour(
    field([
      [NaN, -1, 1],
      [-1, -1, 1],
      [-1, -1, 1],
    ]),
    0,
  );
  assert.equal(lines.length % 4, 0);
  assert.ok(lines.length > 0 && lines.every(Number.isFinite));
});

// ── sketches ─────────────────────────────────────────────────────────────────────────────────────────────────────────

test("a sketch is drawn along a straight line, either way, and read between its heights", () => {
  const none = Array(5).fill(NaN);
  const right = drawnTo(none, [0.25, 0.2], [0.75, 0.6]);
  assert.ok(Number.isNaN(right[0]) && Number.isNaN(right[4]));
  near(right.slice(1, 4), [0.2, 0.4, 0.6]);
  near(drawnTo(none, [0.75, 0.6], [0.25, 0.2]).slice(1, 4), [0.2, 0.4, 0.6]);
  near([sketched(right, 0.25), sketched(right, 0.375), sketched(right, 0.75)], [0.2, 0.3, 0.6]);
  assert.ok(Number.isNaN(sketched(right, 0.1)) && Number.isNaN(sketched(right, 1)));
  near([sketched(drawnTo(none, [1, 0.7], [1, 0.7]), 1)], [0.7]);
});

test("how far off a sketch is counts where both curves are known", () => {
  near([off((step) => step, [0, 1, 2, 3], [0, 2, NaN, 1])], [1]); // (0 + 1 + 2)/3
  assert.equal(
    off(() => NaN, [0, 1], [0, 1]),
    undefined,
  );
});

test("of shares over the steps those that are not known yet are missing", () => {
  const values = Float32Array.from([0.1, 0.9, 0.2, 0.8, 0.3, 0.7]);
  values.shape = [3, 2];
  const found = begun(values, 2);
  near([...found.slice(0, 4)], [...values.slice(0, 4)]);
  assert.ok(found.slice(4).every(Number.isNaN));
  assert.deepEqual(found.shape, [3, 2]);
});

// ── colours ──────────────────────────────────────────────────────────────────────────────────────────────────────────

test("a colour has three channels and can be made fainter", () => {
  assert.deepEqual(channels("#0072B2"), [0, 114, 178]);
  assert.equal(faded("#0072B2", 0.5), "rgba(0,114,178,0.5)");
});

test("a share is clear at nothing, green where it is right, yellow on the way, red at everything", () => {
  const [green, yellow, red] = [
    [0, 158, 115],
    [240, 228, 66],
    [213, 94, 0],
  ];
  const colour = (share, right) => shareColour(share, right, [green, yellow, red]);
  near(colour(0, 0.25), [...green, 0]);
  near(colour(0.25, 0.25), [...green, 1]);
  near(colour(0.5, 0.25), [...yellow, 1]); // halfway from ¼ to 1 in powers of two
  near(colour(1, 0.25), [...red, 1]);
  near(colour(0, 0), [0, 0, 0, 0]);
  near(colour(0.1, 0), [...red, 1]); // a part that should get nothing
});

test("images fill a room at the whole scale that covers most of it", () => {
  assert.deepEqual(tiled(804, 532, 80, 0, 28, 4.2), { scale: 3, columns: 9, shown: 54 });
  assert.deepEqual(tiled(600, 300, 20, 10, 28, 2), { scale: 2, columns: 10, shown: 20 });
  assert.ok(tiled(805, 532, 80, 0, 28, 4.2).shown >= 24); // not six of them that cover a little more
  assert.equal(tiled(600, 300, 100, 10, 28, 2).shown % 10, 0); // a column means something: rows are whole
  assert.deepEqual(tiled(520, 520, 24, 0, 28, 3), { scale: 2, columns: 6, shown: 24 }); // all there are, as square as may be
  assert.deepEqual(tiled(10, 10, 5, 0, 28, 2), { scale: 1, columns: 5, shown: 5 });
});

test("a socket that nothing lets through is tried at every address, then ever more rarely", () => {
  const waits = (addresses, tries) => Array.from({ length: tries }, (_, i) => pause(i + 1, addresses));
  assert.deepEqual(waits(1, 4), [300, 1000, 3000, 20000]);
  assert.deepEqual(waits(2, 7), [0, 300, 300, 1000, 1000, 3000, 3000]);
  const times = waits(2, 40).map((_, i, all) => all.slice(0, i + 1).reduce((sum, ms) => sum + ms));
  assert.ok(times.filter((ms) => ms < 3600000).length < 24); // in an hour
  assert.equal(Math.max(...waits(3, 1000)), 320000);
});
