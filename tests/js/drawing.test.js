// What is drawn on the plane: brush, eraser, clusters, and the bell that stands for one.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bell,
  changed,
  clusterAt,
  EMPTY,
  erased,
  MOST,
  placed,
  removed,
  SIDE,
  sigma,
  sprayed,
} from "../../pages/shared/views/live/drawing.js";

/** A source of numbers that gives these in turn, over and over. */
const turns = (...numbers) => {
  let i = 0;
  return () => numbers[i++ % numbers.length];
};

test("a brush leaves points in its disc: a quarter of the area is within half of the radius", () => {
  const { points } = sprayed(EMPTY, 500, 400, 100, 3, turns(0.25, 0, 1, 0.25, 0, 0.5));
  assert.deepEqual(points, [550, 400, 500, 500, 500, 400]);
});

test("beside the plane nothing stays, and a full brush leaves no more", () => {
  assert.deepEqual(sprayed(EMPTY, 0, 0, 50, 2, turns(1, 0.5, 1, 0)).points, [50, 0]);
  const full = { clusters: [], points: Array(2 * MOST.points).fill(7) };
  assert.equal(sprayed(full, 500, 500, 10, 5).points.length, 2 * MOST.points);
  assert.equal(EMPTY.points.length, 0); // nothing changes in place
});

test("the eraser takes what its disc holds, points and clusters", () => {
  const drawn = { clusters: [[100, 100, 40, 1]], points: [100, 110, 100, 111, 300, 300] };
  assert.deepEqual(erased(drawn, 100, 100, 10), { clusters: [], points: [100, 111, 300, 300] });
  assert.deepEqual(erased(drawn, 600, 600, 10), drawn);
});

test("a cluster is found within two standard deviations or a finger's reach, the nearest of several", () => {
  const clusters = [
    [100, 100, 100, 1],
    [160, 100, 4, 1],
  ];
  assert.ok(Math.abs(sigma(100) - 0.5 * (1023 / 5.6)) < 1e-9);
  assert.equal(clusterAt(clusters, 120, 100, 5), 0);
  assert.equal(clusterAt(clusters, 150, 100, 12), 1);
  assert.equal(clusterAt(clusters, 100 + 2 * sigma(100) + 100, 100, 5), -1);
  assert.equal(clusterAt([], 1, 1, 5), -1);
});

test("clusters are placed on the grid, as many as are allowed, and change as far as they may", () => {
  const one = placed(EMPTY, 3.4, 5000, 40);
  assert.deepEqual(one.clusters, [[3, SIDE - 1, 40, 1]]);
  assert.deepEqual(changed(one, 0, { width: 1e9, weight: 0 }).clusters, [[3, SIDE - 1, 200, 1]]);
  assert.deepEqual(changed(one, 0, { x: -7, y: 8.6, width: 0 }).clusters, [[0, 9, 2, 1]]);
  assert.deepEqual(removed(one, 0).clusters, []);
  let many = EMPTY;
  for (let i = 0; i < 40; i++) many = placed(many, i, i, 10);
  assert.equal(many.clusters.length, MOST.clusters);
});

test("the bell has the spread of a Gaussian: 39 % of it within σ, and no direction", () => {
  const places = bell(1000);
  const radii = Array.from({ length: 1000 }, (_, k) => Math.hypot(places[2 * k], places[2 * k + 1]));
  const within = radii.filter((r) => r < 1).length / 1000;
  assert.ok(Math.abs(within - (1 - Math.exp(-0.5))) < 0.002);
  const mean = (i) => places.filter((_, k) => k % 2 === i).reduce((sum, value) => sum + value, 0) / 1000;
  assert.ok(Math.abs(mean(0)) < 0.02 && Math.abs(mean(1)) < 0.02);
});
