// Numbers, verdicts and tables that move with the pictures. All of it is text: **bold** and `code` are the only marks.

import { make, View } from "./common.js";
import { marked } from "./pure.js";

/** Writes a text with marks into an element, unless it stands there already. */
export function write(element, text) {
  if (element.written === text) return;
  element.written = text;
  element.replaceChildren(...marked(text).map(({ tag, text }) => (tag ? make(tag, { textContent: text }) : text)));
}

/** As many children as there are things, made where they are missing. */
function children(element, count, add) {
  while (element.children.length > count) element.lastChild.remove();
  while (element.children.length < count) element.append(add());
  return [...element.children];
}

const BLOCKS = {
  numbers: {
    make: () => make("div", { className: "numbers" }),
    fill: (element, { numbers }) => {
      const tile = () => make("div", { className: "number" }, make("span"), make("b"), make("small"));
      children(element, numbers.length, tile).forEach((child, i) => {
        const [label, value, note, help] = numbers[i];
        [label, value, note].forEach((text, j) => write(child.children[j], text));
        child.title = marked(help)
          .map(({ text }) => text)
          .join("");
      });
    },
  },
  sentence: {
    make: () => make("p"),
    fill: (element, { sentence, mood, small }) => {
      element.className = `sentence ${mood}${small ? " small" : ""}`;
      write(element, sentence);
    },
  },
  head: {
    make: () => make("div", { className: "scroll" }, make("table", {}, make("thead", {}, make("tr")), make("tbody"))),
    fill: (element, { head, rows, grey }) => {
      const [top, body] = element.firstChild.children;
      children(top.firstChild, head.length, () => make("th", { scope: "col" })).forEach((cell, i) =>
        write(cell, head[i]),
      );
      children(body, rows.length, () => make("tr")).forEach((line, i) => {
        line.className = grey.includes(i) ? "grey" : "";
        children(line, rows[i].length, () => make("td")).forEach((cell, j) => write(cell, rows[i][j]));
      });
    },
  },
};

export class Words extends View {
  draw() {
    const { blocks, reserve } = this.data;
    this.root.style.minHeight = reserve ? `${reserve}px` : "";
    blocks.forEach((block, i) => {
      const kind = Object.keys(BLOCKS).find((name) => name in block);
      let element = this.root.children[i];
      if (element?.dataset.block !== kind) {
        const fresh = BLOCKS[kind].make();
        fresh.dataset.block = kind;
        if (element) element.replaceWith(fresh);
        else this.root.append(fresh);
        element = fresh;
      }
      BLOCKS[kind].fill(element, block);
    });
    while (this.root.children.length > blocks.length) this.root.lastChild.remove();
  }
}
