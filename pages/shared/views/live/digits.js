// Images side by side, in titled groups (one for each run), as sharp squares: every pixel of an image is the same whole
// number of screen pixels.

import { firstScreen, magnified, make, NARROW, prepare, say, TELEPHONE, View, within } from "./common.js";
import { clamp, evenly, greys, largest, tiled } from "./pure.js";

const IMAGE = 28;
const SEAM = 3; // pixels between two images
const PLAYERS = ".st-key-stage-time, .st-key-stage-player"; // what lies below the picture of a page …
const APART = 5; // … and pixels between two of them (0.3rem in style.css)
const [MOMENT, LAST] = [350, 2500]; // milliseconds of a moment, and of the last one

/** Whether the visitor wants no motion: then the end is shown. */
const unmoved = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

export class Digits extends View {
  constructor(kind, key) {
    super(kind, key);
    this.grid = make("div", { className: "grid digits" });
    this.root.append(this.grid);
    this.groups = [];
  }

  take(data) {
    if (!this.data || data.selected !== this.data.selected) this.selected = data.selected;
    super.take(data);
  }

  draw() {
    const { data } = this;
    const width = this.root.clientWidth;
    const wide = (columns) => Math.floor((width - 16 * (columns - 1)) / columns);
    const fit = this.fitting() ?? this.narrow();
    const { columns: across, side } = this.filling(wide) ?? {
      columns: evenly(data.groups.length, Math.floor((width + 16) / (data.width + 16))),
    };
    this.grid.style.gridTemplateColumns = `repeat(${across}, minmax(0, 1fr))`;
    this.grid.style.columnGap = "16px";
    while (this.groups.length > data.groups.length) this.groups.pop().figure.remove();
    while (this.groups.length < data.groups.length) this.groups.push(this.addGroup());
    const last = Math.max(0, ...data.groups.map(({ moments }) => moments - 1));
    this.moment = unmoved() ? last : Math.min(this.moment ?? 0, last);
    let first = 0;
    data.groups.forEach((group, i) => {
      this.drawGroup(
        this.groups[i],
        { ...group, ...fit, shown: Math.min(fit?.shown ?? group.count, group.count) },
        wide(across),
        first,
        fit?.side ?? side ?? data.upscale * IMAGE,
      );
      first += group.count;
    });
    this.turn(last);
  }

  /** On a slide: how many groups stand side by side for the images to be largest, and what their side may be. */
  filling(wide) {
    const { groups, columns } = this.data;
    const high = this.space(this.grid);
    if (!high) return undefined;
    const rows = Math.max(1, ...groups.map(({ count }) => Math.ceil(count / columns)));
    const title = Math.max(...this.groups.map(({ caption }) => caption.offsetHeight), 0) + 10;
    return largest(
      groups.length,
      1,
      groups.length,
      (across, lines) => Math.min(wide(across) / columns, (high / lines - title) / rows) - SEAM,
    );
  }

  /** On a slide, of images in one group: how many of them, in so many columns and how large, fill it best. */
  fitting() {
    const { groups } = this.data;
    const high = groups.length === 1 && !groups[0].labels && this.space(this.grid);
    return high ? this.filled(high - 4) : undefined;
  }

  /** The images of one group, as many and as large as fill a room of this height best. */
  filled(high) {
    const { groups, columns, fixed } = this.data;
    const ratio = (window.devicePixelRatio || 1) * magnified(this.root);
    const room = [this.root.clientWidth * ratio, high * ratio];
    const { scale, ...found } = tiled(...room, groups[0].count, fixed ? columns : 0, IMAGE, SEAM * ratio);
    return { ...found, side: (scale * IMAGE) / ratio };
  }

  /** In little width, of several groups: as many rows as columns at most, so that one sees all groups at once; one that
   * is the picture of its page fills a square, or what the first screen has above its players. */
  narrow() {
    const { groups, columns, square } = this.data;
    const width = this.root.clientWidth;
    if (width >= NARROW) return undefined;
    if (groups.length > 1) return { shown: columns * columns };
    return square ? this.filled(window.innerWidth <= TELEPHONE ? width : this.high()) : undefined;
  }

  /** How high the picture of a page may be. */
  high() {
    const players = [...document.querySelectorAll(PLAYERS)];
    const below = players.reduce((sum, player) => sum + player.offsetHeight + APART, APART);
    return this.data.height ?? firstScreen(this.grid, below);
  }

  /** Of images that move: the next moment, and after the last one the first again. */
  turn(last) {
    clearTimeout(this.next);
    this.root.dataset.moment = this.moment;
    if (last < 1 || unmoved()) return;
    this.next = setTimeout(
      () => {
        this.moment = this.moment < last ? this.moment + 1 : 0;
        if (this.root.isConnected) this.redraw();
      },
      this.moment < last ? MOMENT : LAST,
    );
  }

  close() {
    clearTimeout(this.next);
    super.close();
  }

  addGroup() {
    const parts = { caption: make("figcaption"), canvas: make("canvas") };
    const figure = make("figure", {}, parts.caption, parts.canvas);
    this.grid.append(figure);
    const group = { figure, ...parts };
    this.listen(group);
    return group;
  }

  drawGroup(
    group,
    { title, images, count: sent, shown: count = sent, columns: wanted, moments, labels },
    width,
    first,
    most,
  ) {
    const { data, colours } = this;
    const ratio = (window.devicePixelRatio || 1) * magnified(this.root);
    const columns = Math.max(1, Math.min(wanted ?? data.columns, count, Math.floor(width / (IMAGE / ratio + SEAM))));
    const zoom = Math.max(1, Math.floor((Math.min(width / columns - SEAM, most) * ratio) / IMAGE + 1e-9));
    const side = (zoom * IMAGE) / ratio;
    const cell = { wide: side + SEAM, high: side + SEAM + (labels ? 16 : 0) };
    const rows = Math.ceil(count / columns);
    Object.assign(group, { first, count, columns, cell, labels });
    say(group.caption, title);
    group.caption.hidden = !title;
    const { canvas } = group;
    const pick = data.selectable;
    canvas.tabIndex = pick ? 0 : -1;
    const [wide, high] = [columns * cell.wide, rows * cell.high];
    Object.assign(canvas.style, { width: `${wide}px`, height: `${high}px`, cursor: pick ? "pointer" : "default" });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", [title, data.summary].filter(Boolean).join(". "));
    const context = prepare(canvas, wide, high);

    const from = Math.min(this.moment, moments - 1) * sent * IMAGE * IMAGE; // two pixels in a byte
    const grey = greys(images.subarray(from / 2), count * IMAGE * IMAGE);
    const sheet = new ImageData(IMAGE, IMAGE * count);
    const pixels = new Uint32Array(sheet.data.buffer);
    for (let i = 0; i < pixels.length; i++) pixels[i] = (0xff000000 | (grey[i] * 0x010101)) >>> 0;
    const source = make("canvas", { width: IMAGE, height: Math.max(1, IMAGE * count) });
    source.getContext("2d").putImageData(sheet, 0, 0);
    context.imageSmoothingEnabled = false;
    context.font = colours.font;
    context.textAlign = "center";
    context.textBaseline = "top";
    for (let i = 0; i < count; i++) {
      const [x, y] = this.place(group, i);
      context.drawImage(source, 0, IMAGE * i, IMAGE, IMAGE, x, y, side, side);
      if (labels) {
        context.fillStyle = colours.text;
        context.fillText(labels[i], x + side / 2, y + side + 3, side + SEAM);
      }
      const chosen = pick && this.selected === first + i;
      if (!chosen && !(pick && this.over === first + i)) continue;
      context.strokeStyle = chosen ? colours.primary : colours.faint;
      context.lineWidth = chosen ? 3 : 2;
      context.strokeRect(x, y, side, side);
    }
  }

  /** The top left corner of image i of a group, on a whole screen pixel. */
  place({ columns, cell }, i) {
    const ratio = (window.devicePixelRatio || 1) * magnified(this.root);
    const whole = (x) => Math.round(x * ratio) / ratio;
    return [whole((i % columns) * cell.wide + 1.5), whole(Math.floor(i / columns) * cell.high + 1.5)];
  }

  listen(group) {
    const { canvas } = group;
    const find = (event) => {
      const [x, y] = within(canvas, event);
      const [column, row] = [Math.floor(x / group.cell.wide), Math.floor(y / group.cell.high)];
      const i = row * group.columns + column;
      return column >= 0 && column < group.columns && i >= 0 && i < group.count ? group.first + i : undefined;
    };
    const over = (index) => {
      if (this.over === index || !this.data.selectable) return;
      this.over = index;
      this.redraw();
    };
    canvas.onpointermove = (event) => over(find(event));
    canvas.onpointerleave = () => over(undefined);
    canvas.onclick = (event) => this.select(find(event));
    canvas.onkeydown = (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -group.columns, ArrowDown: group.columns }[event.key];
      if (!by || !this.data.selectable) return;
      event.preventDefault();
      const inside = this.selected >= group.first && this.selected < group.first + group.count;
      this.select(inside ? clamp(this.selected + by, group.first, group.first + group.count - 1) : group.first);
    };
  }

  select(index) {
    if (index === undefined || !this.data.selectable) return;
    this.selected = index;
    this.send("selected", index);
    this.redraw();
  }
}
