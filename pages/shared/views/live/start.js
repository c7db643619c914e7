// The door: views hand their frames in here, also those that came before this code did.

import { Board } from "./board.js";
import { catchUp, page } from "./common.js";
import { Curves } from "./curves.js";
import { Digits } from "./digits.js";
import { Heat } from "./heat.js";
import { Paths } from "./paths.js";
import { unpack } from "./pure.js";
import { Recorded } from "./recorded.js";
import { Scene } from "./scene.js";
import { Sketch } from "./sketch.js";
import { Timeline } from "./timeline.js";
import { Waiting } from "./waiting.js";
import { Words } from "./words.js";

const VIEWS = {
  scene: Scene,
  curves: Curves,
  digits: Digits,
  heat: Heat,
  words: Words,
  timeline: Timeline,
  paths: Paths,
  recorded: Recorded,
  board: Board,
  sketch: Sketch,
  waiting: Waiting,
};
const SHEET = new CSSStyleSheet();
SHEET.replaceSync(CSS);

// A busy server now and then lets Streamlit put a new element in the old one's place. So a view belongs to its key and
// moves, picture and all, into whichever element asks for it: nobody sees the change.
const { views } = page;
const MOST_VIEWS = 24; // beyond that those that are not on the page are forgotten, the oldest first

let told = -Infinity; // when Python was told last that this code is here

function show(kind, { parentElement, data, setTriggerValue }) {
  const frame = unpack(data.subarray(8));
  const known = data[0] & 1; // see _stamp() in component.py
  if (!known && performance.now() - told > 1000) {
    told = performance.now();
    setTriggerValue("code", true);
  }
  const name = `${kind} ${frame.key}`;
  if (!views.has(name)) views.set(name, new VIEWS[kind](kind, frame.key));
  const view = views.get(name);
  if (view.root.parentNode !== parentElement) {
    parentElement.querySelector(".gan-live")?.remove(); // drawn by an older version of this code
    parentElement.adoptedStyleSheets = [SHEET];
    parentElement.append(view.root);
  }
  const stamp = numberOf(data);
  // a script run hands in its views one by one: beside packets each of them waits, or they would be of several steps
  const waits = view.data && view !== page.timeline && page.timeline?.streams;
  if (waits) {
    view.send = setTriggerValue;
    page.late.push({ stamp, show: () => view.show(frame, stamp, setTriggerValue) });
  } else {
    if (!page.timeline?.streams) catchUp();
    view.show(frame, stamp, setTriggerValue);
    const newer = page.early.get(name);
    if (newer) view.show(newer.frame, newer.stamp, setTriggerValue);
  }
  for (const [other, { root }] of views) if (views.size > MOST_VIEWS && !root.isConnected) forget(other);
}

/** The number of a message, which grows: a message may come late, or again when its element is drawn anew. */
function numberOf(data) {
  return Number(new DataView(data.buffer, data.byteOffset).getBigUint64(0, true));
}

function forget(name) {
  views.get(name).close();
  views.delete(name);
}

const early = globalThis.ganLive?.waiting ?? new Map();
globalThis.ganLive = { show };
for (const [parentElement, [kind, component]] of early) if (parentElement.isConnected) show(kind, component);

export default function () {}
