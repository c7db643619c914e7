// A recorded run, played back: everything is in this file, nothing is fetched.

const run = JSON.parse(document.getElementById("run").textContent);
const { words, colours } = run;
const $ = (id) => document.getElementById(id);
const bytes = Uint8Array.from(atob($("arrays").textContent), (letter) => letter.charCodeAt(0));
const KINDS = { i1: Int8Array, u1: Uint8Array, u2: Uint16Array, f4: Float32Array };
const array = ({ at, as, size }) => new KINDS[as](bytes.buffer, at, size);
const [TRAIL, WAYS, JUMP] = [5, 60, 0.15]; // moments and points whose ways are drawn; of the side, that is a jump
const LONGEST = 0.09; // of the side, an arrow
const RIM = 0.7; // pixels that the ring below a ring is larger
const MISSING = 65535; // of a place: outside, or nowhere
const state = { at: run.steps.length - 1, member: 0, playing: false, hidden: new Set(run.hidden), timer: 0 };

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A canvas as sharp as the screen, cleared: [context, width, height]. */
function prepared(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return [context, width, height];
}

const channels = (hex) => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
const shown = (layer) => !state.hidden.has(layer);
const grouped = (n) => n.toLocaleString("en");

// ── the plane ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** D's opinion, codes 0 … 254 for generated … real by their roots, as colour; where it changes its mind, a line. */
function opinion(codes, m, side) {
  const size = Math.max(m, Math.min(600, Math.round(side)));
  const image = new ImageData(size, size);
  const ends = colours.opinion.map(channels);
  const ink = channels(colours.ink);
  const nodes = Float32Array.from(codes, (code) => (code / 127 - 1) * Math.abs(code / 127 - 1));
  const value = (x, y) => {
    const [i, j] = [Math.min(y | 0, m - 2), Math.min(x | 0, m - 2)];
    const [t, s] = [y - i, x - j];
    const at = i * m + j;
    return (nodes[at] * (1 - s) + nodes[at + 1] * s) * (1 - t) + (nodes[at + m] * (1 - s) + nodes[at + m + 1] * s) * t;
  };
  const scale = (m - 1) / (size - 1);
  const values = new Float32Array(size * size);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) values[y * size + x] = value(x * scale, (size - 1 - y) * scale);
  for (let at = 0; at < values.length; at++) {
    const v = values[at];
    const [right, below] = [(at + 1) % size ? values[at + 1] : v, values[at + size] ?? v];
    const turns = shown("half") && (v > 0 !== right > 0 || v > 0 !== below > 0);
    const colour = turns ? ink : ends[+(v > 0)];
    const alpha = turns ? 220 : shown("field") ? Math.abs(v) * 150 : 0;
    image.data.set([...colour, alpha], 4 * at);
  }
  const canvas = make("canvas", { width: size, height: size });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

const place = (codes, i, side) => [(codes[i] / 65534) * side, (1 - codes[i + 1] / 65534) * side];

/** How wrong D is, codes 0 … 255, in the hue of what is missing. */
function wrong(codes, m) {
  const image = new ImageData(m, m);
  const hue = channels(colours.missing);
  for (let y = 0; y < m; y++)
    for (let x = 0; x < m; x++)
      image.data.set([...hue, Math.min(255, (codes[(m - 1 - y) * m + x] * 225) / 255)], 4 * (y * m + x));
  const canvas = make("canvas", { width: m, height: m });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** What G makes of a grid of latents: the lines of that grid. */
function lattice(context, codes, side) {
  const [rows, columns] = run.nodes;
  const line = (from, by, count) => {
    let drawing = false;
    for (let n = 0, at = 2 * from; n < count; n++, at += 2 * by) {
      const good = codes[at] !== MISSING && codes[at + 1] !== MISSING;
      if (good) context[drawing ? "lineTo" : "moveTo"](...place(codes, at, side));
      drawing = good;
    }
  };
  context.beginPath();
  for (let i = 0; i < rows; i++) line(i * columns, 1, columns);
  for (let j = 0; j < columns; j++) line(j, columns, rows);
  Object.assign(context, { strokeStyle: colours.ink, lineWidth: 1, globalAlpha: 0.5 });
  context.stroke();
  context.globalAlpha = 1;
}

/** Where some of the samples are pulled, codes −127 … 127 of the longest. */
function arrows(context, pull, fake, side) {
  context.beginPath();
  for (let i = 0; i < pull.length; i += 2) {
    if (fake[i] === MISSING || fake[i + 1] === MISSING) continue;
    const [x, y] = place(fake, i, side);
    const [dx, dy] = [(pull[i] / 127) * LONGEST * side, (-pull[i + 1] / 127) * LONGEST * side];
    const [u, v] = [x + dx, y + dy];
    context.moveTo(x, y);
    context.lineTo(u, v);
    context.moveTo(u - 0.3 * dx - 0.18 * dy, v - 0.3 * dy + 0.18 * dx);
    context.lineTo(u, v);
    context.lineTo(u - 0.3 * dx + 0.18 * dy, v - 0.3 * dy - 0.18 * dx);
  }
  Object.assign(context, { strokeStyle: colours.ink, lineWidth: 1.4, globalAlpha: 0.85 });
  context.stroke();
  context.globalAlpha = 1;
}

/** The real points, those of each kind in its colour. */
function reals(context, codes, side) {
  dots(context, codes, side, colours.rim, undefined, RIM);
  if (!run.kinds) return dots(context, codes, side, colours.real);
  const kinds = array(run.points.kinds);
  run.kinds.forEach(({ colour }, kind) => {
    dots(
      context,
      codes.filter((_, i) => kinds[i >> 1] === kind),
      side,
      colour,
    );
  });
}

/** Discs with a rim in the colour `edge`, without one rings. */
function dots(context, codes, side, colour, edge, wider = 0) {
  const radius = wider + Math.max(1.4, Math.min(3.6, side / 150));
  context.lineWidth = edge ? 1 : radius * 0.6;
  context.fillStyle = colour;
  context.strokeStyle = edge ?? colour;
  for (let i = 0; i < codes.length; i += 2) {
    if (codes[i] === MISSING || codes[i + 1] === MISSING) continue;
    context.beginPath();
    context.arc(...place(codes, i, side), radius, 0, 2 * Math.PI);
    if (edge) context.fill();
    context.stroke();
  }
}

/** A halo round each mode, filled clockwise with its share of the samples, codes 0 … 255. */
function modes(context, side, filled) {
  run.modes.forEach(([x, y], i) => {
    const missing = filled[i] === 0;
    const ring = (turn) => {
      context.beginPath();
      const radius = Math.max(6, run.halo[i] * side + 3.5);
      context.arc(x * side, (1 - y) * side, radius, -Math.PI / 2, (2 * turn - 0.5) * Math.PI);
      context.stroke();
    };
    context.setLineDash(missing ? [5, 4] : []);
    context.strokeStyle = missing ? colours.missing : colours.ink;
    context.globalAlpha = missing ? 1 : 0.6;
    context.lineWidth = missing ? 2.6 : 1;
    ring(1);
    if (missing) return;
    Object.assign(context, { globalAlpha: 1, lineWidth: 3.5 });
    ring(filled[i] / 255);
  });
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** The ways of some points through the moments before this one, the older the fainter. */
function trails(context, fake, n, side) {
  const first = Math.max(0, state.at - TRAIL);
  context.strokeStyle = colours.fake;
  context.lineWidth = 1.2;
  for (let at = first; at < state.at; at++) {
    const [from, to] = [part(fake, 2 * n, at), part(fake, 2 * n, at + 1)];
    context.globalAlpha = 0.05 + (0.3 * (at + 1 - first)) / (state.at - first + 1);
    context.beginPath();
    for (let i = 0; i < 2 * Math.min(n, WAYS); i += 2) {
      if ([from[i], from[i + 1], to[i], to[i + 1]].includes(MISSING)) continue;
      const [[x, y], [u, v]] = [place(from, i, side), place(to, i, side)];
      if (Math.hypot(u - x, v - y) > JUMP * side) continue;
      context.moveTo(x, y);
      context.lineTo(u, v);
    }
    context.stroke();
  }
  context.globalAlpha = 1;
}

const part = (codes, size, at = state.at) => {
  const from = (at * run.members.length + state.member) * size;
  return codes.subarray(from, from + size);
};

function plane(canvas) {
  const [context, side] = prepared(canvas);
  const { fake, real, field, filled, n, m } = run.points;
  const now = (layer) => {
    const codes = run.points[layer] && shown(layer) ? array(run.points[layer]) : undefined;
    return codes && part(codes, codes.length / run.steps.length / run.members.length);
  };
  const [gap, averaged, grid, pull] = ["gap", "averaged", "lattice", "arrows"].map(now);
  const made = part(array(fake), 2 * n);
  context.drawImage(opinion(part(array(field), m * m), m, side), 0, 0, side, side);
  if (gap) context.drawImage(wrong(gap, m), 0, 0, side, side);
  if (shown("fake")) trails(context, array(fake), n, side);
  if (shown("fake")) dots(context, made, side, colours.fake, colours.edge);
  if (averaged) dots(context, averaged, side, colours.averaged, colours.rim);
  if (shown("real")) reals(context, array(real), side);
  if (grid) lattice(context, grid, side);
  if (pull) arrows(context, pull, made, side);
  if (run.modes && shown("mode")) modes(context, side, part(array(filled), run.modes.length));
  context.strokeStyle = colours.rule;
  context.strokeRect(0.5, 0.5, side - 1, side - 1);
}

// ── digits ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const sheets = (run.sheets ?? []).map((of) => of.map((src) => make("img", { src })));

function sheet(canvas) {
  const [context, width, height] = prepared(canvas);
  const picture = sheets[state.at][state.member];
  if (!picture.complete) return picture.decode().then(draw, () => {});
  const scale = Math.min(width / picture.width, height / picture.height);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, 0, 0, picture.width * scale, picture.height * scale);
}

// ── curves ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function short(x) {
  const size = Math.abs(x);
  const [unit, letter] = size >= 1e6 ? [1e6, "M"] : size >= 1e3 ? [1e3, "k"] : [1, ""];
  const text = size && (size >= 1e9 || size < 1e-3) ? x.toExponential(0) : String(+(x / unit).toPrecision(3));
  return text.replace("-", "−") + (size >= 1e9 ? "" : letter);
}

const TOP = 26;
const FOOT = 24;
const LEFT = 52;
const NAME = 140; // pixels of the name of a line with its sign

function chart(canvas, { title, low, high, log, ticks, lines }) {
  const [context, width, height] = prepared(canvas);
  const steps = array(run.curve_steps);
  const last = Math.max(1, steps.at(-1) ?? 1, run.steps.at(-1));
  const across = (step) => LEFT + (step / last) * (width - LEFT - 8);
  const share = (y) => (log ? Math.log(y / low) / Math.log(high / low) : (y - low) / (high - low));
  const up = (y) => height - FOOT - share(y) * (height - FOOT - TOP);
  context.font = "15px system-ui, sans-serif";
  context.fillStyle = colours.ink;
  context.fillText(title, 0, 15);
  context.font = "13px system-ui, sans-serif";
  context.fillStyle = colours.faint;
  context.strokeStyle = colours.rule;
  context.textAlign = "right";
  for (const tick of ticks) {
    context.strokeRect(LEFT, up(tick), width - LEFT - 8, 0);
    context.fillText(short(tick), LEFT - 6, up(tick) + 4);
  }
  context.fillText(short(last), width - 8, height - 6);
  context.textAlign = "left";
  context.fillText(`${words.step} 0`, LEFT, height - 6);
  for (const { label, colour, dashed, at, band } of lines) {
    const [y, lower, upper] = [at, band?.[0], band?.[1]].map((each) => each && array(each));
    context.strokeStyle = context.fillStyle = colour;
    if (lower) {
      context.globalAlpha = 0.22;
      context.beginPath();
      steps.forEach((step, i) => Number.isFinite(upper[i]) && context.lineTo(across(step), up(upper[i])));
      for (let i = steps.length - 1; i >= 0; i--)
        if (Number.isFinite(lower[i])) context.lineTo(across(steps[i]), up(lower[i]));
      context.fill();
      context.globalAlpha = 1;
    }
    context.setLineDash(dashed ? [8, 5] : []);
    context.lineWidth = 2.4;
    context.beginPath();
    steps.forEach((step, i) => Number.isFinite(y[i]) && context.lineTo(across(step), up(y[i])));
    context.stroke();
    const place = lines.findIndex((line) => line.label === label);
    const right = width - 8 - NAME * (lines.length - 1 - place);
    const left = right - context.measureText(label).width - 6;
    context.beginPath();
    context.moveTo(left - 21, 11);
    context.lineTo(left, 11);
    context.stroke();
    context.setLineDash([]);
    context.textAlign = "right";
    context.fillText(label, right, 15);
    context.textAlign = "left";
  }
  context.strokeStyle = colours.ink;
  context.lineWidth = 1.4;
  context.strokeRect(across(run.steps[state.at]), TOP, 0, height - FOOT - TOP);
}

function scrub(canvas, event) {
  const steps = array(run.curve_steps);
  const box = canvas.getBoundingClientRect();
  const wanted =
    ((event.clientX - box.left - LEFT) / (box.width - LEFT - 8)) * Math.max(steps.at(-1) ?? 1, run.steps.at(-1));
  const gaps = run.steps.map((step) => Math.abs(step - wanted));
  look(gaps.indexOf(Math.min(...gaps)));
}

// ── the page ────────────────────────────────────────────────────────────────────────────────────────────────────────

const canvases = run.charts.map((one) => {
  const canvas = make("canvas", { tabIndex: -1 });
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", one.title);
  canvas.onclick = (event) => scrub(canvas, event);
  $("charts").append(canvas);
  return canvas;
});

// Without curves, what the picture shows and what it is of stand beside it, and it has their room.
if (!canvases.length) {
  document.body.classList.add("alone");
  $("charts").append($("layers"), $("caption"));
}

function draw() {
  (run.points ? plane : sheet)($("picture"));
  canvases.forEach((canvas, i) => {
    chart(canvas, run.charts[i]);
  });
  $("step").textContent = `${words.step} ${grouped(run.steps[state.at])}`;
  $("scrubber").value = state.at;
  $("scrubber").setAttribute("aria-valuetext", $("step").textContent);
  $("play").textContent = state.playing ? words.pause : words.play;
  document.body.dataset.step = run.steps[state.at];
}

function look(at) {
  state.at = Math.max(0, Math.min(run.steps.length - 1, at));
  draw();
}

function play(playing) {
  clearInterval(state.timer);
  state.playing = playing;
  if (playing) {
    if (state.at === run.steps.length - 1) state.at = 0;
    const each = 10_000 / run.steps.length / +$("speed").value;
    state.timer = setInterval(() => {
      if (state.at === run.steps.length - 1) play(false);
      else look(state.at + 1);
    }, each);
  }
  draw();
}

/** A ring or a disc, as a legend has it. */
function signed(colour, filled) {
  const sign = make("i", { hidden: !colour });
  if (colour) Object.assign(sign.style, { borderColor: colour, background: filled ? colour : "transparent" });
  return sign;
}

const LAYERS = (run.layers ?? []).filter((layer) => layer !== "mode" || run.modes);
LAYERS.forEach((layer) => {
  const box = make("input", { type: "checkbox", checked: shown(layer) });
  const colour = { real: run.kinds ? undefined : colours.real, fake: colours.fake, averaged: colours.averaged }[layer];
  const sign = signed(colour, layer !== "real");
  box.onchange = () => {
    state.hidden[box.checked ? "delete" : "add"](layer);
    draw();
  };
  $("layers").append(make("label", {}, box, sign, words[layer]));
});
(run.kinds ?? []).forEach(({ word, colour }) => {
  $("layers").append(make("span", { className: "kind" }, signed(colour, false), word));
});
if (run.members.length > 1) {
  const pick = make("select", { id: "member" });
  pick.setAttribute("aria-label", words.member);
  run.members.forEach((name, i) => {
    pick.append(make("option", { value: i, textContent: name }));
  });
  pick.onchange = () => {
    state.member = +pick.value;
    draw();
  };
  $("layers").append(pick);
}
$("scrubber").max = run.steps.length - 1;
$("scrubber").oninput = () => {
  const wanted = +$("scrubber").value; // a picture puts it back to where the run stands
  play(false);
  look(wanted);
};
$("play").onclick = () => play(!state.playing);
$("speed").onchange = () => play(state.playing);
document.addEventListener("keydown", (event) => {
  if (["SELECT", "BUTTON"].includes(event.target.tagName) && event.key === " ") return;
  const keys = {
    " ": () => play(!state.playing),
    ArrowLeft: () => look(state.at - 1),
    ArrowRight: () => look(state.at + 1),
    Home: () => look(0),
    End: () => look(run.steps.length - 1),
  };
  if (!keys[event.key] || event.target.tagName === "SELECT") return;
  event.preventDefault();
  if (event.key !== " ") play(false);
  keys[event.key]();
});
new ResizeObserver(draw).observe(document.body);
draw();
