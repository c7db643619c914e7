// What is drawn on the plane, without a page: clusters [x, y, width, weight] and points [x, y, x, y, …] of a brush, all
// whole numbers on a grid of SIDE × SIDE nodes, the first at the lower left (drawings.py). Nothing changes in place.

import { clamp } from "./pure.js";

export const SIDE = 1024;
export const WIDTH = { low: 2, high: 200 }; // of a cluster: σ = width / 200 in the plane
export const WEIGHT = { low: 1, high: 9 };
export const MOST = { clusters: 32, points: 5000 };
const SIGMA = (SIDE - 1) / 5.6 / 200; // nodes of a width of 1: the plane is 5.6 wide

export const EMPTY = { clusters: [], points: [] };

/** The nearest node, on the grid. */
export const node = (value) => clamp(Math.round(value), 0, SIDE - 1);

/** σ of a cluster in nodes. */
export const sigma = (width) => width * SIGMA;

/** With n points more, uniform in the disc; those that fall beside the plane, or are too many, are left out. */
export function sprayed(drawing, x, y, radius, n, random = Math.random) {
  const points = [...drawing.points];
  for (let i = 0; i < n && points.length < 2 * MOST.points; i++) {
    const [r, angle] = [radius * Math.sqrt(random()), 2 * Math.PI * random()];
    const [px, py] = [Math.round(x + r * Math.cos(angle)), Math.round(y + r * Math.sin(angle))];
    if (px === node(px) && py === node(py)) points.push(px, py);
  }
  return { ...drawing, points };
}

/** Without the points in the disc, and the clusters whose centres it holds. */
export function erased(drawing, x, y, radius) {
  const outside = (px, py) => (px - x) ** 2 + (py - y) ** 2 > radius ** 2;
  const points = [];
  for (let i = 0; i < drawing.points.length; i += 2)
    if (outside(drawing.points[i], drawing.points[i + 1])) points.push(drawing.points[i], drawing.points[i + 1]);
  return { clusters: drawing.clusters.filter(([px, py]) => outside(px, py)), points };
}

/** Which cluster is at a place: of those that it is within 2σ of, or within `reach`, the nearest; −1 for none. */
export function clusterAt(clusters, x, y, reach) {
  const distance = ([px, py]) => Math.hypot(px - x, py - y);
  let found = -1;
  clusters.forEach((cluster, i) => {
    const near = distance(cluster) <= Math.max(reach, 2 * sigma(cluster[2]));
    if (near && (found < 0 || distance(cluster) < distance(clusters[found]))) found = i;
  });
  return found;
}

export function placed(drawing, x, y, width) {
  if (drawing.clusters.length >= MOST.clusters) return drawing;
  return { ...drawing, clusters: [...drawing.clusters, [node(x), node(y), width, 1]] };
}

/** With cluster i changed: {x, y, width, weight}, as far as it may go. */
export function changed(drawing, i, { x, y, width, weight }) {
  const clusters = drawing.clusters.map((cluster, k) => {
    if (k !== i) return cluster;
    const [px, py, w, m] = cluster;
    return [
      node(x ?? px),
      node(y ?? py),
      clamp(Math.round(width ?? w), WIDTH.low, WIDTH.high),
      clamp(Math.round(weight ?? m), WEIGHT.low, WEIGHT.high),
    ];
  });
  return { ...drawing, clusters };
}

export function removed(drawing, i) {
  return { ...drawing, clusters: drawing.clusters.filter((_, k) => k !== i) };
}

/** n places [u, v, u, v, …] that look like draws of a Gaussian with σ = 1: equal shares of it, along a golden spiral. */
export function bell(n) {
  return Array.from({ length: n }, (_, k) => {
    const radius = Math.sqrt(-2 * Math.log(1 - (k + 0.5) / n)); // the radii of a Gaussian in the plane: 1 − e^(−r²/2)
    const angle = k * Math.PI * (3 - Math.sqrt(5));
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  }).flat();
}
