// The plane as the two players see it: D(x) as colour with its line of indifference, real and generated points, where
// each generated point is pushed, the warped grid of latents. One panel or many, always drawn by the same function.
//
// Positions: u, v ∈ [0, 1] across a panel's window, v downwards.
// A panel's layers share places and colours: so it is one file, and a long one.

import { make, prepare, say, stroke, within } from "./common.js";
import { clamp, contour, emptiest, evenly, faded, fieldAt, largest, number, short, sigmoid, ticks } from "./pure.js";
import { Dots, heatmap } from "./stamps.js";
import { ALL, Zoomed } from "./zoomed.js";

const SMALLEST = 200; // CSS pixels of a panel, where two of them fit: rows that a window has no room for are scrolled to
const AROUND = 200; // … of the window's height that the stage needs beside its picture (12.5rem in style.css)
const HEAD = 52; // … above a stage, without a row of sections
const TRAIL = 5; // frames that a point's way is drawn through
const WAYS = 120; // points whose ways are drawn, in a large picture
const AT_REST = 400; // milliseconds after the last turn of a wheel
export const ASIDE = 10; // pixels between two panels
const NUMBERED = 240; // … of a panel from which on its modes have numbers
const HALO = 3; // standard deviations of a cluster that its halo lies round
const JUMP = 0.15; // of the picture's side, that a way between two frames may go: the rest are jumps

/** All panels, as large as the room lets them be; of several runs `abreast` of each, side by side or below each other. */
function filling(count, abreast, side) {
  if (abreast === count) return largest(count, 1, count, side);
  const runs = count / abreast;
  const [rows, columns] = [side(abreast, runs), side(runs, abreast)];
  return rows < columns ? { columns: runs, side: columns, turned: true } : { columns: abreast, side: rows };
}

/** So many columns, whose panels are no higher than that. */
function given(height, columns, across) {
  return { columns, side: Math.min(height, across(columns)) };
}

export class Scene extends Zoomed {
  constructor(kind, key) {
    super(kind, key);
    this.row = make("div", { className: "row" });
    this.grid = make("div", { className: "grid scene" });
    this.bar = make("div", { className: "bar" }, this.row);
    this.back = make("button", { type: "button", className: "tool" }, "▦");
    this.back.onclick = () => this.select(ALL);
    this.over = make("div", { className: "over" }, this.back, ...this.tools);
    this.wall = make("div", { className: "wall" }, this.grid, this.over);
    this.root.append(this.bar, this.wall, this.tip);
    this.panels = [];
    this.past = []; // the frames before this one, as far as they are of the same run: {step, points of each panel}
    this.resized.observe(document.documentElement); // its height decides about the size of the panels
    this.pictures = []; // of each panel the heat map and contours of its data, and what they were made of
  }

  /** Before a newer frame takes its place, the present one becomes part of the trail; a way back ends it. */
  take(data) {
    const before = this.data;
    if (before && !(data.step > before.step && data.panels.length === before.panels.length)) this.past = [];
    else if (before) this.past = [...this.past, before.panels.map((panel) => panel.fake)].slice(-TRAIL);
    super.take(data);
  }

  /** Python hears which layers are looked at, and which part of the window, so that a kept picture has them too: where
   * they are others than those it knows. */
  show(data, stamp, send) {
    super.show(data, stamp, send);
    if (this.told) return;
    if (this.settings.layers) this.tell();
    if (this.settings.view) this.tellWindow();
  }

  remember(name, value) {
    super.remember(name, value);
    if (name === "layers") this.tell();
    if (name !== "view") return;
    clearTimeout(this.moving);
    this.moving = setTimeout(() => this.tellWindow(), AT_REST);
  }

  tellWindow() {
    this.told = true;
    const { u, v, zoom } = this.view;
    this.send("window", [u, v, zoom]);
  }

  tell() {
    this.told = true;
    const shown = this.data.layers.filter((layer) => !this.hidden(layer));
    this.send(
      "layers",
      shown.map(({ id }) => id),
    );
  }

  draw() {
    const { data, colours } = this;
    this.root.style.setProperty("--real", colours.real); // the buttons wear the picture's colours, see live.css
    this.root.style.setProperty("--fake", colours.fake);
    this.root.style.setProperty("--high", colours.high);
    this.root.style.setProperty("--low", colours.low);
    this.root.style.setProperty("--averaged", colours.green);
    const hues = colours.kinds;
    this.chips(
      this.row,
      data.layers.map((layer) => (layer.kind === undefined ? layer : { ...layer, colour: hues[layer.kind] })),
    );
    this.drawTools();
    this.back.hidden = !data.back;
    this.back.title = data.labels.back;
    this.back.setAttribute("aria-label", data.labels.back);
    this.badges = new Map(); // panel data → where its modes' numbers stand
    const many = data.panels.length > 4;
    const width = this.root.clientWidth;
    const least = Math.min(SMALLEST, Math.floor((width - ASIDE) / 2)); // on a telephone too, two stand side by side
    const smallest = data.panels.length === 1 ? width : least;
    this.abreast = data.abreast ?? data.panels.length;
    const most = Math.floor((width + ASIDE) / (smallest + ASIDE));
    const across = (columns) => Math.floor((width - ASIDE * (columns - 1)) / columns);
    const { stacked } = data;
    const room = window.innerHeight - AROUND - this.above();
    const fit = (rows) => room / rows / stacked - (rows * stacked > 1 ? 28 : 0) - (stacked > 1 ? 46 : 0);
    const high = this.space(this.grid);
    const titles = Math.max(...this.panels.map(({ caption }) => caption.offsetHeight), 0);
    const filled = (columns, rows) =>
      Math.floor(Math.min(across(columns), (high - ASIDE * (rows - 1)) / rows - Math.min(titles, high / rows / 4) - 2));
    const { columns, side, turned } = high
      ? filling(data.panels.length, this.abreast, filled)
      : data.height || smallest < SMALLEST // on a telephone two stand side by side, and are scrolled through (style.css)
        ? given(data.height ?? width, evenly(this.abreast, most), across)
        : largest(this.abreast, data.panels.length / this.abreast, most, (columns, rows) =>
            Math.floor(Math.min(Math.max(least, fit(rows)), across(columns))),
          );
    this.grid.style.gridTemplateColumns = `repeat(${columns}, ${side}px)`;
    this.wall.style.maxWidth = `${side * columns + ASIDE * (columns - 1)}px`;
    this.bar.style.maxWidth = `${Math.max(side * columns + ASIDE * (columns - 1), 600)}px`;
    this.grid.classList.toggle("small", many);
    while (this.panels.length > data.panels.length) this.panels.pop().figure.remove();
    while (this.panels.length < data.panels.length) this.panels.push(this.addPanel(this.panels.length));
    data.panels.forEach((panel, i) => {
      const [line, at] = [Math.floor(i / this.abreast), i % this.abreast]; // a line for each run
      const { style } = this.panels[i].figure;
      style.gridArea = turned ? `${at + 1} / ${line + 1}` : at ? "" : "auto / 1";
      this.drawPanel(this.panels[i], panel, side, i);
    });
    this.over.style.marginTop = `${this.panels[0]?.canvas.offsetTop ?? 0}px`; // below a caption, however many lines it has
  }

  /** Pixels that the row of sections takes above the stage. */
  above() {
    const top = document.querySelector(".st-key-stage")?.getBoundingClientRect().top;
    const scrolled = document.querySelector('[data-testid="stMain"]')?.scrollTop ?? 0;
    return top === undefined ? 0 : clamp(top + scrolled - HEAD, 0, HEAD);
  }

  /** The layers that are made on request and that somebody looks at. */
  get requested() {
    return this.data.layers.filter((layer) => layer.requested && !this.hidden(layer)).map(({ id }) => id);
  }

  addPanel(index) {
    const canvas = make("canvas", { tabIndex: 0 });
    const caption = make("figcaption", {}, make("span"), make("span", { className: "note" }));
    const figure = make("figure", {}, caption, canvas);
    this.grid.append(figure);
    this.listen(canvas, index);
    return { figure, caption, canvas };
  }

  drawPanel({ figure, caption, canvas }, panel, side, index) {
    const { data, colours, view } = this;
    const picked = data.selectable && this.selected === index;
    say(caption.firstChild, panel.title);
    say(caption.lastChild, panel.note ? ` · ${panel.note}` : "");
    caption.hidden = !panel.title && !panel.note;
    figure.className = (data.selectable ? "pick" : "") + (picked ? " picked" : "");
    canvas.setAttribute("role", data.selectable ? "button" : "img");
    if (data.selectable) canvas.setAttribute("aria-pressed", String(picked));
    const said = [panel.title, panel.note, panel.summary || data.summary];
    canvas.setAttribute("aria-label", said.filter(Boolean).join(". "));
    canvas.style.touchAction = view.zoom > 1 ? "none" : "pan-y";

    const context = prepare(canvas, side, side);
    const [x0, x1, y0, y1] = panel.extent;
    const across = (u) => ((u - view.u) * view.zoom + 0.5) * side;
    const down = (v) => ((v - view.v) * view.zoom + 0.5) * side;
    const px = (x) => across((x - x0) / (x1 - x0));
    const py = (y) => down((y1 - y) / (y1 - y0));
    const shown = (layer) => this.shown(data.layers, layer);

    if (panel.field && shown("field")) {
      const { heat, lines } = this.picture(panel, side, index);
      // the picture's outermost pixels are centred on the window's edge: it hangs over by half a pixel all round
      const [w, h] = [heat.width - 1, heat.height - 1];
      const [left, top] = [across(-0.5 / w), down(-0.5 / h)];
      context.drawImage(heat, left, top, across(1 + 0.5 / w) - left, down(1 + 0.5 / h) - top);
      lines.forEach((line) => {
        context.beginPath();
        for (let i = 0; i < line.length; i += 4) {
          context.moveTo(across(line[i]), down(line[i + 1]));
          context.lineTo(across(line[i + 2]), down(line[i + 3]));
        }
        context.strokeStyle = faded(colours.text, lines.length > 1 ? 0.45 : 0.85);
        context.lineWidth = side > 240 ? 1.4 : 1;
        context.stroke();
      });
    }
    if (panel.gap && shown("gap")) {
      const fine = clamp(Math.round((side * (window.devicePixelRatio || 1)) / panel.gap.shape[0] / 2), 1, 5);
      const red = { high: colours.red, low: colours.red };
      const heat = heatmap(panel.gap, (f) => clamp(0.5 + f / 2, 0, 1), fine, red);
      const [w, h] = [heat.width - 1, heat.height - 1];
      const [left, top] = [across(-0.5 / w), down(-0.5 / h)];
      context.drawImage(heat, left, top, across(1 + 0.5 / w) - left, down(1 + 0.5 / h) - top);
    }
    if (side > 240) this.drawScale(context, side, px, py, panel.extent);
    if (panel.lattice && shown("lattice")) this.drawLattice(context, panel.lattice, px, py);

    const radius = side > 400 ? 2.8 : side > 240 ? 2.2 : 1.6;
    if (panel.fake && shown("fake")) this.drawTrails(context, panel.fake, index, side, px, py);
    const sheet = new Dots(context, side);
    const dots = (points, colour, edge, size = radius) =>
      sheet.add(colour, edge, size, (put) => {
        for (let i = 0; i < points.length; i += 2) {
          const [x, y] = [px(points[i]), py(points[i + 1])];
          if (x > -5 && y > -5 && x < side + 5 && y < side + 5) put(x, y);
        }
      });
    if (panel.fake && shown("fake")) dots(panel.fake, colours.fake, colours.edge);
    if (panel.averaged && shown("averaged")) dots(panel.averaged, colours.green, colours.rim);
    if (panel.real && shown("real")) {
      const kinds = this.kinds(panel, shown);
      for (const [, points] of kinds) dots(points, null, colours.rim, 0.9 * radius); // below all: clusters are dense
      for (const [colour, points] of kinds) dots(points, colour, null, 0.9 * radius); // always on top
    }
    sheet.draw();
    if (panel.arrows && panel.fake && shown("arrows")) this.drawArrows(context, panel, side, px, py);
    if (panel.centres && shown("modes")) this.drawModes(context, panel, side, px, py);
    if (panel.outside && shown("fake")) this.drawOutside(context, panel, side, px, py);
    if (this.cross) {
      context.strokeStyle = faded(colours.text, 0.5);
      context.setLineDash([3, 3]);
      context.lineWidth = 1;
      stroke(context, across(this.cross.u), -1, 0, side + 2);
      stroke(context, -1, down(this.cross.v), side + 2, 0);
      context.setLineDash([]);
    }
  }

  /** The real points of a panel with their colours, those of each kind that is shown apart: [colour, points]. */
  kinds(panel, shown) {
    if (!panel.kinds) return [[this.colours.real, panel.real]];
    return this.colours.kinds
      .map((colour, kind) => [colour, kind])
      .filter(([, kind]) => shown(`kind ${kind}`))
      .map(([colour, kind]) => [colour, panel.real.filter((_, i) => panel.kinds[i >> 1] === kind)]);
  }

  /** The heat map and the contours of a panel, made once for each frame. */
  picture(panel, side, index) {
    const fine = clamp(Math.round((side * (window.devicePixelRatio || 1)) / panel.field.shape[0] / 2), 1, 5);
    const name = `${fine} ${this.colours.background}`;
    const made = this.pictures[index];
    if (made?.panel === panel && made.name === name) return made;
    const { middle, spread, levels } = panel;
    const squeeze = (f) => clamp(0.5 + (f - middle) / (2 * spread), 0, 1);
    const shade = spread === null ? (f) => sigmoid(f - middle) : squeeze;
    const heat = heatmap(panel.field, shade, fine, this.colours, made?.heat);
    this.pictures[index] = { panel, name, heat, lines: levels.map((level) => contour(panel.field, level)) };
    return this.pictures[index];
  }

  drawScale(context, side, px, py, [x0, x1, y0, y1]) {
    const { colours, view } = this;
    context.font = colours.font;
    context.fillStyle = colours.faint;
    context.strokeStyle = colours.faint;
    context.lineWidth = 1;
    const [wide, high] = [(x1 - x0) / view.zoom / 2, (y1 - y0) / view.zoom / 2];
    const [x, y] = [x0 + view.u * (x1 - x0), y1 - view.v * (y1 - y0)];
    context.beginPath();
    context.textAlign = "center";
    context.textBaseline = "bottom";
    for (const tick of ticks(x - wide, x + wide, 5)) {
      const at = px(tick);
      if (at < 24 || at > side - 12) continue;
      context.moveTo(at, side);
      context.lineTo(at, side - 4);
      context.fillText(short(tick), at, side - 5);
    }
    context.textAlign = "left";
    context.textBaseline = "middle";
    for (const tick of ticks(y - high, y + high, 5)) {
      const at = py(tick);
      if (at < 12 || at > side - 20) continue;
      context.moveTo(0, at);
      context.lineTo(4, at);
      context.fillText(short(tick), 7, at);
    }
    context.stroke();
  }

  drawLattice(context, lattice, px, py) {
    const [rows, columns] = lattice.shape;
    context.beginPath();
    const line = (from, step, count) => {
      let drawing = false;
      for (let n = 0, at = 2 * from; n < count; n++, at += 2 * step) {
        const [x, y] = [px(lattice[at]), py(lattice[at + 1])];
        const good = Number.isFinite(x + y);
        if (good) drawing ? context.lineTo(x, y) : context.moveTo(x, y);
        drawing = good;
      }
    };
    for (let i = 0; i < rows; i++) line(i * columns, 1, columns);
    for (let j = 0; rows > 1 && j < columns; j++) line(j, columns, rows);
    context.strokeStyle = faded(this.colours.text, 0.5);
    context.lineWidth = 0.8;
    context.stroke();
  }

  drawArrows(context, { fake, arrows }, side, px, py) {
    const longest = clamp(side / 16, 9, 30);
    context.beginPath();
    for (let i = 0; i < arrows.length; i += 2) {
      const [x, y] = [px(fake[i]), py(fake[i + 1])];
      const [dx, dy] = [arrows[i] * longest, -arrows[i + 1] * longest];
      const length = Math.hypot(dx, dy);
      if (!(length > 0.7) || !Number.isFinite(x + y)) continue;
      const head = Math.min(4, length / 2) / length;
      const [tx, ty] = [x + dx, y + dy];
      context.moveTo(x, y);
      context.lineTo(tx, ty);
      context.moveTo(tx - head * (dx + 0.6 * dy), ty - head * (dy - 0.6 * dx));
      context.lineTo(tx, ty);
      context.lineTo(tx - head * (dx - 0.6 * dy), ty - head * (dy + 0.6 * dx));
    }
    context.strokeStyle = faded(this.colours.text, 0.8);
    context.lineWidth = 1;
    context.stroke();
  }

  /** The ways of the first points through the frames before, the older the fainter: so a still shows the chase. */
  drawTrails(context, fake, index, side, px, py) {
    const frames = [...this.past.map((panels) => panels[index]), fake].filter((one) => one?.length === fake.length);
    const count = Math.min(fake.length, 2 * Math.ceil((WAYS * side) / 600));
    context.lineWidth = 1;
    context.lineCap = "round";
    for (let age = 1; age < frames.length; age++) {
      const [from, to] = [frames[age - 1], frames[age]];
      context.beginPath();
      for (let i = 0; i < count; i += 2) {
        const [x, y, u, v] = [px(from[i]), py(from[i + 1]), px(to[i]), py(to[i + 1])];
        if (Math.hypot(u - x, v - y) > JUMP * side * this.view.zoom) continue;
        context.moveTo(x, y);
        context.lineTo(u, v);
      }
      context.strokeStyle = faded(this.colours.fake, 0.05 + (0.3 * age) / frames.length);
      context.stroke();
    }
  }

  /** The radius of the halo round a cluster of this standard deviation. */
  halo(std, side, px) {
    const [least, line] = side > NUMBERED ? [9, 3.5] : [6, 2.5];
    return Math.max(least, HALO * (px(std) - px(0)) + line);
  }

  /** Each mode is a halo round its cluster, as wide as 3σ of it or as can be told from it, filled clockwise as far as it
   * has its share of the samples; dashed if it has none. Its number stands outside. */
  drawModes(context, panel, side, px, py) {
    const { colours } = this;
    const count = panel.centres.length / 2;
    const numbered = side > NUMBERED;
    const line = numbered ? 3.5 : 2.5;
    const [mx, my] = [px((panel.extent[0] + panel.extent[1]) / 2), py((panel.extent[2] + panel.extent[3]) / 2)];
    context.font = `600 ${colours.size}px ${colours.family}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    const places = [];
    const ring = (x, y, radius, from, to) => {
      context.beginPath();
      context.arc(x, y, radius, from, to);
      context.stroke();
    };
    for (let i = 0; i < count; i++) {
      const [x, y] = [px(panel.centres[2 * i]), py(panel.centres[2 * i + 1])];
      const share = panel.mode_shares?.[i];
      const radius = this.halo(panel.mode_std[i], side, px);
      const label = panel.mode_labels?.[i] ?? String(i + 1);
      const full = share === undefined ? 0 : clamp(share * count, 0, 1); // at an equal share
      context.setLineDash(share === 0 ? [2.5, 3] : []);
      context.lineWidth = 1;
      context.strokeStyle = faded(colours.text, 0.55);
      ring(x, y, radius, 0, 2 * Math.PI);
      context.setLineDash([]);
      if (full > 0) {
        context.lineWidth = line;
        context.strokeStyle = colours.text;
        ring(x, y, radius, -Math.PI / 2, (2 * full - 0.5) * Math.PI);
      }
      const far = Math.hypot(x - mx, y - my); // outwards from the middle, so that the number covers no samples
      const away = radius + 10;
      const [bx, by] = far > 1 ? [x + ((x - mx) / far) * away, y + ((y - my) / far) * away] : [x, y - away];
      context.fillStyle = colours.text;
      if (numbered) context.fillText(label, bx, by + 0.5);
      places.push({ x, y, radius, share, label });
    }
    this.badges.set(panel, places);
  }

  /** How many generated points do not show, where at the edge it is farthest from any mode; of a picture whose edge is
   * full of them the tip says it. */
  drawOutside(context, { outside, centres = [], mode_std }, side, px, py) {
    const text = this.data.labels.outside.replace("{n}", outside);
    context.font = this.colours.font;
    const width = context.measureText(text).width + 12;
    const radius = (i) => this.halo(mode_std[i], side, px);
    const modes = Array.from({ length: centres.length / 2 }, (_, i) => [
      px(centres[2 * i]),
      py(centres[2 * i + 1]),
      radius(i),
    ]);
    const place = emptiest(side, width, 18, modes);
    if (!place) return;
    const [x, y] = place;
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillStyle = faded(this.colours.background, 0.8);
    context.fillRect(x, y, width, 18);
    context.fillStyle = this.colours.text;
    context.fillText(text, x + 6, y + 4);
  }

  hover(canvas, event, index) {
    const { data } = this;
    const panel = data.panels[index];
    if (!panel) return;
    this.cross = this.locate(canvas, event);
    const { u, v } = this.cross;
    const [x0, x1, y0, y1] = panel.extent;
    // as many decimals as a pixel is worth
    const decimals = clamp(Math.ceil(Math.log10((canvas.clientWidth * this.view.zoom) / (x1 - x0))), 0, 8);
    const place = (x) =>
      x
        .toFixed(decimals)
        .replace(/^-(?=[0.]*$)/, "")
        .replace("-", "−");
    const lines = [`x ${place(x0 + u * (x1 - x0))}   y ${place(y1 - v * (y1 - y0))}`];
    if (panel.field) {
      const value = fieldAt(panel.field, u, v);
      lines.push(`${data.labels.field} ${number(panel.spread === null ? sigmoid(value) : value, 3)}`);
    }
    const [x, y] = within(canvas, event);
    const mode = this.badges.get(panel)?.find((badge) => Math.hypot(badge.x - x, badge.y - y) < badge.radius + 4);
    const share = mode?.share === undefined ? "" : `: ${(100 * mode.share).toFixed(1)} %`;
    if (panel.outside) lines.push(data.labels.outside.replace("{n}", panel.outside));
    if (mode) lines.push(`${data.labels.mode} ${mode.label}${share}`);
    this.tip.textContent = lines.join("\n");
    this.tip.hidden = false;
    const [right, down] = within(this.root, event);
    const left = clamp(right + 14, 0, Math.max(0, this.root.offsetWidth - this.tip.offsetWidth));
    const top = down - this.tip.offsetHeight - 12;
    this.tip.style.left = `${left}px`;
    this.tip.style.top = `${top < 0 ? down + 18 : top}px`;
    this.redraw();
  }
}
