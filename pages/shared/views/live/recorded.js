// A recorded run that plays by itself: no script run, no socket, nothing that a server would have to compute. Its file
// comes once and may be kept for ever; the views that draw running GANs draw it, from frames that are cut out of it here.
// Its player and what it lays out are best read together: so it is one file, and a long one.

import { firstScreen, make, NARROW, say, TELEPHONE, View } from "./common.js";
import { Curves } from "./curves.js";
import { Digits } from "./digits.js";
import { Heat } from "./heat.js";
import { bases, begun, clamp, cut, nearest, squarely, unpack, until } from "./pure.js";
import { ASIDE, Scene } from "./scene.js";
import { write } from "./words.js";

const MOMENTS = 8; // moments a second at speed 1
const PACES = [0.5, 1, 2, 4];
const STILL = 3000; // milliseconds that a small picture stands still at its end
const BEGINNING = 24; // moments that play over and over while somebody is asked how it goes on
const PAUSE = 800; // … and milliseconds between two times
const BETWEEN = 120; // … of the least room that charts need below them
const AROUND_CHART = 76; // … of a chart's titles and legend, until they are there to be measured
const BUTTONS = 28; // … of the layers' buttons above a picture (1.75rem in style.css)
const TITLES = 22; // pixels of the titles above several panels
const SPACE = 5; // pixels between the picture, both players and the end of the window
const ROW = { share: 0.66, low: 14, high: 40 }; // of the strips: of the picture's height, and its pixels
const TILE = { side: 28, gap: 3, most: 5 }; // of images: pixels of one, between two, and screen pixels to a pixel
const ON_SLIDE = 2; // charts beside the picture
const LAYERS = ["field", "real", "fake", "averaged", "modes"];

const PATIENCE = 5000; // milliseconds that such a click waits at most for the server to know the moment
const KEEPS = ".st-key-export-buttons button, [class*='st-key-camera-'] button"; // what keeps a picture

const ASKED = '.st-key-stage-verdict:has([class*="-predict-"])'; // the question that the page puts above its run

const files = new Map(); // address → the promise of its contents
let served = ""; // where the server has the app, since a file has come from there

let across = 0; // pixels of the window in which a recording was last laid out

/** The room of a recording that has gone is one of its window: who turns a telephone has another one. */
function turned() {
  if (window.innerWidth !== across) document.querySelector(".st-key-stage")?.style.removeProperty("--taken");
}

/** The contents of a file of the server, wherever it serves the app. */
async function load(address) {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  for (const base of bases(loaded, location.href)) {
    const answer = await fetch(`${base}/${address}`).catch(() => undefined);
    const type = answer?.headers.get("content-type");
    if (answer?.ok && type === "application/octet-stream") {
      served = base;
      return unpack(new Uint8Array(await answer.arrayBuffer()));
    }
  }
  files.delete(address);
  throw new Error(`nothing at ${address}`);
}

function contents(address) {
  if (!files.has(address)) files.set(address, load(address));
  return files.get(address);
}

export class Recorded extends View {
  constructor(kind, key) {
    super(kind, key);
    this.caption = make("p", { className: "caption" });
    this.caption.setAttribute("aria-live", "polite");
    this.plane = new Scene("scene", this.own);
    this.charts = new Curves("curves", `${key}-charts`);
    this.strips = new Heat("heat", `${key}-strips`);
    this.player = make("button", { type: "button", className: "tool" });
    this.range = make("input", { type: "range", min: 0, step: 1 });
    this.speed = make("button", { type: "button", className: "tool" });
    this.train = make("button", { type: "button", className: "train" });
    this.offer = make("button", { type: "button", className: "offer" });
    this.track = make("div", { className: "track" }, this.player, this.range, this.speed, this.train);
    this.about = make("p", { className: "about" });
    this.room = make("div"); // where the buttons of the page lie, see `seat`
    this.question = make("div"); // … and on a telephone, below the caption, what it asks
    this.stage = make("div", { className: "stage" }, this.plane.root, this.track, this.room);
    this.rail = make("div", { className: "rail" }, this.strips.root, this.charts.root);
    this.root.append(this.caption, make("div", { className: "opening" }, this.stage, this.rail), this.about);
    this.player.onclick = () => (this.playing ? this.stop() : this.play({ whole: true }));
    this.range.oninput = () => this.seek(+this.range.value);
    this.speed.onclick = () => this.remember("speed", PACES[(PACES.indexOf(this.pace) + 1) % PACES.length]);
    this.train.onclick = () => this.send("train", Date.now());
    this.offer.onclick = () => this.send("offer", Date.now());
    this.pressed = (event) => this.typed(event);
    document.body.addEventListener("keydown", this.pressed);
    this.reached = (event) => this.tell(event);
    document.addEventListener("click", this.reached, true);
    this.seen = new IntersectionObserver(([entry]) => this.appeared(entry.isIntersecting));
    this.seen.observe(this.root);
  }

  get pace() {
    return this.settings.speed ?? 1;
  }

  /** The key of the page's own plane: what one sets here, zoom and layers, stays when that one takes its place. */
  get own() {
    return `${this.key.replace(/-recorded$/, "")}-plane`;
  }

  /** On a slide the keys are those of a run: space, the arrows, s, and r for from the start. */
  typed(event) {
    const free =
      !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, button, a, textarea");
    if (!free || !this.file || !this.root.isConnected || !this.slide) return;
    const keys = {
      " ": () => (this.playing ? this.stop() : this.play({ whole: true })),
      ArrowLeft: () => this.seek(this.moment - 1),
      ArrowRight: () => this.seek(this.moment + 1),
      s: () => this.seek(this.moment + 1),
      r: () => this.seek(0),
    };
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  /** The server makes the picture that somebody keeps, and only here is known of which moment: a click on its button
   * waits until the server knows. */
  tell(event) {
    const { token } = this.data ?? {};
    const button = event.isTrusted && token && this.file && event.target.closest?.(KEEPS);
    if (!button) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const place = String(button.closest("[class*='st-key-']").className).match(/st-key-[\w-]+/)[0];
    const signal = AbortSignal.timeout(PATIENCE);
    const told = fetch(`${served}/moment/${token}/${this.file.steps[this.moment]}`, { method: "POST", signal });
    // meanwhile the page may have been drawn anew: then another button stands in the same place
    told
      .catch(() => {})
      .then(() => (button.isConnected ? button : document.querySelector(`.${place} button`))?.click());
  }

  take(data) {
    const { address: known, waits } = this.data ?? {};
    super.take(data);
    if (known === data.address) {
      if (waits && !data.waits && this.file && !this.told) this.begin();
      return;
    }
    this.told = false;
    this.halt(); // the next file may be long on its way
    this.file = undefined;
    contents(data.address).then(
      (file) => this.arrived(data.address, file),
      () => write(this.caption, data.labels.missing),
    );
  }

  arrived(address, file) {
    if (this.data.address !== address) return;
    this.file = file;
    this.hang(file.panels[0].images ? Digits : Scene);
    this.last = file.steps.length - 1;
    this.begin();
  }

  /** What draws the picture: points, or images. */
  hang(Kind) {
    if (this.plane instanceof Kind) return;
    const picture = new Kind(Kind === Digits ? "digits" : "scene", this.own);
    this.plane.root.replaceWith(picture.root);
    this.plane.close();
    this.plane = picture;
  }

  begin() {
    // who wants no motion sees how it ended, or how its beginning did, and may look at every moment all the same
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.moment = still ? this.end : 0;
    this.wanted = !still;
    this.appeared(this.visible);
    this.redraw();
  }

  /** Somebody is asked what this run will show, and has neither answered nor wished to see it: its beginning plays over
   * and over, and nothing tells how it goes on. */
  get secret() {
    return this.data.waits && !this.told;
  }

  /** The last moment that may be shown. */
  get end() {
    return this.secret ? Math.min(BEGINNING, this.last) : this.last;
  }

  /** Nothing moves that nobody sees. */
  appeared(visible) {
    this.visible = visible;
    if (!this.file) return;
    if (visible && this.wanted) this.play();
    else if (!visible && this.playing) {
      this.halt();
      this.wanted = true;
    }
  }

  play({ whole = false } = {}) {
    this.told ||= whole;
    if (this.moment >= this.end) this.moment = 0;
    this.wanted = true;
    this.playing = { at: this.moment, since: performance.now() };
    clearTimeout(this.next);
    this.tick();
    this.redraw();
  }

  tick() {
    if (!this.playing) return;
    if (!this.root.isConnected) return this.halt();
    const now = performance.now();
    const moments = this.pace * (this.file.pace ?? MOMENTS);
    this.playing.at += (moments * Math.min(500, now - this.playing.since)) / 1000;
    this.playing.since = now;
    const moment = Math.min(this.end, Math.floor(this.playing.at));
    if (moment !== this.moment) this.turn(moment);
    if (moment < this.end) this.next = setTimeout(() => this.tick(), 1000 / Math.min(30, moments));
    else if (this.data.small || this.secret || this.file.loops)
      this.next = setTimeout(() => this.play({ whole: !this.secret }), this.secret ? PAUSE : STILL);
    else this.stop();
  }

  turn(moment) {
    this.moment = moment;
    this.redraw();
  }

  /** The clock stands; `stop` is what a visitor says. */
  halt() {
    clearTimeout(this.next);
    this.playing = undefined;
    this.redraw();
  }

  stop() {
    this.wanted = false;
    this.halt();
  }

  seek(moment) {
    this.stop();
    this.told = true;
    this.turn(clamp(moment, 0, this.end));
  }

  close() {
    document.body.removeEventListener("keydown", this.pressed);
    document.removeEventListener("click", this.reached, true);
    this.halt();
    this.seen.disconnect();
    for (const view of [this.plane, this.charts, this.strips]) view.close();
    super.close();
  }

  draw() {
    const { data, file, moment } = this;
    const { labels } = data;
    const narrow = this.root.clientWidth < NARROW;
    this.root.classList.toggle("small", data.small);
    this.root.classList.toggle("narrow", narrow);
    // on a telephone the picture comes first
    if (narrow && this.stage.lastChild !== this.question) this.stage.append(this.caption, this.question);
    if (!narrow && this.root.firstChild !== this.caption) this.root.prepend(this.caption);
    this.root.classList.toggle("wide", data.panels.length > 1);
    this.root.classList.toggle("low", !!file?.panels[0].images && !data.trains);
    const between = this.between(narrow);
    this.root.classList.toggle("between", between);
    this.root.classList.toggle("secret", !!this.secret);
    this.root.classList.toggle("asked", !!document.querySelector(ASKED));
    this.root.classList.toggle("stripped", !!file?.strips.length);
    this.root.dataset.state = this.playing ? "playing" : file ? "still" : "loading";
    this.root.dataset.moment = moment ?? "";
    for (const part of [this.caption, this.track, this.rail, this.about]) part.hidden = data.small;
    write(this.about, data.about);
    this.plane.root.style.minHeight = !data.trains || between || this.slide ? "" : `${this.least(narrow)}px`;
    if (!file) return;
    const step = file.steps[moment];
    const send = (event, value) => {
      if (event === "step") this.seek(nearest(file.steps, value));
      if (event === "layers" || event === "window") this.send(event, value);
    };
    this.drawn = (this.drawn ?? 0) + 1;
    const stamp = this.drawn;
    this.rail.style.height = between ? `${this.rest()}px` : "";
    this.plane.show(file.panels[0].images ? this.sheets() : this.picture(), stamp, send);
    if (data.small) return;
    this.charts.show(this.over(step), stamp, send);
    this.strips.root.hidden = !file.strips.length;
    if (file.strips.length) this.strips.show(this.heat(step, this.row(narrow)), stamp, send);
    const said = data.captions.findLast(([from]) => from <= moment);
    write(this.caption, (this.secret ? labels.waits : said?.[1]) ?? "");
    if (data.offer && moment >= this.last) {
      say(this.offer, data.offer);
      if (this.offer.parentNode !== this.caption) this.caption.append(" ", this.offer);
    }
    this.range.max = this.last;
    this.range.value = moment;
    this.range.setAttribute("aria-label", labels.step);
    this.range.setAttribute("aria-valuetext", `${labels.step} ${step}`);
    const share = `${(100 * moment) / this.last}%`;
    this.range.style.setProperty("--here", share);
    this.range.style.setProperty("--last", "100%");
    const ended = moment >= this.last;
    const label = (button, sign, word) => {
      say(button, sign);
      button.title = word;
      button.setAttribute("aria-label", word);
    };
    if (this.playing) label(this.player, "‖", labels.stop);
    else label(this.player, ended ? "↺" : "▶", ended ? labels.again : labels.play);
    label(this.speed, `×${this.pace}`, labels.speed);
    this.train.hidden = !data.trains;
    say(this.train, labels.train);
    this.train.classList.toggle("now", ended);
    this.seat();
  }

  /** The buttons that train the run itself lie right below the player of the recording, above all else that belongs to
   * it, and so does on a telephone the question: they are Streamlit's, so the stage only learns where that is
   * (style.css). Elsewhere the question is above the rail, which makes room for it. */
  seat() {
    const stage = document.querySelector(".st-key-stage");
    const buttons = document.querySelector(".st-key-stage-player");
    if (!stage || !buttons) return;
    const asked = document.querySelector(ASKED);
    const below = window.innerWidth <= TELEPHONE;
    const beside = asked && !below && this.data.panels.length < 2;
    const top = (part) => Math.round(part.getBoundingClientRect().top - stage.getBoundingClientRect().top);
    this.room.style.height = `${buttons.offsetHeight + 5}px`;
    this.question.style.height = asked && below ? `${asked.offsetHeight + 5}px` : "";
    const over = beside ? top(asked) + asked.offsetHeight + 5 - top(this.stage) : 0;
    this.rail.style.marginTop = over > 0 ? `${over}px` : "";
    stage.style.setProperty("--player", `${top(this.room) + 3}px`);
    stage.style.setProperty("--asked", `${top(this.question)}px`);
    stage.style.setProperty("--seated", "visible");
    stage.style.setProperty("--taken", `${this.plane.root.offsetHeight}px`); // the picture of the run has as much room
    across = window.innerWidth;
    addEventListener("resize", turned); // once, however often it is said
    stage.toggleAttribute("data-low", this.plane.root.dataset.kind === "digits");
  }

  /** Of a panel: what the first screen has between what is above the picture and the two players below it. */
  height() {
    const titles = this.data.panels.length > 1 ? TITLES : 0;
    return firstScreen(this.plane.grid, titles + this.track.offsetHeight + this.room.offsetHeight + SPACE);
  }

  /** Whether the charts lie between several panels and the player, which then stands where that of the run will: at the
   * foot of the window. There is room for them where the panels are no higher than the width lets them be. */
  between(narrow) {
    const { data, file } = this;
    if (narrow || !data.trains || this.slide || data.panels.length < 2 || !file || file.panels[0].images) return false;
    return this.rest() > BETWEEN;
  }

  /** How high the picture is at least, which is as high as that of a run will be: on a telephone, one panel is square. */
  least(narrow) {
    const { data, plane } = this;
    const buttons = plane instanceof Digits ? 0 : BUTTONS;
    if (narrow) return data.panels.length === 1 ? this.root.clientWidth + buttons : 0;
    if (data.panels.length > 1 && plane instanceof Digits) return 0; // sharp squares are as large as they are
    const above = plane.grid.getBoundingClientRect().top - plane.root.getBoundingClientRect().top;
    return above + (data.panels.length > 1 ? TITLES : 0) + this.height();
  }

  /** Pixels of the first screen that panels beside each other leave. */
  rest() {
    const { length } = this.data.panels;
    return this.height() - Math.floor((this.root.clientWidth - ASIDE * (length - 1)) / length);
  }

  /** Of a chart: what is left of a rail that lies between picture and player, less titles and legends. */
  chart(charts) {
    if (!this.rail.style.height) return charts > 3 ? 84 : 104;
    const { root, figures } = this.charts;
    const around = figures.length ? root.offsetHeight - figures[0].canvas.offsetHeight : AROUND_CHART;
    return Math.max(44, this.rest() - around);
  }

  /** Pixels of a row of the strips, which are as large as the picture beside them, less a chart below them. */
  row(narrow) {
    const rows = this.file.strips[0].right.length;
    const height = this.data.height ?? this.height();
    return narrow ? ROW.low : clamp(Math.floor((ROW.share * height) / rows), ROW.low, ROW.high);
  }

  /** The frame of the scene, as Python would have sent it of a run that trains. */
  picture() {
    const { data, file, moment } = this;
    const panels = file.panels.map((panel, i) => {
      const field = panel.field && cut(panel.field, moment);
      const [middle, spread] = field ? [panel.middle[moment], panel.spread[moment]] : [0, 1];
      field?.forEach((f, j) => field.fill(middle + spread * f, j, j + 1));
      return {
        title: data.panels[i] ?? "",
        note: "",
        summary: data.summary,
        extent: panel.extent,
        real: panel.real,
        fake: cut(panel.fake, moment),
        averaged: panel.averaged && cut(panel.averaged, moment),
        outside: panel.outside[moment],
        field,
        middle,
        spread: panel.probability ? null : spread,
        levels: (panel.levels ?? []).map((level) => middle + spread * level),
        centres: panel.centres,
        mode_shares: panel.shares && cut(panel.shares, moment),
        mode_std: panel.centres && new Float32Array(panel.centres.length / 2).fill(data.std ?? 0),
      };
    });
    const { field, averaged, centres } = file.panels[0];
    const present = { field, real: true, fake: true, averaged, modes: centres };
    const layers = LAYERS.filter((name) => present[name]);
    return {
      key: `${data.key}-plane`,
      step: file.steps[moment],
      summary: data.summary,
      height: data.height ?? this.height(),
      stacked: 1,
      selectable: false,
      selected: null,
      labels: data.scene_labels,
      layers: layers.map((id) => ({ id, label: data.scene_labels[id], off: false })),
      panels,
    };
  }

  /** The frame of the images. */
  sheets() {
    const { data, file, moment } = this;
    const columns = squarely(file.panels[0].count);
    const rows = file.panels[0].count / columns;
    const height = this.height();
    const upscale = Math.floor((height / rows - TILE.gap) / TILE.side);
    return {
      key: `${data.key}-plane`,
      step: file.steps[moment],
      summary: data.summary,
      columns,
      upscale: clamp(upscale, 1, TILE.most),
      width: 140,
      height,
      square: true,
      selectable: false,
      selected: null,
      groups: file.panels.map(({ images, count }, i) => ({
        title: data.panels[i] ?? "",
        images: cut(images, moment),
        count,
        labels: null,
      })),
    };
  }

  /** Each chart so far in its colours, over all of it in grey that may be shown. */
  over(step) {
    const { data, file } = this;
    const end = file.steps[this.end];
    const charts = file.charts.slice(0, this.slide ? ON_SLIDE : undefined).map((chart, i) => {
      const { title, lines, level } = data.charts[i];
      const length = until(chart.x, step);
      const whole = until(chart.x, end);
      const drawn = chart.lines.map(({ y, low, high }, j) => ({
        label: lines[j][0],
        color: lines[j][1],
        dash: lines[j][2],
        y: y.subarray(0, length),
        ...(low && { low: low.subarray(0, length), high: high.subarray(0, length) }),
      }));
      return {
        title,
        kind: "lines",
        unit: "",
        log_y: chart.log_y,
        limits: null,
        marks: [],
        references: chart.level === null ? [] : [[chart.level, level]],
        x: chart.x.subarray(0, length),
        lines: drawn,
        ghost: { x: chart.x.subarray(0, whole), lines: chart.lines.map(({ y }) => y.subarray(0, whole)) },
      };
    });
    return {
      key: `${data.key}-charts`,
      step,
      cursor: step,
      start: 0,
      labels: { step: data.labels.step },
      summary: data.summary,
      height: this.chart(charts.length),
      width: 230,
      clickable: true,
      charts,
    };
  }

  /** Who gets which mode: the whole run, and where it is; as far as it is, while nothing may tell how it goes on. */
  heat(step, row) {
    const { data, file } = this;
    const strips = file.strips.map((strip, i) => ({
      title: data.strips[i] ?? "",
      others: [],
      mark: null,
      ...strip,
      ...(this.secret && { values: begun(strip.values, until(strip.x, step)) }),
    }));
    return {
      key: `${data.key}-strips`,
      step,
      cursor: step,
      labels: data.strip_labels,
      summary: data.summary,
      row,
      first: 1,
      width: 300,
      clickable: true,
      strips,
    };
  }
}
