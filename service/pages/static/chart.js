// The ALP history as a picture: values over time against the limit of each day, what was not
// used, and the drugs that may have acted on the values.

import { time } from "./axes.js";
import { course, grid, limitLines, todayLine, zones } from "./backdrop.js";
import { el, replace, svg } from "./dom.js";
import { beyond, exposureLabels, lineLabels, valueLabels } from "./labels.js";
import { bar, effectOf, shape } from "./marks.js";
import { barPlace, makePlan, round, UNUSED_LANE } from "./plan.js";
import { rove, tooltipFor } from "./tooltip.js";
import { excludedLines, exposureLines, resultLines } from "./wording.js";

/** A frame that draws the chart anew whenever its width changes, so that text keeps its size. */
export function chartFrame(explanation) {
  const frame = el("div", { class: "chart" });
  let width = 0;
  const watcher = new ResizeObserver(([entry]) => {
    const now = Math.floor(entry.contentRect.width);
    if (!now || now === width) return;
    width = now;
    draw(frame, explanation, width);
  });
  watcher.observe(frame);
  return frame;
}

function draw(frame, explanation, width) {
  const focused = Array.from(frame.querySelectorAll(".mark")).indexOf(document.activeElement);
  const plan = makePlan(explanation, width);
  const marks = [...resultMarks(plan), ...unusedMarks(plan), ...exposureMarks(plan)];
  const picture = svg(
    "svg",
    {
      class: "chart-svg",
      width,
      height: plan.height,
      viewBox: `0 0 ${width} ${plan.height}`,
      role: "group",
      "aria-label": describe(plan, marks.length),
    },
    zones(plan),
    grid(plan),
    limitLines(plan),
    course(plan),
    todayLine(plan),
    exposureLabels(plan),
    marks.map((mark) => mark.node),
    valueLabels(plan),
    lineLabels(plan),
  );
  replace(frame, picture);
  rove(marks, tooltipFor(frame));
  if (focused >= 0) marks[focused]?.node.focus();
}

function describe({ results, unused, exposures }, count) {
  const counts = [results.length, unused.length, exposures.length];
  const what = `${counts[0]} results, ${counts[1]} not used, ${counts[2]} drug exposures`;
  return `ALP over time: ${what}. ${count ? "Use the arrow keys to go through them." : ""}`;
}

function resultMarks(plan) {
  const top = plan.ticks.at(-1);
  return plan.results.map((item) => {
    const lines = resultLines(item);
    const at = `translate(${round(plan.x(item.at))} ${round(plan.y(Math.min(item.uPerL, top)))})`;
    return { lines, node: markNode(at, lines, shape(item.class), pointer(item, top)) };
  });
}

// An arrow where the true value lies beyond the mark: "<20", ">200", or above the axis.
function pointer(item, top) {
  const side = beyond(item, top);
  return (
    side &&
    svg("path", {
      class: "pointer",
      d: side === "below" ? "M0 8v9m-3.5-3.5L0 17l3.5-3.5" : "M0-8v-9m-3.5 3.5L0-17l3.5 3.5",
    })
  );
}

function unusedMarks(plan) {
  return plan.unused.map((item) => {
    const lines = excludedLines(item);
    const at = `translate(${round(plan.x(item.at))} ${plan.bottom + UNUSED_LANE / 2})`;
    return { lines, node: markNode(at, lines, shape("invalid")) };
  });
}

function markNode(transform, lines, ...picture) {
  return svg(
    "g",
    { class: "mark", transform, ...spoken(lines) },
    svg("circle", { class: "mark-reach", r: 12 }),
    svg("circle", { class: "mark-ring", r: 11 }),
    picture,
  );
}

function exposureMarks(plan) {
  return plan.exposures.map((item) => {
    const lines = exposureLines(item);
    const place = barPlace(item, plan);
    const attributes = { class: item.start ? "mark" : "mark mark-vague", ...spoken(lines) };
    return {
      lines,
      node: svg("g", attributes, barPicture(item, place), ends(item, plan, ...place)),
    };
  });
}

function barPicture(item, [from, to, y]) {
  const width = to - from + 8;
  const reach = {
    class: "mark-reach",
    x: from - 4,
    y: y - 16,
    width: Math.max(24, width),
    height: 28,
  };
  const ring = { class: "mark-ring", x: from - 4, y: y - 4, width, height: 16, rx: 4 };
  return [svg("rect", reach), svg("rect", ring), bar(effectOf(item.effect), from, y, to - from)];
}

// An arrow head where the exposure goes on beyond what is drawn.
function ends(item, plan, from, to, y) {
  const earlier =
    (time(item.start) ?? -Infinity) < plan.domain[0] &&
    svg("path", { class: "bar-end", d: `M${from - 1} ${y - 1}l-6 5 6 5z` });
  const goesOn =
    !item.end &&
    item.ongoing &&
    svg("path", { class: "bar-end", d: `M${to + 1} ${y - 1}l6 5-6 5z` });
  return [earlier, goesOn];
}

const spoken = (lines) => ({ role: "img", "aria-label": lines.join(". ") });
