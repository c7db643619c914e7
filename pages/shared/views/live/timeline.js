// How far the runs are, and the way back through what was recorded: progress bar, scrubber and replay in one.
//
// The timeline is what listens to the socket. It hands frames to the views, lets Streamlit know when the runs have come
// to rest, since buttons and texts have to follow, and without a socket asks for a look once a second.

import { catchUp, feed, make, page, say, View } from "./common.js";
import { clamp, nearest, number } from "./pure.js";
import { Connection } from "./socket.js";
import { write } from "./words.js";

const SPEEDS = [0.5, 1, 2, 4];
const REPLAY = { rate: 6, seconds: 10 }; // recorded steps a second at speed 1, more where the whole would take longer
const LOOK = 1000; // milliseconds between two looks without a socket
const ANSWER = 3000; // … that a replay without a socket waits for the picture it asked Streamlit for
const AWAY = 2000; // … that a replay waits for a timeline that is not on the page
const SETTLE = 250; // … and until Streamlit is told that the runs rest: steps may follow one another
const BEGUN = 700; // … or that they have begun, which is not urgent
const CLICKED = 400; // … or, without a socket, that a button of the player was pressed
const JUMPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }; // recorded steps
const CONTROLS = 'button, summary, [role="button"], [role="tab"], [role="radio"], [role="checkbox"], [role="switch"]';

export class Timeline extends View {
  constructor(kind, key) {
    super(kind, key);
    this.text = make("div", { className: "when", ariaLive: "off" });
    this.range = make("input", { type: "range", min: 0, step: 1 });
    this.replayer = make("button", { type: "button", className: "tool" }, "▶");
    this.speed = make("button", { type: "button", className: "tool" });
    this.newest = make("button", { type: "button", className: "tool" }, "»");
    const row = make("div", { className: "track" }, this.text, this.range, this.replayer, this.speed, this.newest);
    this.root.append(row);
    this.range.oninput = () => this.scrub(+this.range.value);
    this.range.onkeydown = (event) => this.jump(event);
    this.range.onpointerdown = () => this.hold(true);
    this.range.onpointerup = this.range.onpointercancel = this.range.onblur = () => this.hold(false);
    this.replayer.onclick = () => (this.replaying ? this.halt() : this.replay());
    this.speed.onclick = () => this.remember("speed", SPEEDS[(SPEEDS.indexOf(this.pace) + 1) % SPEEDS.length]);
    this.newest.onclick = () => this.scrub(null);
    this.pressed = (event) => this.press(event);
    this.typed = (event) => this.type(event);
    document.addEventListener("click", this.pressed, true);
    document.body.addEventListener("keydown", this.typed);
  }

  get pace() {
    return this.settings.speed ?? 1;
  }

  /** Whether packets bring the pictures of runs that train. */
  get streams() {
    return !!this.open && this.root.isConnected && !!this.header?.running && this.header.at === null;
  }

  /** What Python says in a script run, which packets that are newer may have overtaken: it knows this state. */
  show(data, stamp, send) {
    const before = this.stamp;
    super.show(data, stamp, send);
    if (stamp > (this.said ?? -Infinity)) {
      this.said = stamp;
      this.known = data;
      this.asked = undefined;
      this.untell();
      if (this.connection?.token !== data.token) {
        this.shut();
        this.header = undefined;
      }
      if (this.streams) this.stamp = before; // the next packet says how far the runs are, and its views show it
      this.data = stamp < this.stamp || this.streams ? { ...data, ...this.header } : data;
    }
    page.timeline = this;
    this.bring();
    this.connection ??= new Connection(
      this.known.token,
      (packet) => this.took(packet),
      (open) => this.heard(open),
      () => [...page.views.values()].flatMap((view) => (view.root.isConnected && view.requested) || []),
    );
    this.wonder();
  }

  /** What was asked for from further down the page is brought into sight, by the head of its stage: a player that stays
   * at the foot of the window is in sight anyway. At once, for a smooth way ends wherever the page is drawn anew. */
  bring() {
    const { bring } = this.data;
    if (bring > (this.brought ?? 0)) document.querySelector(".st-key-stage")?.scrollIntoView({ block: "start" });
    this.brought = bring;
  }

  heard(open) {
    this.open = open;
    if (!open) catchUp();
    this.root.dataset.socket = open ? "open" : "closed";
    this.wonder();
  }

  took({ stamp, header, frames }) {
    if (!this.root.isConnected) return this.shut();
    catchUp(header.running ? stamp : Infinity);
    feed(frames, stamp);
    if (stamp >= this.stamp) {
      this.data = { ...this.data, ...header };
      Object.assign(this, { header, stamp, fresh: true });
    }
    this.redraw();
    this.wonder();
  }

  /** Whether Streamlit has to hear of the state of the runs, and, without a socket, when to look again. */
  wonder() {
    const { data, known } = this;
    clearTimeout(this.looking);
    if (this.open === false && (data.running || data.moving)) {
      this.looking = setTimeout(() => this.root.isConnected && this.send("rest", Date.now()), LOOK);
      return;
    }
    const first = data.seen && !known.seen;
    const changed = known.running || known.moving || known.version !== data.version || known.at !== data.at;
    const rests = !data.running && !data.moving && !this.replaying && !this.held && changed;
    const begun = data.touched && !known.touched; // what was asked before the run closes
    if (first || (rests && known.running)) this.tell(0);
    else if (rests) this.tell(SETTLE);
    else if (begun) this.tell(BEGUN);
    else this.untell();
  }

  /** Lets Streamlit know in so many milliseconds, unless it hears earlier anyway. */
  tell(after) {
    const due = performance.now() + after;
    if (this.due <= due) return;
    this.untell();
    this.due = due;
    this.telling = setTimeout(() => {
      this.untell();
      if (this.root.isConnected) this.send("rest", Date.now());
    }, after);
  }

  untell() {
    clearTimeout(this.telling);
    this.due = undefined;
  }

  draw() {
    const { data, labels = data.labels } = this;
    const past = data.at !== null && data.at !== undefined;
    const words = {
      step: number(data.step),
      until: number(data.until),
      last: number(data.last),
      rate: number(data.rate),
    };
    const fill = (text) => text.replace(/\{(\w+)\}/g, (_, name) => words[name]);
    const text =
      fill(past ? labels.past : labels.progress) + (data.running && data.rate ? ` · ${fill(labels.rate)}` : "");
    write(this.text, text);
    const { range } = this;
    range.max = Math.max(data.until, data.last, 1);
    range.disabled = data.last === 0;
    if (!this.held) range.value = data.step;
    range.setAttribute("aria-label", labels.step);
    range.setAttribute("aria-valuetext", `${labels.step} ${words.step}`);
    const share = (step) => `${(100 * step) / range.max}%`;
    range.style.setProperty("--here", share(data.step));
    // while it trains, what there is ends at the step that is drawn: the thumb and the progress are one thing
    range.style.setProperty("--last", share(data.running && !past ? data.step : data.last));
    const label = (button, word) => {
      button.title = word;
      button.setAttribute("aria-label", word);
    };
    say(this.replayer, this.replaying ? "‖" : "▶");
    label(this.replayer, this.replaying ? labels.stop : labels.replay);
    this.replayer.disabled = data.running || !(data.steps?.length > 1);
    say(this.speed, `×${this.pace}`);
    label(this.speed, labels.speed);
    label(this.newest, labels.newest);
    this.newest.disabled = !past;
    this.root.dataset.state = data.running ? "running" : data.moving ? "moving" : "rest";
    this.stand();
  }

  /** The colour behind a scrubber and buttons that stay at the foot of the window (style.css). */
  stand() {
    const stage = document.querySelector(".st-key-stage:has(.st-key-stage-player)");
    stage?.style.setProperty("--ground", this.colours.background);
  }

  /** The recorded step that is nearest. While runs train all steps so far may be meant: the runs stop, and then know. */
  nearest(step) {
    const { steps, last } = this.data;
    return steps?.length ? steps[nearest(steps, step)] : Math.min(step, last);
  }

  /** Looks at a step of the past, null for the present. Runs that train stop for it. */
  look(step) {
    if (this.connection?.say({ do: "look", step })) return;
    this.asked = performance.now();
    this.send("look", { step });
  }

  /** What a visitor looks at ends a replay. */
  scrub(step) {
    this.halt();
    this.look(step === null ? null : this.nearest(step));
  }

  /** The keys go from one recorded step to the next, however far apart they are. */
  jump(event) {
    const { steps, step } = this.data;
    const by = JUMPS[event.key];
    if (!by || !steps?.length) return; // Home and End are the browser's
    event.preventDefault();
    this.scrub(steps[clamp(nearest(steps, step) + by, 0, steps.length - 1)]);
  }

  /** While the thumb is held it stands where the hand is, and not where the picture is. */
  hold(held) {
    this.held = held;
    this.redraw();
    if (!held) this.wonder();
  }

  replay() {
    const { steps } = this.data;
    const from = nearest(steps, this.data.step);
    this.replaying = { at: from >= steps.length - 1 ? 0 : from, since: performance.now() };
    const tick = () => {
      if (!this.replaying) return this.halt();
      if (!this.root.isConnected) {
        // a script run may be putting it in another place
        if (performance.now() - this.replaying.since > AWAY) return this.halt();
        this.next = setTimeout(tick, 50);
        return;
      }
      if (performance.now() - this.asked < ANSWER) {
        // without a socket a picture is a script run: as many as there are answers
        this.next = setTimeout(tick, 50);
        return;
      }
      const rate = Math.max(REPLAY.rate, steps.length / REPLAY.seconds) * this.pace;
      const now = performance.now();
      this.replaying.at += (rate * (now - this.replaying.since)) / 1000;
      this.replaying.since = now;
      const i = Math.floor(this.replaying.at);
      if (i >= steps.length - 1) this.halt();
      this.look(i >= steps.length - 1 ? null : steps[i]);
      if (this.replaying) this.next = setTimeout(tick, 1000 / Math.min(30, rate));
    };
    tick();
    this.redraw();
  }

  halt() {
    clearTimeout(this.next);
    this.replaying = undefined;
    this.redraw();
    if (this.known) this.wonder();
  }

  /** The keys of a slide: the arrows go through the past, s takes a step, r starts anew, Esc leaves. */
  present(event) {
    const page = Object.keys(this.data?.buttons ?? {})[0]?.split("-pause")[0];
    const keys = { s: `${page}-step`, r: `${page}-reset`, Escape: "slide-leave" };
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea")) return;
    if (!keys[event.key]) return this.jump(event);
    event.stopPropagation();
    document.querySelector(`.st-key-${keys[event.key]} button`)?.click();
  }

  /** The space bar belongs to the control that has the focus, and only then to the player. */
  type(event) {
    if (document.querySelector(".st-key-slide")) this.present(event);
    if (event.key !== " ") return;
    if (event.composedPath()[0].closest?.(CONTROLS) || event.repeat || this.pause()) event.stopPropagation();
    else this.follow();
  }

  /** Whether runs that train could be told to stop. Streamlit's own shortcut plays; it would play once more where its
   * button has not yet become that of Pause. */
  pause() {
    const { running, buttons } = this.data ?? {};
    if (!running || !buttons) return false;
    const name = Object.keys(buttons).find((key) => buttons[key] === "pause");
    const button = document.querySelector(`.st-key-${name} button`);
    button?.click();
    return !!button || !!this.connection?.say({ do: "pause" });
  }

  /** Without a socket Streamlit alone hears of a button of the player, and runs its lines alone: then the page follows. */
  follow() {
    if (this.connection?.ready) return;
    clearTimeout(this.following);
    this.following = setTimeout(() => this.root.isConnected && this.send("rest", Date.now()), CLICKED);
  }

  /** A click on a button of the player that the socket can carry out at once. Pause also goes to Streamlit, since the
   * buttons change; a step changes nothing but the views. */
  press(event) {
    const box = event.target.closest?.('[class*="st-key-"]');
    if (!box || !this.root.isConnected || !event.target.closest("button")) return;
    this.follow();
    if (box.closest(".st-key-stage-player")) this.halt(); // whatever it does, it is about the present
    const key = Object.keys(this.data?.buttons ?? {}).find((name) => box.classList.contains(`st-key-${name}`));
    const action = key && this.data.buttons[key];
    if (!action || event.target.closest("button").disabled) return;
    this.halt();
    if (action !== "pause") {
      if (this.connection?.say({ do: "step", player: action })) event.stopPropagation();
    } else this.connection?.say({ do: "pause" });
  }

  shut() {
    this.connection?.close();
    this.connection = undefined;
    this.open = undefined;
    page.early.clear();
    catchUp();
    clearTimeout(this.looking);
    clearTimeout(this.following);
    this.untell();
    this.halt();
  }

  close() {
    this.shut();
    document.removeEventListener("click", this.pressed, true);
    document.body.removeEventListener("keydown", this.typed);
    super.close();
  }
}
