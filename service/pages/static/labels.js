// The words on the chart: values beside marks, names of lines and of drugs, none over another.

import { number } from "./axes.js";
import { svg } from "./dom.js";
import { isLow } from "./marks.js";
import { barPlace, LEFT, round, WIDE } from "./plan.js";
import { isNumber } from "./wording.js";

const MANY = 12;

/** Values beside their marks, the newest first, each only where nothing else stands. */
export function valueLabels(plan) {
  const marks = plan.results.map((item) => ({
    x: plan.x(item.at),
    y: plan.y(Math.min(item.uPerL, plan.ticks.at(-1))),
  }));
  const taken = marks.map(({ x, y }) => ({ left: x - 7, right: x + 7, top: y - 7, bottom: y + 7 }));
  const wanted = worthALabel(plan);
  const labels = plan.results
    .map((item, index) => ({ item, ...marks[index] }))
    .reverse()
    .filter(({ item }) => wanted(item))
    .map((one) => valueLabel(one, taken, plan));
  return svg("g", { "aria-hidden": "true" }, labels);
}

/** All of a short history; of a long one the newest, the extremes, and what an arrow points from. */
function worthALabel({ results, ticks }) {
  if (results.length <= MANY) return () => true;
  const values = results.map((item) => item.uPerL);
  const extremes = [Math.min(...values), Math.max(...values)];
  return (item) =>
    item === results.at(-1) || extremes.includes(item.uPerL) || Boolean(beyond(item, ticks.at(-1)));
}

function valueLabel({ item, x, y }, taken, plan) {
  const text = `${item.comparator ?? ""}${number(item.uPerL)}`;
  const side = beyond(item, plan.ticks.at(-1));
  const below = y + (side === "below" ? 31 : 21);
  const above = y - (side === "above" ? 21 : 11);
  const sides = isLow(item.class) ? [below, above] : [above, below];
  const half = text.length * 3.7 + 1;
  const boxes = sides.map((base) => ({
    base,
    left: x - half,
    right: x + half,
    top: base - 10,
    bottom: base + 1,
  }));
  const free = boxes.find(
    (box) =>
      box.bottom < plan.bottom && box.top > 2 && !taken.some((other) => overlaps(box, other)),
  );
  if (!free) return null;
  taken.push(free);
  return svg(
    "text",
    { class: "value", x: round(x), y: round(free.base), "text-anchor": "middle" },
    text,
  );
}

const overlaps = (a, b) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

export function beyond(item, top) {
  if (String(item.comparator ?? "").startsWith("<")) return "below";
  return String(item.comparator ?? "").startsWith(">") || item.uPerL > top ? "above" : null;
}

/** The lines' names at the right end, moved apart where the lines are close. */
export function lineLabels(plan) {
  const last = plan.steps.at(-1);
  if (!last || plan.width < WIDE) return null;
  const named = [
    ["ceiling", "clear >"],
    ["limit", "limit "],
    ["veryLow", "very low <"],
  ].filter(([name]) => isNumber(last[name]));
  let above = -Infinity;
  const texts = named.map(([name, word]) => {
    above = Math.max(plan.y(last[name]) + 4, above + 14);
    return svg(
      "text",
      { class: `line-name line-name-${name}`, x: plan.width - plan.right + 6, y: round(above) },
      `${word}${number(last[name])}`,
    );
  });
  return svg("g", { "aria-hidden": "true" }, texts);
}

export function exposureLabels(plan) {
  return svg(
    "g",
    { "aria-hidden": "true" },
    plan.lanes.map((drug) => {
      const first = plan.exposures
        .filter((item) => item.drug === drug)
        .map((item) => barPlace(item, plan))
        .sort((a, b) => a[0] - b[0])[0];
      const room = plan.width - first[0] - 8;
      const fits = drug.length * 6.6 <= room;
      return svg(
        "text",
        {
          class: "lane-name",
          x: fits ? first[0] : plan.width - 6,
          y: first[2] - 5,
          "text-anchor": fits ? "start" : "end",
        },
        short(drug, plan.width),
      );
    }),
  );
}

function short(text, width) {
  const most = Math.floor((width - LEFT) / 7);
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
