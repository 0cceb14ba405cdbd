// How each class of result looks.  The shape says what may have acted on the value, the fill
// says low or not low, and hollow says it was not used: readable without colour.

import { el, svg } from "./dom.js";

const CIRCLE = "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z";
const DOWN = "M0 6.5-6.4-5.2H6.4z";
const UP = "M0-6.5 6.4 5.2H-6.4z";
const DIAMOND = "M0-7 7 0 0 7-7 0z";
const SQUARE = "M-5-5H5V5H-5z";
const CROSS = "M-4.2-4.2 4.2 4.2M4.2-4.2-4.2 4.2";

export const CLASSES = {
  "low-unexplained": { shape: CIRCLE, kind: "low", words: "Low, no cause seen" },
  "low-suppressed": { shape: DOWN, kind: "low", words: "Low, on an antiresorptive" },
  "low-explained": { shape: DIAMOND, kind: "low", words: "Low, possible cause" },
  "low-acute": { shape: SQUARE, kind: "low", words: "Low, acute illness" },
  normal: { shape: CIRCLE, kind: "normal", words: "Not low" },
  "normal-masked": { shape: UP, kind: "normal", words: "Not low, may be raised" },
  "normal-acute": { shape: SQUARE, kind: "normal", words: "Not low, acute illness" },
  invalid: { shape: CIRCLE, kind: "unused", words: "Not usable" },
};
export const EFFECTS = {
  suppresses: "lowers ALP (suppresses)",
  masks: "may raise ALP (masks)",
  explains: "may explain a low ALP",
  invalidates: "makes ALP unusable",
  none: "no effect on ALP",
};

const lookOf = (code) => CLASSES[code] ?? CLASSES.invalid;

export const isLow = (code) => lookOf(code).kind === "low";
export const isUnused = (code) => lookOf(code).kind === "unused";
export const effectOf = (effect) => (effect in EFFECTS ? effect : "none");

export function shape(code) {
  const look = lookOf(code);
  const body = svg("path", { class: `shape shape-${look.kind}`, d: look.shape });
  return look.kind === "unused" ? [body, svg("path", { class: "shape-cross", d: CROSS })] : body;
}

/** What the chart shows, and only that: marks, lines and bars, each with its words. */
export function legend({ results, unusedCount, hasLines, hasCeiling, effects }) {
  const codes = Object.keys(CLASSES).filter(
    (code) => code !== "invalid" && results.some((item) => item.class === code),
  );
  const marks = codes.map((code) => entry(key(shape(code)), CLASSES[code].words));
  const unused = unusedCount > 0 && entry(key(shape("invalid")), "Not used");
  const lines = hasLines && [
    entry(lineKey("limit"), "Lower limit"),
    entry(lineKey("very-low"), "Very low below this"),
  ];
  const ceiling = hasCeiling && entry(lineKey("ceiling"), "Clearly normal above this");
  const bars = effects.map((effect) => entry(barKey(effect), `Drug: ${EFFECTS[effect]}`));
  return el("ul", { class: "legend", "aria-label": "Legend" }, marks, unused, lines, ceiling, bars);
}

const entry = (picture, text) => el("li", {}, picture, text);
const key = (...content) =>
  svg("svg", { class: "key", viewBox: "-9 -9 18 18", "aria-hidden": "true" }, ...content);
const lineKey = (name) =>
  svg(
    "svg",
    { class: "key key-wide", viewBox: "0 -9 28 18", "aria-hidden": "true" },
    svg("path", { class: `line line-${name}`, d: "M1 0H27" }),
  );
const barKey = (effect) =>
  svg(
    "svg",
    { class: "key key-wide", viewBox: "0 -9 28 18", "aria-hidden": "true" },
    bar(effect, 1, -4, 26),
  );

/** A bar of an exposure, with strokes across it that differ by effect. */
export function bar(effect, x, y, width) {
  const height = 8;
  const body = svg("rect", { class: `bar bar-${effect}`, x, y, width, height, rx: 2 });
  return svg("g", {}, body, strokes(effect, x, y, width, height));
}

function strokes(effect, x, y, width, height) {
  const slope = { suppresses: 1, masks: -1, explains: 0 }[effect];
  if (slope === undefined) return null;
  const pieces = [];
  for (let at = x + 3; at < x + width - height; at += 7) pieces.push(stroke(at, y, height, slope));
  return svg("path", { class: `bar-strokes bar-strokes-${effect}`, d: pieces.join("") });
}

function stroke(at, y, height, slope) {
  if (slope === 0) return `M${at} ${y + height / 2}h2`;
  return slope > 0
    ? `M${at} ${y}l${height - 2} ${height}`
    : `M${at} ${y + height}l${height - 2} ${-height}`;
}
