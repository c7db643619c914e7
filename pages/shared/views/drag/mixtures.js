// The distances of two mixtures of Gaussians on a line, as gan_core/theory/divergences_1d.py has them, quick enough to
// follow a pointer. A mixture is [[weight, mean, std], …].

const REACH = 8; // standard deviations on each side of a Gaussian that are integrated over
const PIECE = 1; // standard deviations between two breaks
// Gauss-Legendre with five nodes on [−1, 1]
const NODES = [-0.906179845938664, -0.538469310105683, 0, 0.538469310105683, 0.906179845938664];
const WEIGHTS = [0.236926885056189, 0.478628670499366, 0.568888888888889, 0.478628670499366, 0.236926885056189];
const LN_2PI = Math.log(2 * Math.PI);
const HALVINGS = 40;
// of erfc (Press et al., Numerical Recipes, 6.2)
const SERIES = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

/** Mass of N(0, 1) up to z: erfc by a Chebyshev series, to 1.2·10⁻⁷ of itself. */
export function below(z) {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + x / 2);
  let series = 0;
  for (let i = SERIES.length - 1; i >= 0; i--) series = series * t + SERIES[i];
  const tail = (t * Math.exp(-x * x + series)) / 2;
  return z < 0 ? tail : 1 - tail;
}

export function logDensity(of, x) {
  let found = -Infinity; // ln Σ w φ, the largest term taken out
  for (const [w, m, s] of of) {
    const term = Math.log(w / s) - LN_2PI / 2 - ((x - m) / s) ** 2 / 2;
    const [low, high] = term < found ? [term, found] : [found, term];
    found = low === -Infinity ? high : high + Math.log1p(Math.exp(low - high));
  }
  return found;
}

export function density(of, x) {
  let sum = 0;
  for (const [w, m, s] of of) sum += (w / s) * Math.exp(-(((x - m) / s) ** 2) / 2 - LN_2PI / 2);
  return sum;
}

export function cdf(of, x) {
  let sum = 0;
  for (const [w, m, s] of of) sum += w * below((x - m) / s);
  return sum;
}

/** A(x) = xF(x) − ∫ᵡ t dP, so that A' = F. For N(m, s²): (x − m)Φ(z) + sφ(z). */
function area(of, x) {
  return of.reduce((sum, [w, m, s]) => {
    const z = (x - m) / s;
    return sum + w * ((x - m) * below(z) + s * Math.exp(-(z * z) / 2 - LN_2PI / 2));
  }, 0);
}

/** Ascending points between which the mixtures are smooth. */
function breaks(...mixtures) {
  const cuts = mixtures.flat().flatMap(([, m, s]) => {
    const count = (2 * REACH) / PIECE;
    return Array.from({ length: count + 1 }, (_, i) => m + s * (i * PIECE - REACH));
  });
  return [...new Set(cuts)].sort((a, b) => a - b);
}

function integral(cuts, f) {
  let sum = 0;
  for (let i = 1; i < cuts.length; i++) {
    const [half, middle] = [(cuts[i] - cuts[i - 1]) / 2, (cuts[i] + cuts[i - 1]) / 2];
    for (let k = 0; k < NODES.length; k++) sum += half * WEIGHTS[k] * f(middle + half * NODES[k]);
  }
  return sum;
}

/** The cuts and the points between them where `gap` changes its sign. */
function signChanges(gap, cuts) {
  const found = [...cuts];
  let before = gap(cuts[0]);
  for (let i = 1; i < cuts.length; i++) {
    const after = gap(cuts[i]);
    if (before * after < 0) {
      let [low, high] = [cuts[i - 1], cuts[i]];
      for (let k = 0; k < HALVINGS; k++) {
        const middle = (low + high) / 2;
        if (before * gap(middle) > 0) low = middle;
        else high = middle;
      }
      found.push(low);
    }
    before = after;
  }
  return found.sort((a, b) => a - b);
}

function sumOfSteps(values) {
  return values.reduce((sum, value, i) => sum + Math.abs(value - (values[i - 1] ?? 0)), 0);
}

/** Where G reaches the share u. */
function quantile(of, u) {
  let low = Math.min(...of.map(([, m, s]) => m - REACH * s));
  let high = Math.max(...of.map(([, m, s]) => m + REACH * s));
  for (let k = 0; k < HALVINGS / 2 && high > low; k++) {
    const middle = (low + high) / 2;
    if (cdf(of, middle) < u) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** T(x): where on the line the mass of p at x goes when it becomes q and keeps its order. */
export function transported(p, q, x) {
  if (p.length === 1 && q.length === 1) return q[0][1] + (q[0][2] / p[0][2]) * (x - p[0][1]);
  return quantile(q, cdf(p, x));
}

function kl(p, q) {
  if (p.length === 1 && q.length === 1) {
    const [[, m, s], [, n, r]] = [p[0], q[0]]; // ln(r/s) + (s² + (m − n)²)/2r² − ½
    return Math.log(r / s) + (s * s + (m - n) ** 2) / (2 * r * r) - 0.5;
  }
  const found = integral(breaks(p, q), (x) => {
    const log = logDensity(p, x);
    return Math.exp(log) * (log - logDensity(q, x));
  });
  return Math.max(found, 0);
}

/** p ln(p/m) for densities, 0 where p is. */
function toMiddle(p, q) {
  return p > 0 ? p * Math.log((2 * p) / (p + q)) : 0;
}

/** What each distance adds up at x. */
export const INTEGRANDS = {
  kl_pq: (p, q, x) => density(p, x) * (logDensity(p, x) - logDensity(q, x)),
  kl_qp: (p, q, x) => density(q, x) * (logDensity(q, x) - logDensity(p, x)),
  jsd: (p, q, x) => {
    const [a, b] = [density(p, x), density(q, x)];
    return (toMiddle(a, b) + toMiddle(b, a)) / 2;
  },
  tv: (p, q, x) => Math.abs(density(p, x) - density(q, x)) / 2,
  w1: (p, q, x) => Math.abs(cdf(p, x) - cdf(q, x)),
  w2: (p, q, x) => density(p, x) * (x - transported(p, q, x)) ** 2,
};

export const DISTANCES = {
  kl_pq: (p, q) => kl(p, q),
  kl_qp: (p, q) => kl(q, p),
  jsd: (p, q) =>
    Math.min(
      Math.max(
        integral(breaks(p, q), (x) => INTEGRANDS.jsd(p, q, x)),
        0,
      ),
      Math.LN2,
    ),
  // between the points where p − q changes its sign: ½ Σ |ΔF − ΔG|
  tv: (p, q) => {
    const cuts = signChanges((x) => logDensity(p, x) - logDensity(q, x), breaks(p, q));
    return Math.min(1, sumOfSteps([...cuts.map((x) => cdf(p, x) - cdf(q, x)), 0]) / 2);
  },
  // between the points where F − G does: Σ |ΔA − ΔB|
  w1: (p, q) => sumOfSteps(signChanges((x) => cdf(p, x) - cdf(q, x), breaks(p, q)).map((x) => area(p, x) - area(q, x))),
  w2: (p, q) => {
    if (p.length === 1 && q.length === 1) return Math.hypot(p[0][1] - q[0][1], p[0][2] - q[0][2]);
    // from the one with more parts: where the other has a gap, T would jump within a piece
    const [from, to] = p.length >= q.length ? [p, q] : [q, p];
    return Math.sqrt(integral(breaks(from), (x) => INTEGRANDS.w2(from, to, x)));
  },
};

/** For two parallel unit segments θ apart (Arjovsky et al. 2017, example 1): [value, slope in θ] each. */
export const OF_LINES = {
  w1: (theta) => [Math.abs(theta), Math.sign(theta)],
  jsd: (theta) => [theta ? Math.LN2 : 0, 0],
  tv: (theta) => [theta ? 1 : 0, 0],
  kl: (theta) => [theta ? Infinity : 0, 0],
};
