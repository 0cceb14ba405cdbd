// What lies behind the marks: the zones under the limits, the lines, the axes.

import { number, timeTicks } from "./axes.js";
import { svg } from "./dom.js";
import { isUnused } from "./marks.js";
import { LEFT, round, TOP, UNUSED_LANE, WIDE } from "./plan.js";
import { isNumber } from "./wording.js";

export function zones(plan) {
  // Whole pixels from side to side, so that no seam shows where two steps meet.
  const edge = (at) => Math.round(plan.x(at));
  const zone = (step, name, className) =>
    svg("rect", {
      class: className,
      x: edge(step.from),
      width: edge(step.to) - edge(step.from),
      y: round(plan.y(step[name])),
      height: round(plan.bottom - plan.y(step[name])),
    });
  const area = (name, className) =>
    plan.steps.filter((step) => isNumber(step[name])).map((step) => zone(step, name, className));
  return svg(
    "g",
    { "shape-rendering": "crispEdges" },
    area("limit", "zone-low"),
    area("veryLow", "zone-very-low"),
  );
}

export function limitLines(plan) {
  const lines = [
    ["limit", "limit"],
    ["veryLow", "very-low"],
    ["ceiling", "ceiling"],
  ];
  return svg(
    "g",
    {},
    lines.map(([name, className]) =>
      svg("path", { class: `line line-${className}`, d: stepPath(plan, name) || null }),
    ),
  );
}

function stepPath({ steps, x, y }, name) {
  let pen = "M";
  return steps
    .map((step) => {
      if (!isNumber(step[name])) {
        pen = "M";
        return "";
      }
      const piece = `${pen}${round(x(step.from))} ${round(y(step[name]))}H${round(x(step.to))}`;
      pen = "L";
      return piece;
    })
    .join("");
}

// A faint line that leads the eye through the values that could be used.
export function course({ results, x, y, ticks }) {
  const used = results.filter((item) => !isUnused(item.class));
  const points = used.map(
    (item) => `${round(x(item.at))} ${round(y(Math.min(item.uPerL, ticks.at(-1))))}`,
  );
  return points.length > 1 && svg("path", { class: "course", d: `M${points.join("L")}` });
}

export function grid(plan) {
  const end = plan.width - plan.right;
  const across = plan.ticks.map((tick) => [
    svg("path", { class: tick ? "gridline" : "axis-line", d: `M${LEFT} ${plan.y(tick)}H${end}` }),
    svg(
      "text",
      { class: "tick", x: LEFT - 7, y: plan.y(tick) + 4, "text-anchor": "end" },
      number(tick),
    ),
  ]);
  const unit = svg("text", { class: "tick axis-name", x: 4, y: 12 }, "ALP, U/L");
  return svg(
    "g",
    { "aria-hidden": "true" },
    across,
    unit,
    timeAxis(plan, end),
    unusedName(plan, end),
  );
}

function timeAxis(plan, end) {
  const ticks = timeTicks(plan.domain, end - LEFT).map(({ at, label }) => [
    svg("path", { class: "tick-line", d: `M${round(plan.x(at))} ${plan.bottom}V${plan.axis + 5}` }),
    svg(
      "text",
      { class: "tick", x: round(plan.x(at)), y: plan.axis + 18, "text-anchor": "middle" },
      label,
    ),
  ]);
  return [svg("path", { class: "axis-line", d: `M${LEFT} ${plan.axis}H${end}` }), ticks];
}

function unusedName(plan, end) {
  if (!plan.unused.length) return null;
  const band = svg("rect", {
    class: "zone-unused",
    x: LEFT,
    y: plan.bottom,
    width: end - LEFT,
    height: UNUSED_LANE,
  });
  const name =
    plan.width >= WIDE &&
    svg("text", { class: "tick", x: end + 6, y: plan.bottom + 17 }, "not used");
  return [band, name];
}

export function todayLine(plan) {
  const at = round(plan.x(plan.todayAt));
  const line = svg("path", { class: "today", d: `M${at} ${TOP - 8}V${plan.axis}` });
  return svg(
    "g",
    { "aria-hidden": "true" },
    line,
    svg("text", { class: "tick", x: at, y: TOP - 13, "text-anchor": "end" }, "today"),
  );
}
