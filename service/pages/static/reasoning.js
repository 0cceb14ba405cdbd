// Why this answer: the verdict, the ALP history, the findings, the table, what was not seen.

import { rulesView } from "./rules.js";
import { details, el, list, plural, words } from "./dom.js";
import { historyView } from "./history.js";
import { icon, indicatorTag } from "./icons.js";

const FEW = 2;
const RECORD_WORDS = {
  complete: "all that matters was seen",
  partial: "partly seen",
  unavailable: "could not be seen",
  "not-applicable": "not looked at",
};
const STATE_WORDS = { present: "Present", unknown: "Unknown", absent: "Absent" };

export function reasoningView(explanation, status = 200) {
  if (!explanation)
    return el(
      "p",
      { class: "quiet" },
      status === 200
        ? "No drug of interest was ordered, so there was nothing to judge and no reasoning to show."
        : "The request was refused before anything was judged, so there is no reasoning to show.",
    );
  const labels = new Map(
    list(explanation.findings).map((finding) => [finding.code, finding.label]),
  );
  return [
    verdict(explanation),
    block("ALP over time", historyView(explanation)),
    block("What was not seen", unseen(explanation)),
    block("What would change the answer", changes(explanation)),
    block("Findings", findings(explanation)),
    block("Decision table, first match wins", rulesView(explanation, labels)),
  ];
}

const block = (title, body) => el("section", { class: "block" }, el("h3", {}, title), body);

function verdict(explanation) {
  const { age, sex, child } = explanation.patient ?? {};
  const person = [age, sex, child && "judged as a child"].filter(Boolean).join(", ");
  const facts = [
    ["Patient", person || "age and sex not known"],
    ["Judged on", explanation.today],
    ["Rule", el("code", {}, explanation.row)],
    ["Record", RECORD_WORDS[explanation.status] ?? words(explanation.status)],
    ["Ordered", list(explanation.drafts).map(draftWords).join("; ") || "nothing of interest"],
  ];
  return el(
    "div",
    { class: "verdict" },
    el(
      "p",
      { class: "verdict-line" },
      indicatorTag(explanation.indicator),
      el("strong", {}, explanation.verdictLabel),
    ),
    list(explanation.modifiers).map((item) => el("p", { class: "notice" }, item.label)),
    el(
      "dl",
      { class: "facts" },
      facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))),
    ),
  );
}

const draftWords = (draft) => `${draft.drug}${draft.byName ? " (recognised by name)" : ""}`;

function unseen({ gaps, openRows, status }) {
  if (status === "not-applicable")
    return el(
      "p",
      { class: "quiet" },
      "Nothing was looked at, because no drug of interest is ordered.",
    );
  const calm = el(
    "p",
    { class: "calm" },
    icon("present"),
    list(gaps).length
      ? "None of it could lead to a more urgent answer."
      : "Everything that was asked for was seen.",
  );
  return [gapList(list(gaps)), list(openRows).length ? null : calm];
}

function gapList(gaps) {
  const items = gaps.map((gap) =>
    el("li", {}, gap.label, gap.count ? ` (${gap.count})` : null, places(gap.where)),
  );
  return items.length ? el("ul", { class: "plain" }, items) : null;
}

function places(where) {
  const all = list(where);
  return all.length
    ? el(
        "span",
        { class: "quiet block" },
        all.slice(0, FEW).join(", "),
        all.length > FEW ? ` and ${all.length - FEW} more` : null,
      )
    : null;
}

function changes(explanation) {
  const items = list(explanation.changes).map((text) => el("li", {}, text));
  return items.length
    ? el("ul", { class: "plain" }, items)
    : el("p", { class: "quiet" }, "Nothing is named.");
}

function findings(explanation) {
  const of = (state) => list(explanation.findings).filter((finding) => finding.state === state);
  const absent = of("absent");
  return [
    group("present", of("present")),
    group("unknown", of("unknown")),
    absent.length
      ? details(`Absent: ${plural(absent.length, "finding")}`, {}, findingList(absent))
      : null,
  ];
}

function group(state, items) {
  if (!items.length) return null;
  return [
    el("h4", { class: "group" }, `${STATE_WORDS[state]} (${items.length})`),
    findingList(items),
  ];
}

const findingList = (items) => el("ul", { class: "findings" }, items.map(findingView));

function findingView(finding) {
  const label = finding.label.charAt(0).toUpperCase() + finding.label.slice(1);
  const state = STATE_WORDS[finding.state] ?? finding.state;
  return el(
    "li",
    { class: `finding finding-${finding.state}` },
    icon(finding.state),
    el(
      "div",
      {},
      el("span", { class: "hidden" }, `${state}: `),
      label,
      missing(finding),
      evidence(list(finding.evidence)),
    ),
  );
}

function missing(finding) {
  if (finding.state !== "unknown") return null;
  const seen = finding.seen ? "Seen so far, but" : "Not seen so far;";
  return el(
    "span",
    { class: "quiet block" },
    `${seen} ${list(finding.missing).join(", ")} could turn it round.`,
  );
}

function evidence(items) {
  if (!items.length) return null;
  const lines = items.map(evidenceView);
  const shown = el("ul", { class: "evidence" }, lines.slice(0, FEW));
  const rest = lines.slice(FEW);
  return rest.length
    ? [
        shown,
        details(
          `${rest.length} more`,
          { className: "fold fold-small" },
          el("ul", { class: "evidence" }, rest),
        ),
      ]
    : shown;
}

function evidenceView(item) {
  const text = [item.date ?? "undated", item.what, item.shown].filter(Boolean).join(" · ");
  return el("li", {}, text, " ", el("code", { class: "reference" }, item.reference));
}
