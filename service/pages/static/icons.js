// Small pictures beside words.  Each has its own outline, so that colour is never alone.

import { el, svg } from "./dom.js";

const OUTLINES = {
  critical: "M7 2h10l5 5v10l-5 5H7l-5-5V7z",
  warning: "M12 2.5 23 21.5H1z",
  info: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
  none: "M4 4h16v16H4z",
  present: "M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20z",
  absent: "M4 4h16v16H4z",
  unknown: "M12 1 23 12 12 23 1 12z",
};
const SIGNS = {
  critical: "M12 6.5v7M12 16.6v1",
  warning: "M12 9v6M12 17.4v1",
  info: "M12 11v6.4M12 6.8v1",
  none: "M8 12h8",
  present: "M7.5 12.4l3 3 6-6.4",
  absent: "M8 12h8",
  unknown: "M9.6 9.6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2.9-1.2 2M12 16.4v1",
};
export const INDICATOR_WORDS = {
  critical: "Critical",
  warning: "Warning",
  info: "Information",
  none: "No card",
};

export function icon(name) {
  const known = name in OUTLINES ? name : "none";
  const outline = svg("path", { class: "icon-outline", d: OUTLINES[known] });
  const sign = svg("path", { class: "icon-sign", d: SIGNS[known] });
  return svg(
    "svg",
    { class: `icon icon-${known}`, viewBox: "0 0 24 24", "aria-hidden": "true" },
    outline,
    sign,
  );
}

/** Icon and word together: what a card's urgency looks like everywhere on the page. */
export function indicatorTag(indicator) {
  const known = indicator in INDICATOR_WORDS ? indicator : "none";
  return el("span", { class: `tag tag-${known}` }, icon(known), INDICATOR_WORDS[known]);
}
