// The cards as an EHR would draw them.  The buttons answer, but send nothing anywhere.

import { details, el, link, list, plural, replace, webAddress } from "./dom.js";
import { icon, indicatorTag } from "./icons.js";
import { rendered } from "./markdown.js";

const SHOWN_SUGGESTIONS = 5;
const SILENT = {
  complete:
    "The record was looked through and no card is due, so the order goes on without an interruption. That is not an all-clear: see why.",
  "not-applicable": "No drug of interest is among the drafts, so the clinician is not interrupted.",
};

export function cardsView({ status, response, details: rendering }) {
  if (status !== 200) return refusal(status, response);
  const cards = list(response?.cards);
  if (!cards.length) return silence(response);
  return cards.map((card, index) => cardView(card, rendering?.[index]));
}

function silence(response) {
  const status = response?.extension?.["org.hpp-cds.evaluation"]?.status;
  const text = SILENT[status] ?? "The service sent no card.";
  return el(
    "div",
    { class: "silence" },
    icon("none"),
    el("div", {}, el("h3", {}, "No card"), el("p", {}, text)),
  );
}

function refusal(status, outcome) {
  const issues = list(outcome?.issue);
  const said = issues.length ? issues.map(issueView) : el("p", {}, "The service gave no reason.");
  const title = el("h3", {}, `The service refused the request (HTTP ${status})`);
  return el(
    "div",
    { class: "refusal", role: "alert" },
    icon("critical"),
    el("div", {}, title, said),
  );
}

function issueView(issue) {
  const text = issue.diagnostics || issue.details?.text || "No diagnostics were given.";
  const place = list(issue.expression).join(", ");
  const code = [issue.severity, issue.code].filter(Boolean).join(": ");
  return el(
    "p",
    {},
    text,
    el("span", { class: "quiet block" }, place ? `${code} (${place})` : code),
  );
}

function cardView(card, detailHtml) {
  const said = el("p", { class: "said", role: "status" });
  const say = (text) => replace(said, text);
  const title = el("h3", { class: "card-summary" }, card.summary);
  return el(
    "article",
    { class: `card card-${known(card.indicator)}` },
    el("header", { class: "card-head" }, indicatorTag(card.indicator), title),
    detailHtml && rendered(detailHtml, "card-detail"),
    source(card.source),
    suggestions(card, say),
    links(card.links),
    override(card.overrideReasons, say),
    said,
  );
}

const known = (indicator) =>
  ["critical", "warning", "info"].includes(indicator) ? indicator : "none";

function source(value) {
  if (!value?.label) return null;
  const topic = value.topic?.display || value.topic?.code;
  return el(
    "p",
    { class: "card-source" },
    "Source: ",
    link(value.label, value.url),
    topic && el("span", { class: "quiet" }, ` · ${topic}`),
  );
}

function suggestions(card, say) {
  const all = list(card.suggestions);
  if (!all.length) return null;
  const buttons = all.map((suggestion) => suggestionButton(suggestion, card, say));
  const items = buttons.map((button) => el("li", {}, button));
  const extra = items.slice(SHOWN_SUGGESTIONS);
  return part(
    "Suggestions",
    el("ul", { class: "suggestions" }, items),
    extra.length > 1 && moreButton(extra),
  );
}

function suggestionButton(suggestion, card, say) {
  const badge = suggestion.isRecommended && el("span", { class: "badge" }, "Recommended");
  const button = el(
    "button",
    { type: "button", class: "button suggestion", "aria-pressed": "false" },
    el("span", {}, suggestion.label),
    badge,
  );
  button.addEventListener("click", () => accept(button, suggestion, card, say));
  return button;
}

function accept(button, suggestion, card, say) {
  const pressed = button.getAttribute("aria-pressed") !== "true";
  if (pressed && card.selectionBehavior !== "any") release(button);
  button.setAttribute("aria-pressed", String(pressed));
  const acts = list(suggestion.actions)
    .map((action) => action.description || action.type)
    .join("; ");
  say(
    pressed
      ? `Accepted. An EHR would now do this: ${acts || "nothing"}. Nothing is sent from this page.`
      : "Taken back.",
  );
}

// `at-most-one`: choosing one lets go of the others.
function release(button) {
  for (const other of button.closest("ul").querySelectorAll("[aria-pressed=true]"))
    other.setAttribute("aria-pressed", "false");
}

function moreButton(extra) {
  const show = (open) =>
    extra.forEach((node) => {
      node.hidden = !open;
    });
  const label = (open) => (open ? "Show fewer" : `Show ${plural(extra.length, "more suggestion")}`);
  const button = el(
    "button",
    { type: "button", class: "button button-quiet", "aria-expanded": "false" },
    label(false),
  );
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    replace(button, label(open));
    show(open);
  });
  show(false);
  return button;
}

function links(all) {
  const items = list(all).map((item) => el("li", {}, linkView(item)));
  return items.length ? part("Links", el("ul", { class: "links" }, items)) : null;
}

// A SMART link needs a launch by the EHR, so it is named and not opened.
function linkView(item) {
  if (item.type === "smart")
    return [
      el("span", {}, item.label),
      el("span", { class: "quiet" }, " (SMART app, opened by the EHR)"),
    ];
  const host = webAddress(item.url) ? new URL(item.url).host : "no web address";
  return [link(item.label, item.url), el("span", { class: "quiet" }, ` (${host})`)];
}

let overrides = 0;

function override(reasons, say) {
  const all = list(reasons);
  if (!all.length) return null;
  const id = `override-${(overrides += 1)}`;
  const options = all.map((reason) =>
    el("option", { value: reason.code }, reason.display || reason.code),
  );
  const menu = el("select", { id }, el("option", { value: "" }, "Choose a reason…"), options);
  const button = el(
    "button",
    { type: "button", class: "button", click: () => overrideWith(menu, say) },
    "Override",
  );
  return el(
    "div",
    { class: "override" },
    el("label", { for: id }, "Go on without following this card"),
    el("div", { class: "override-row" }, menu, button),
  );
}

function overrideWith(menu, say) {
  if (menu.value)
    return say(
      `Overridden. An EHR would send this as feedback: ${menu.selectedOptions[0].textContent}. Nothing is sent from this page.`,
    );
  say("Choose a reason first.");
  menu.focus();
}

const part = (title, ...body) =>
  el("section", { class: "card-part" }, el("h4", {}, title), ...body);

export const storyText = (html) =>
  details(el("h3", {}, "The story"), { className: "fold story-read" }, rendered(html, "prose"));
