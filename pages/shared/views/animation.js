// An animated figure begins by itself, once, and ends with its chart.
//
// Plotly draws a chart anew while it plays (`react`), forgets the loop that plays it and keeps the loop going: Pause then
// ends another one, and a chart that leaves the page throws at every frame. So all loops but the last are ended here, and
// the last one too when the chart goes. Of a chart that grew while it played, axes were left empty: so it begins once it
// has its size.

const heard = new WeakSet(); // charts
const begun = new WeakSet(); // places on the page

export default function ({ data, parentElement }) {
  const [key, begins] = data;
  parentElement.loops ??= new Set();
  const { loops } = parentElement;
  const end = (loop) => {
    cancelAnimationFrame(loop._animationRaf);
    loop._animationRaf = null;
    loops.delete(loop);
  };
  const listen = (chart) => {
    if (heard.has(chart)) return;
    heard.add(chart);
    const alone = () => [...loops].filter((loop) => loop !== chart._transitionData).forEach(end);
    chart.on("plotly_buttonclicked", alone); // Pause begins none
    chart.on("plotly_animating", () => {
      const loop = chart._transitionData;
      alone();
      loops.add(loop);
      for (const frame of loop._frameQueue) frame.onInterrupt = null; // a rejection that nobody catches
    });
  };
  const press = (chart) => {
    if (!begins || begun.has(parentElement) || matchMedia("(prefers-reduced-motion: reduce)").matches) return true;
    const button = chart.querySelector(".updatemenu-button");
    if (button) begun.add(parentElement);
    button?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return button !== null;
  };
  let was = 0;
  const look = (tries) => {
    const chart = document.querySelector(`.st-key-chart-${key} .js-plotly-plot`);
    if (chart?.on) listen(chart);
    const high = chart?.clientHeight ?? 0;
    const done = chart?.on && high === was && press(chart);
    was = high;
    if (!done && tries && parentElement.isConnected) setTimeout(look, 250, tries - 1);
  };
  look(40);
  return () => [...loops].forEach(end);
}
