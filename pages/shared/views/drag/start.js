// The door: Streamlit hands over what Python says; a picture stays as long as its element does.

import { Densities } from "./densities.js";
import { Lines } from "./lines.js";
import { Plane } from "./plane.js";

const PICTURES = { densities: Densities, lines: Lines, plane: Plane };

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = JSON.parse(data[0]);
  const old = parentElement.querySelector(".gan-drag");
  const picture = old?.picture ?? new PICTURES[frame.kind](parentElement, frame);
  picture.root.picture = picture;
  picture.show(frame, setTriggerValue);
}
