// Two Gaussians in the plane, each as [x, y, std along, std across, angle]: what gan_core/theory/gaussians_2d.py has in
// closed form, quick enough to follow a pointer.

/** [[a, b], [b, c]] of its covariance. */
export function covariance([, , long, short, turn]) {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const [l, m] = [long * long, short * short];
  return [
    [c * c * l + s * s * m, c * s * (l - m)],
    [c * s * (l - m), s * s * l + c * c * m],
  ];
}

const determinant = ([[a, b], [c, d]]) => a * d - b * c;
const trace = ([[a], [, d]]) => a + d;
const times = ([[a, b], [c, d]], [[e, f], [g, h]]) => [
  [a * e + b * g, a * f + b * h],
  [c * e + d * g, c * f + d * h],
];

function inverse(matrix) {
  const [[a, b], [c, d]] = matrix;
  const size = determinant(matrix);
  return [
    [d / size, -b / size],
    [-c / size, a / size],
  ];
}

/** ½ [tr(Σ₂⁻¹Σ₁) + δᵀΣ₂⁻¹δ − 2 + ln(|Σ₂|/|Σ₁|)] */
export function klNormals(first, second) {
  const [one, other] = [covariance(first), covariance(second)];
  const back = inverse(other);
  const [u, v] = [second[0] - first[0], second[1] - first[1]];
  const far = u * (back[0][0] * u + back[0][1] * v) + v * (back[1][0] * u + back[1][1] * v);
  return (trace(times(back, one)) + far - 2 + Math.log(determinant(other) / determinant(one))) / 2;
}

/** W2² = ‖δ‖² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁Σ₂)^½; of a 2 × 2 matrix M with positive eigenvalues, tr M^½ is
 * √(tr M + 2 √|M|). */
export function w2Normals(first, second) {
  const [one, other] = [covariance(first), covariance(second)];
  const both = times(one, other);
  const overlap = Math.sqrt(trace(both) + 2 * Math.sqrt(Math.max(determinant(both), 0)));
  const far = (second[0] - first[0]) ** 2 + (second[1] - first[1]) ** 2;
  return Math.sqrt(Math.max(far + trace(one) + trace(other) - 2 * overlap, 0));
}

/** The map that takes samples of one Gaussian to another, along its axes. */
export function affine([x0, y0, long0, short0, turn0], [x1, y1, long1, short1, turn1]) {
  const [c0, s0, c1, s1] = [Math.cos(turn0), Math.sin(turn0), Math.cos(turn1), Math.sin(turn1)];
  return ([x, y]) => {
    const [u, v] = [x - x0, y - y0];
    const [a, b] = [((c0 * u + s0 * v) * long1) / long0, ((c0 * v - s0 * u) * short1) / short0];
    return [x1 + c1 * a - s1 * b, y1 + s1 * a + c1 * b];
  };
}
