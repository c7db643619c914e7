// What all views share: what a visitor set, colours, canvases, and the View they extend.
// component.py joins these files into one module, in the order of their imports.

import { channels, faded, unpack } from "./pure.js";

/** What is on the page: every view by its kind and key, and the timeline that listens to the runs, if there is one;
 * `late`: what a script run hands in while packets come, { stamp, show }, waits for the next; `early`: what the last
 * packet had for views that are not there yet, { frame, stamp } by name. */
export const page = { views: new Map(), timeline: undefined, late: [], early: new Map() };

/** Shows what waits for a packet: all of it, or what a packet of this number follows. */
export function catchUp(stamp = Infinity) {
  const due = page.late.filter((one) => one.stamp < stamp);
  page.late = page.late.filter((one) => one.stamp >= stamp);
  for (const { show } of due) show();
}

export const NARROW = 640; // pixels of a view below which it is a telephone's: charts stand under the picture
const KINDS = [
  "scene",
  "curves",
  "digits",
  "heat",
  "words",
  "timeline",
  "paths",
  "recorded",
  "board",
  "sketch",
  "waiting",
]; // in the order of KINDS in component.py

export const TELEPHONE = 768; // pixels of a window in which all parts of a stage stand below each other, as in style.css

/** Pixels of the first screen from the top of a part on, less so many below it. */
export function firstScreen(part, below) {
  const scrolled = document.querySelector('[data-testid="stMain"]')?.scrollTop ?? 0;
  return Math.max(200, Math.round(window.innerHeight - part.getBoundingClientRect().top - scrolled - below));
}
const FOOT = 80; // pixels of the player at the window's foot
const RAIL =
  ".st-key-stage-rail, .st-key-stage-picture-low, .st-key-stage-picture-wide [data-testid=stColumn] [data-testid=stVerticalBlock]";

/** New frames for views that are on the page, and for those that a script run is about to put there. */
export function feed(frames, stamp) {
  page.early.clear();
  for (const { kind, bytes } of frames) {
    const frame = unpack(bytes);
    const name = `${KINDS[kind]} ${frame.key}`;
    const known = page.views.get(name);
    if (known?.root.isConnected) known.show(frame, stamp, known.send);
    else page.early.set(name, { frame, stamp });
  }
}

/** What a visitor set in a view (zoom, hidden layers), kept until the tab is closed, if the browser keeps anything. */
function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(`gan-live:${key}`)) ?? {};
  } catch {
    return {};
  }
}

function record(key, settings) {
  try {
    sessionStorage.setItem(`gan-live:${key}`, JSON.stringify(settings));
  } catch {
    // then it lasts until the tab is reloaded
  }
}

/** Any CSS colour as #rrggbb: a canvas spells it so. */
const pen = document.createElement("canvas").getContext("2d");
export function hex(colour, otherwise) {
  pen.fillStyle = otherwise;
  pen.fillStyle = colour;
  return pen.fillStyle.startsWith("#") ? pen.fillStyle : otherwise;
}

/** The colours of the moment: Streamlit's theme, and the project's blue for real and orange for fake. */
function palette(element) {
  const style = getComputedStyle(element);
  const read = (name) => style.getPropertyValue(`--st-${name}`).trim();
  const background = hex(read("background-color"), "#ffffff");
  const [r, g, b] = channels(background);
  const dark = 0.3 * r + 0.59 * g + 0.11 * b < 128;
  const text = hex(read("text-color"), dark ? "#fafafa" : "#31333f");
  const family = read("font") || "sans-serif";
  const size = parseFloat(style.getPropertyValue("--pen")) || 11; // pixels of a letter; more on a slide
  return {
    family,
    size,
    font: `${size}px ${family}`,
    dark,
    background,
    text,
    primary: hex(read("primary-color"), "#ff4b4b"),
    line: faded(text, dark ? 0.22 : 0.16),
    faint: faded(text, 0.72),
    real: dark ? "#56B4E9" : "#0072B2",
    fake: "#E69F00",
    edge: dark ? "#FFE2A8" : "#3A2800", // round a generated point, and round all others: seen on any opinion of D
    rim: dark ? "#D6E9F8" : "#002336",
    high: dark ? "#2A8C7C" : "#44AA99", // D says real, and fake: hues that are neither player's
    low: dark ? "#8F3A80" : "#AA4499",
    green: "#009E73",
    red: "#D55E00",
    purple: "#CC79A7",
    yellow: dark ? "#F0E442" : "#B8A900",
    grey: "#8C8C8C",
    // of real points with words, told apart by every eye and in grey, as in kept pictures (gan_core/figures/style.py)
    kinds: dark
      ? ["#56B4E9", "#B24C6E", "#A3F4F4", "#EA47B4", "#144AB7"]
      : ["#0072B2", "#882255", "#88CCEE", "#44AA99", "#3B0F70"],
  };
}

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** The words of an element. Setting them lays the page out anew, even if they are the same. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The nearest such element around one, also beyond the shadow root that Streamlit puts a view into. */
function around(element, selector) {
  return element.closest(selector) ?? element.getRootNode().host?.closest(selector);
}

/** How much larger than its own CSS pixels an element is shown: a slide is zoomed. */
export function magnified(element) {
  return element.currentCSSZoom ?? 1;
}

/** Where a pointer is on an element, in the element's own CSS pixels. */
export function within(element, { clientX, clientY }) {
  const { left, top } = element.getBoundingClientRect();
  const zoom = magnified(element);
  return [(clientX - left) / zoom, (clientY - top) / zoom];
}

/** A canvas as sharp as the screen, `width` × `height` CSS pixels, cleared; gives its context. */
export function prepare(canvas, width, height) {
  const ratio = (window.devicePixelRatio || 1) * magnified(canvas);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h]; // this clears it as well
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** A straight line from x, y, so far across and so far along, in the pen's colour and dashes. */
export function stroke(context, x, y, across, along) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x + across, y + along);
  context.stroke();
}

const due = new Set(); // the views that have something new to draw

/** One picture of all of them. What is read from the page is read before anything is written: each reading after that
 * lays the whole page out anew. */
function drawDue() {
  const views = [...due].filter((view) => view.data && view.root.clientWidth);
  due.clear();
  for (const view of views) view.root.classList.toggle("slide", !!view.slide);
  for (const view of views) view.colours = palette(view.root);
  for (const view of views) {
    try {
      view.render();
    } catch (error) {
      reportError(error); // of one view: the others go on
    }
  }
}

/**
 * One view. A subclass has draw(); it finds the frame in `data`, the colours in `colours`, asks for a new picture with
 * `redraw()` and tells Python of a click with `send(event, value)`. However often a picture is asked for, it is drawn
 * once per frame of the screen, and not in a hidden tab.
 */
export class View {
  constructor(kind, key) {
    this.key = key;
    this.settings = recall(key);
    this.root = make("div", { className: "gan-live" });
    this.root.dataset.kind = kind;
    this.root.dataset.frames = 0;
    this.fresh = false;
    this.stamp = -Infinity;
    this.resized = new ResizeObserver(() => this.redraw());
    this.resized.observe(this.root);
  }

  /** A frame, unless one of a later message is there already. */
  show(data, stamp, send) {
    this.send = send;
    if (stamp < this.stamp) return;
    if (stamp > this.stamp) {
      this.take(data);
      Object.assign(this, { stamp, fresh: true });
    }
    this.redraw();
  }

  take(data) {
    this.data = data;
  }

  redraw() {
    if (!due.size) requestAnimationFrame(drawDue);
    due.add(this);
  }

  render() {
    this.draw();
    if (!this.fresh) return;
    this.fresh = false;
    this.root.dataset.frames = +this.root.dataset.frames + 1; // pictures of new data, for those who count
    this.root.dataset.step = this.data.step ?? "";
  }

  /** A step was clicked: it is looked at, or, where nothing can be looked back at, Python hears of the click. */
  chose(step) {
    if (page.timeline?.root.isConnected) page.timeline.scrub(step);
    else this.send("step", step);
  }

  /** The body of the slide that this view is on, or the row of it, if it is on one. */
  get slide() {
    return around(this.root, ".st-key-slide-row, .st-key-slide-body");
  }

  /** On a slide, the pixels from the top of a part of this view to where the slide's body ends, all of which it fills;
   * undefined elsewhere. */
  space(part) {
    const body = this.slide;
    return body && (body.getBoundingClientRect().bottom - part.getBoundingClientRect().top) / magnified(part);
  }

  /** Beside the picture, or in its place, the pixels from the top of a part of this view to the window's foot that
   * nothing else there takes; undefined elsewhere, and on a telephone, where the rail is below the picture. */
  beside(part) {
    const rail = around(this.root, RAIL);
    if (!rail || this.slide || window.innerWidth <= TELEPHONE) return undefined;
    const scrolled = document.querySelector('[data-testid="stMain"]')?.scrollTop ?? 0;
    const foot = (element) => element.getBoundingClientRect().bottom;
    const below = Math.max(0, ...[...rail.children].map((part) => foot(part) - foot(this.root))); // a rail is as high as the picture
    return window.innerHeight - (part.getBoundingClientRect().top + scrolled) - below - FOOT;
  }

  close() {
    due.delete(this);
    this.resized.disconnect();
    this.root.remove();
  }

  remember(name, value) {
    this.settings[name] = value;
    record(this.key, this.settings);
    this.redraw();
  }

  hidden({ id, off = false }) {
    return this.settings.layers?.[id] ?? off;
  }

  /** A row of buttons that show and hide layers and are their legend at the same time: [{id, label, colour, off}]. */
  chips(row, layers) {
    const button = () => make("button", { type: "button", className: "chip" }, make("i"), make("span"));
    while (row.children.length > layers.length) row.lastChild.remove();
    while (row.children.length < layers.length) row.append(button());
    layers.forEach(({ id, label, colour = "", off }, i) => {
      const chip = row.children[i];
      const hidden = this.hidden({ id, off });
      chip.dataset.layer = id;
      chip.setAttribute("aria-pressed", String(!hidden));
      chip.firstChild.style.background = colour;
      const name = chip.children[1];
      say(name, label);
      chip.onclick = () => this.remember("layers", { ...this.settings.layers, [id]: !hidden });
    });
  }

  shown(layers, id) {
    const layer = layers.find((each) => each.id === id);
    return layer !== undefined && !this.hidden(layer);
  }
}
