// Where everything on the chart lies, worked out once before anything is drawn.

import { linear, numberTicks, time, timeDomain, topOfAxis } from "./axes.js";
import { list } from "./dom.js";
import { isNumber } from "./wording.js";

const PLOT_HEIGHT = 230;
export const TOP = 26;
export const LEFT = 40;
export const LANE = 30;
export const UNUSED_LANE = 26;
export const WIDE = 520;

/** Everything about places, worked out once: scales, lanes and what lies where. */
export function makePlan(explanation, width) {
  const results = dated(explanation.results).filter((item) => isNumber(item.uPerL));
  const exposures = list(explanation.exposures);
  const todayAt = time(explanation.today) ?? Date.now();
  const domain = timeDomain(
    todayAt,
    results.map((item) => item.at),
    exposures.map((item) => time(item.start)).filter(isNumber),
  );
  const unused = unusedOf(explanation).filter(
    (item) => item.at >= domain[0] && item.at <= domain[1],
  );
  const right = width >= WIDE ? 108 : 14;
  const x = linear(domain, [LEFT, width - right]);
  return {
    ...vertical(results, unused, exposures),
    results,
    unused,
    exposures,
    todayAt,
    domain,
    x,
    right,
    width,
    steps: stepsOf(results, domain),
  };
}

function vertical(results, unused, exposures) {
  const limits = results.flatMap((item) => [item.limit, item.ceiling]).filter(isNumber);
  const ticks = numberTicks(
    topOfAxis(
      results.map((item) => item.uPerL),
      limits,
    ),
  );
  const bottom = TOP + PLOT_HEIGHT;
  const axis = bottom + (unused.length ? UNUSED_LANE : 0);
  const lanes = [...new Set(exposures.map((item) => item.drug))];
  const lanesTop = axis + 30;
  return {
    ticks,
    y: linear([0, ticks.at(-1)], [bottom, TOP]),
    bottom,
    axis,
    lanes,
    lanesTop,
    height: lanesTop + lanes.length * LANE + 4,
  };
}

const dated = (items) =>
  list(items)
    .map((item) => ({ ...item, at: time(item.date) }))
    .filter((item) => item.at !== null)
    .sort((a, b) => a.at - b.at);

/** Results without a usable number, and results that were set aside: they lie in their own lane. */
function unusedOf(explanation) {
  const noNumber = dated(explanation.results).filter((item) => !isNumber(item.uPerL));
  const worded = noNumber.map((item) => ({
    ...item,
    reason: list(item.reasons).join(", ") || item.classLabel,
  }));
  return [...worded, ...dated(explanation.excluded)].sort((a, b) => a.at - b.at);
}

/** Each result's limit holds half-way to its neighbours: a limit belongs to a result's day. */
function stepsOf(results, [from, to]) {
  const known = results.filter((item) => isNumber(item.limit));
  const middle = (index) => (known[index].at + known[index + 1].at) / 2;
  return known.map((item, index) => ({
    from: index ? middle(index - 1) : from,
    to: index < known.length - 1 ? middle(index) : to,
    limit: item.limit,
    veryLow: item.veryLowLimit,
    ceiling: item.ceiling,
  }));
}

/** Left and right end of an exposure's bar, and how far down its drug's lane is. */
export function barPlace(item, plan) {
  const start = time(item.start) ?? plan.domain[0];
  const end = time(item.end) ?? plan.todayAt;
  const inside = (at) => plan.x(Math.min(Math.max(at, plan.domain[0]), plan.domain[1]));
  const from = round(inside(start));
  const lane = plan.lanes.indexOf(item.drug);
  return [from, Math.max(from + 4, round(inside(end))), plan.lanesTop + lane * LANE + 16];
}

export const round = (value) => Math.round(value * 10) / 10;
