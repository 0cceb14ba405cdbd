// The ALP history: the chart, its legend, what was not used, and the same as tables.

import { chartFrame } from "./chart.js";
import { details, el, list, plural, table } from "./dom.js";
import { effectOf, isUnused, legend } from "./marks.js";
import {
  dayWords,
  isNumber,
  limitWords,
  periodWords,
  readingWords,
  valueWords,
} from "./wording.js";

export function historyView(explanation) {
  const results = list(explanation.results);
  const nothing =
    !results.length && !list(explanation.excluded).length && !list(explanation.exposures).length;
  if (nothing)
    return el("p", { class: "quiet" }, "No ALP result and no drug that matters was seen.");
  return [
    results.some((item) => item.date && isNumber(item.uPerL))
      ? null
      : el("p", { class: "quiet" }, "No ALP result could be placed on the chart."),
    chartFrame(explanation),
    legend(legendOf(explanation)),
    undated(results),
    notUsed(explanation),
    details("The same as tables", {}, resultTable(results), exposureTable(explanation.exposures)),
  ];
}

function legendOf({ results, excluded, exposures }) {
  const shown = list(results).filter((item) => item.date && isNumber(item.uPerL));
  return {
    results: shown,
    unusedCount:
      list(excluded).length + list(results).filter((item) => isUnused(item.class)).length,
    hasLines: shown.some((item) => isNumber(item.limit)),
    hasCeiling: shown.some((item) => isNumber(item.ceiling)),
    effects: [...new Set(list(exposures).map((item) => effectOf(item.effect)))],
  };
}

function undated(results) {
  const items = results
    .filter((item) => !item.date && !isUnused(item.class))
    .map((item) => `${valueWords(item)} (${readingWords(item)})`);
  return items.length
    ? el(
        "p",
        { class: "undated" },
        el("strong", {}, "Without a date, so not on the chart: "),
        items.join("; "),
      )
    : null;
}

/** Every result that did not count, with the reason, whether or not it fits on the chart. */
function notUsed({ results, excluded }) {
  const invalid = list(results)
    .filter((item) => isUnused(item.class))
    .map((item) => ({
      ...item,
      shown: valueWords(item),
      reason: list(item.reasons).join(", ") || item.classLabel,
    }));
  const all = [...invalid, ...list(excluded)].sort((a, b) =>
    String(b.date ?? "").localeCompare(String(a.date ?? "")),
  );
  if (!all.length) return null;
  const items = all.map((item) =>
    el(
      "li",
      {},
      el("strong", {}, item.shown || "ALP"),
      `, ${dayWords(item)}: ${item.reason} `,
      el("code", { class: "reference" }, item.reference),
    ),
  );
  return el(
    "div",
    { class: "not-used" },
    el("h4", {}, plural(all.length, "result not used", "results not used")),
    el("ul", {}, items),
  );
}

function resultTable(results) {
  const newestFirst = [...results].sort((a, b) =>
    String(b.date ?? "").localeCompare(String(a.date ?? "")),
  );
  return table(
    "ALP results",
    ["Date", "ALP", "Lower limit", "Reading", "Reference"],
    newestFirst.map(resultRow),
    "scroll scroll-wide",
  );
}

function resultRow(item) {
  const limit = [limitWords(item), limitWords(item) && item.limitWhose].filter(Boolean).join(", ");
  const reading = [readingWords(item), list(item.reasons).join(", ")].filter(Boolean).join(": ");
  return [
    el("span", { class: "whole" }, dayWords(item)),
    valueWords(item),
    limit,
    reading,
    el("code", { class: "reference" }, item.reference),
  ];
}

function exposureTable(exposures) {
  const all = list(exposures);
  if (!all.length) return null;
  const row = (item) => [
    item.drug,
    item.effect,
    periodWords(item),
    item.byName ? "by name" : "by code",
    el("code", { class: "reference" }, item.reference),
  ];
  return table(
    "Drugs that may act on ALP",
    ["Drug", "Effect", "When", "Recognised", "Reference"],
    all.map(row),
  );
}
