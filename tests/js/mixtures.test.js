// The distances that the browser computes while p or q is dragged, beside those of gan_core/theory.

import assert from "node:assert/strict";
import { test } from "node:test";

import { below, cdf, DISTANCES, density, INTEGRANDS, OF_LINES } from "../../pages/shared/views/drag/mixtures.js";
import { affine, klNormals, w2Normals } from "../../pages/shared/views/drag/normals.js";

const [TWO, OTHERS] = [
  [
    [0.3, -2, 0.5],
    [0.7, 2, 0.8],
  ],
  [
    [0.5, -3, 0.2],
    [0.5, 0.5, 1.1],
  ],
];
const one = (mean, std) => [[1, mean, std]];
// gan_core.theory.divergences_1d.compare: KL(p ‖ q), KL(q ‖ p), JSD, TV, W1, W2
const KNOWN = [
  [one(0, 1), one(1, 2), [0.44314718, 1.30685282, 0.12817497, 0.39006566, 1.16663094, Math.SQRT2]],
  [one(-2.5, 0.3), one(-2, 0.3), [1.38888889, 1.38888889, 0.26004885, 0.59534324, 0.5, 0.5]],
  [TWO, one(1, 1.5), [0.53357397, 0.70813686, 0.12892394, 0.38757924, 0.638945, 0.7944772]],
  [one(1, 1.5), TWO, [0.70813686, 0.53357397, 0.12892394, 0.38757924, 0.638945, 0.7944772]],
  [TWO, OTHERS, [1.41568477, 1.79876297, 0.30947029, 0.67244905, 2.05000224, 2.31122061]],
];

test("distances are those of the theory, W2 between mixtures to a few digits", () => {
  for (const [p, q, expected] of KNOWN) {
    Object.entries(DISTANCES).forEach(([name, distance], i) => {
      const found = distance(p, q);
      const tolerance = name === "w2" && p.length + q.length > 2 ? 2e-3 : 2e-6;
      assert.ok(
        Math.abs(found - expected[i]) <= tolerance * (1 + expected[i]),
        `${name}: ${found}, not ${expected[i]}`,
      );
    });
  }
});

test("far apart JSD is ln 2 and TV 1, and between equals all are 0", () => {
  const [near, far] = [one(-4, 0.1), one(4, 0.1)];
  assert.equal(DISTANCES.tv(near, far).toFixed(6), "1.000000");
  assert.equal(DISTANCES.jsd(near, far).toFixed(6), Math.LN2.toFixed(6));
  assert.equal(DISTANCES.w1(near, far).toFixed(6), "8.000000");
  for (const same of [one(0.3, 0.7), TWO]) {
    for (const [name, distance] of Object.entries(DISTANCES)) assert.ok(distance(same, same) < 1e-5, name);
  }
});

test("what is added up at x sums to the distance", () => {
  const step = 0.002;
  const xs = Array.from({ length: 10000 }, (_, i) => -10 + step * (i + 0.5));
  for (const [name, distance] of Object.entries(DISTANCES)) {
    const sum = xs.reduce((total, x) => total + step * INTEGRANDS[name](TWO, one(1, 1.5), x), 0);
    const whole = distance(TWO, one(1, 1.5)) ** (name === "w2" ? 2 : 1);
    assert.ok(Math.abs(sum - whole) < 2e-3, `${name}: ${sum}, not ${whole}`);
  }
});

test("a mixture's share below x", () => {
  assert.equal(below(0).toFixed(6), "0.500000");
  assert.equal(below(1.96).toFixed(4), "0.9750");
  assert.ok(Math.abs(cdf(TWO, 0) - 0.30433) < 1e-4 && Math.abs(density(one(0, 1), 0) - 0.398942) < 1e-6);
});

test("of parallel lines only W1 pulls", () => {
  assert.deepEqual(
    Object.values(OF_LINES).map((of) => of(-1.5)),
    [
      [1.5, -1],
      [Math.LN2, 0],
      [1, 0],
      [Infinity, 0],
    ],
  );
  for (const of of Object.values(OF_LINES)) assert.equal(of(0)[0], 0);
});

test("of two Gaussians in the plane KL both ways and W2 are those of gan_core.theory.gaussians_2d", () => {
  const normal = (x, y, long, short, degrees) => [x, y, long, short, (degrees * Math.PI) / 180];
  for (const [p, q, expected] of [
    [normal(0, 0, 1, 0.5, 30), normal(1, 0.5, 0.8, 0.8, 30), [1.19998508, 0.98487087, 1.17473401]],
    [normal(1, -2, 0.3, 1.2, 110), normal(-0.5, 0.4, 2, 0.1, 45), [395.41861671, 47.43890877, 3.0172009]],
  ]) {
    const found = [klNormals(p, q), klNormals(q, p), w2Normals(p, q)];
    found.forEach((value, i) => assert.ok(Math.abs(value / expected[i] - 1) < 1e-8, `${value}, not ${expected[i]}`));
    assert.ok(Math.abs(w2Normals(p, p)) < 1e-6 && Math.abs(klNormals(p, p)) < 1e-9);
  }
});

test("samples follow a Gaussian that is moved, stretched and turned", () => {
  const map = affine([1, 1, 2, 1, 0], [0, 3, 1, 0.5, Math.PI / 2]);
  const near = (found, [x, y]) => assert.ok(Math.hypot(found[0] - x, found[1] - y) < 1e-12);
  near(map([1, 1]), [0, 3]); // the middle
  near(map([3, 1]), [0, 4]); // σ along
  near(map([1, 2]), [-0.5, 3]); // σ across
});
