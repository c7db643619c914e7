// Turns the pages of a figure that moves: drawings that lie packed in this file, one behind the other. Space plays, the
// arrows turn one page, Home and End go to the first and the last.

const [picture, button, scrubber] = ["picture", "play", "scrubber"].map((id) => document.getElementById(id));
const packed = document.getElementById("pages");
let pages = [];
let at = 0;
let began; // when it was last started, in milliseconds, as if at the first page

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const { lines, pages } = JSON.parse(await new Response(stream).text());
  return pages.map((page) => page.map((line) => lines[line]).join("\n"));
}

function look(page) {
  at = Math.min(pages.length - 1, Math.max(0, page));
  picture.innerHTML = pages[at];
  scrubber.value = at;
  document.body.dataset.page = at;
}

function play(on) {
  if (on && at >= pages.length - 1) at = 0;
  began = on ? performance.now() - (1000 * packed.dataset.seconds * at) / pages.length : undefined;
  button.textContent = on ? packed.dataset.pause : packed.dataset.play;
  if (on) requestAnimationFrame(turn);
}

function turn() {
  if (began === undefined) return;
  const page = Math.floor(((performance.now() - began) / 1000 / packed.dataset.seconds) * pages.length);
  if (page !== at) look(page);
  if (at >= pages.length - 1) play(false);
  else requestAnimationFrame(turn);
}

const toggle = () => play(began === undefined);
button.onclick = toggle;
picture.onclick = toggle;
scrubber.oninput = () => {
  play(false);
  look(Number(scrubber.value));
};
document.addEventListener("keydown", (event) => {
  const page = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: pages.length - 1 }[event.key];
  if (event.key === " " && event.target !== button) toggle();
  else if (page === undefined) return;
  else {
    play(false);
    look(page);
  }
  event.preventDefault();
});

unpacked(packed.textContent).then((found) => {
  pages = found;
  scrubber.max = pages.length - 1;
  look(pages.length - 1);
});
