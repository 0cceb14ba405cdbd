// What is said of a result, an unused result and a drug: for the tooltip, the screen reader
// and the tables alike.

import { list } from "./dom.js";
import { number } from "./axes.js";
import { EFFECTS, effectOf } from "./marks.js";

export function valueWords(result) {
  if (result.uPerL === null || result.uPerL === undefined) return result.shown || "no value";
  const inUnits = `${result.comparator ?? ""}${number(result.uPerL)} U/L`;
  const written = result.shown && result.shown.replace(/\s/g, "") !== inUnits.replace(/\s/g, "");
  return written && !/U\/L$/.test(result.shown) ? `${result.shown} = ${inUnits}` : inUnits;
}

export const dayWords = (item) =>
  item.date ? `${item.date}${item.partialDate ? " (day unknown)" : ""}` : "without a date";

export const readingWords = (result) =>
  [result.classLabel, result.veryLow && "very low"].filter(Boolean).join("; ");

export const limitWords = (result) => (isNumber(result.limit) ? `${number(result.limit)} U/L` : "");

export function resultLines(result) {
  const limit = isNumber(result.limit) && `Lower limit ${limitWords(result)}: ${result.limitWhose}`;
  const reasons = list(result.reasons).join(", ");
  return [
    `${valueWords(result)}, ${dayWords(result)}`,
    readingWords(result),
    reasons && `Because of: ${reasons}`,
    limit,
  ].filter(Boolean);
}

export const excludedLines = (item) => [
  `${item.shown || "ALP"}, ${dayWords(item)}`,
  `Not used: ${item.reason}`,
];

export function exposureLines(exposure) {
  const named = exposure.byName && "Recognised by its name, not by a code";
  return [exposure.drug, EFFECTS[effectOf(exposure.effect)], periodWords(exposure), named].filter(
    Boolean,
  );
}

export function periodWords({ start, end, ongoing }) {
  const from = start ? `from ${start}` : "start not known";
  if (end) return `${from} to ${end}`;
  return ongoing ? `${from}, ongoing` : `${from}, end not known`;
}

export const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
