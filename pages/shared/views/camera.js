// What the camera symbol of a Plotly figure saves: as drawing or as pixels, in the shape of a slide. Plotly reads its
// options when the symbol is clicked, so they are put in place a moment before.

const NAME = "gan-camera"; // in the tab's storage

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME)) ?? {};
  } catch {
    return {};
  }
}

function aim(event) {
  const button = event.target.closest?.(".modebar-btn");
  const figure = button?.closest(".js-plotly-plot");
  const options = figure?._context?.toImageButtonOptions;
  const { format, shape } = { format: "svg", shape: "960x540", ...recall() };
  if (!options) return;
  const [width, height] = shape.split("x").map(Number);
  const [kind, scale] = format.split("@");
  Object.assign(options, { format: kind, width, height, scale: Number(scale ?? 1) });
}

if (!globalThis.ganCamera) document.addEventListener("click", aim, true);
globalThis.ganCamera = true;

export default function ({ parentElement, data: [text, choices] }) {
  parentElement.querySelector("label")?.remove();
  const label = document.createElement("label");
  label.append(`${text} `);
  for (const [name, title, options] of choices) {
    const select = document.createElement("select");
    select.setAttribute("aria-label", title);
    for (const [value, words] of options) select.append(new Option(words, value));
    select.value = recall()[name] ?? options[0][0];
    select.onchange = () => {
      try {
        sessionStorage.setItem(NAME, JSON.stringify({ ...recall(), [name]: select.value }));
      } catch {
        // then it stays SVG
      }
    };
    label.append(select, " ");
  }
  parentElement.append(label);
}
