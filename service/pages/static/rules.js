// The decision table as it was walked: the row that matched, the rows above it and what kept
// each from matching, the rows that missing data keeps open, and the rest folded away.

import { details, el, list, plural, words } from "./dom.js";
import { icon, indicatorTag } from "./icons.js";

const MANY = 8;

export function rulesView({ table }, labels) {
  const rows = list(table);
  const closed = rows.filter((row) => row.state === "closed");
  const rest = rows.filter((row) => row.state === "not-reached");
  const matched = rows
    .filter((row) => row.state === "matched")
    .map((row) => fullRow(row, labels, "present", "Matched"));
  const open = rows
    .filter((row) => row.state === "open")
    .map((row) => fullRow(row, labels, "unknown", "Open"));
  return [
    el("ul", { class: "rules" }, open, matched),
    closed.length
      ? details(
          `${plural(closed.length, "row")} above did not hold`,
          { open: closed.length <= MANY },
          rowList(closed, labels),
        )
      : null,
    rest.length
      ? details(
          `${plural(rest.length, "row")} below ${rest.length === 1 ? "was" : "were"} not reached`,
          {},
          rowList(rest, labels),
        )
      : null,
  ];
}

const rowList = (rows, labels) =>
  el(
    "ul",
    { class: "rules rules-short" },
    rows.map((row) => shortRow(row, labels)),
  );

function fullRow(row, labels, picture, word) {
  return el(
    "li",
    { class: `rule rule-${row.state}` },
    el(
      "p",
      { class: "rule-head" },
      icon(picture),
      el("strong", {}, `${word}: `),
      el("code", {}, row.id),
      ` ${words(row.verdict)} `,
      indicatorTag(row.indicator),
    ),
    el(
      "ul",
      { class: "conditions" },
      list(row.when).map((cell) => condition(cell, labels)),
    ),
    el("p", { class: "quiet" }, "Source: ", row.source),
  );
}

function condition(cell, labels) {
  const isSo = cell.state === cell.wanted;
  const mark = cell.state === "unknown" ? "unknown" : isSo ? "present" : "absent";
  const end = isSo
    ? `: ${cell.state}, as it has to be`
    : `: ${cell.state}, has to be ${cell.wanted}`;
  return el(
    "li",
    {},
    icon(mark),
    el("span", {}, labels.get(cell.finding) ?? cell.finding, el("span", { class: "quiet" }, end)),
  );
}

/** One line: the row's name, its answer, and the first things that kept it from holding. */
function shortRow(row, labels) {
  const failed = list(row.when).filter((cell) => cell.state !== cell.wanted);
  const because = failed
    .map((cell) => `${labels.get(cell.finding) ?? cell.finding} is ${cell.state}`)
    .join("; ");
  const title = el("span", {}, el("code", {}, row.id), ` ${words(row.verdict)}`);
  return el(
    "li",
    { class: "rule-short" },
    title,
    el("span", { class: "quiet" }, row.state === "closed" ? because : ""),
  );
}
