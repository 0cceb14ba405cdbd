// The page as a whole: ask the service, show its answer, say what is going on.

import { showAbout } from "./about.js";
import { cardsView, storyText } from "./cards.js";
import { byId, el, link, list, replace, words } from "./dom.js";
import { icon } from "./icons.js";
import { edit, markChosen, preparePaste, showStories } from "./picker.js";
import { copyButton, curlLine, rawView } from "./raw.js";
import { reasoningView } from "./reasoning.js";

let running = new AbortController();

async function ask(path, options) {
  const answer = await fetch(`page/api/${path}`, { cache: "no-store", ...options });
  const body = await answer.json().catch(() => null);
  if (!answer.ok || body === null)
    throw new Error(faultOf(body) || `The service answered ${answer.status}.`);
  return body;
}

// Our own routes say `error`; anything that failed further out says it as an OperationOutcome.
const faultOf = (body) =>
  body?.error ||
  list(body?.issue)
    .map((issue) => issue.diagnostics)
    .filter(Boolean)
    .join(" ");

const explain = (asked, signal) =>
  ask("explain", {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      service: asked.service,
      today: asked.today,
      raw: asked.raw ?? JSON.stringify(asked.request),
    }),
  });

/** One evaluation at a time: a newer choice ends the one before it. */
async function run(title, work) {
  running.abort();
  running = new AbortController();
  const { signal } = running;
  byId("about").open = false;
  show(loading(title));
  try {
    await work(signal);
  } catch (fault) {
    if (!signal.aborted) show(failed(fault));
  }
}

function chooseStory(id) {
  history.replaceState(null, "", `#${encodeURIComponent(id)}`);
  return run("the story", async (signal) => {
    const story = await ask(`stories/${encodeURIComponent(id)}`, { signal });
    const asked = { service: story.service, today: story.today, request: story.request };
    const answer = await explain(asked, signal);
    showAnswer(story.title, story.readmeHtml, asked, answer, story.links);
  });
}

function evaluatePasted(asked) {
  history.replaceState(null, "", location.pathname);
  markChosen(null);
  return run("the request", async (signal) => {
    const links = { curl: curlLine(asked) };
    showAnswer("Pasted request", "", asked, await explain(asked, signal), links);
    byId("answer").focus();
  });
}

function showAnswer(title, readmeHtml, asked, answer, links = {}) {
  const heading = el(
    "div",
    { class: "answer-head" },
    el("h2", {}, title),
    el("p", { class: "quiet" }, askedWords(asked)),
    readmeHtml && storyText(readmeHtml),
    tryView(links),
  );
  const ehr = el(
    "section",
    { class: "panel ehr", "aria-labelledby": "ehr-title" },
    el("h2", { id: "ehr-title" }, "What the clinician sees"),
    el("div", { class: "cards" }, cardsView(answer)),
  );
  const why = el(
    "section",
    { class: "panel why", "aria-labelledby": "why-title" },
    el("h2", { id: "why-title" }, "Why"),
    reasoningView(answer.explanation, answer.status),
  );
  show(
    heading,
    el("div", { class: "pair" }, ehr, why),
    rawView(asked, answer, () => edit(asked)),
  );
  replace(byId("news"), newsOf(answer));
}

/** The same from a terminal; a story in the public sandbox, too, on the demo record. */
function tryView({ sandbox, curl }) {
  if (!curl) return null;
  return el(
    "p",
    { class: "try" },
    sandbox && link("Open in the public CDS Hooks Sandbox", sandbox),
    sandbox && copyButton(sandbox, "Copy its link"),
    copyButton(curl, "Copy the curl line"),
  );
}

const askedWords = ({ service, today }) => [
  el("code", {}, service),
  today ? `, judged as of ${today}` : ", judged as of today",
];

function newsOf({ status, response, explanation }) {
  if (status !== 200) return `Refused with HTTP ${status}.`;
  const count = list(response?.cards).length;
  const said =
    explanation?.verdictLabel ?? words(response?.extension?.["org.hpp-cds.evaluation"]?.verdict);
  return `Evaluated: ${said}. ${count ? `${count} card${count > 1 ? "s" : ""} shown.` : "No card."}`;
}

function show(...parts) {
  replace(byId("answer-body"), ...parts);
}

function loading(what) {
  replace(byId("news"), `Evaluating ${what}`);
  return el(
    "div",
    { class: "panel state", "aria-busy": "true" },
    el("span", { class: "spinner", "aria-hidden": "true" }),
    el("p", {}, `Evaluating ${what}…`),
  );
}

function failed(fault) {
  const text =
    fault instanceof TypeError
      ? "The service cannot be reached. Is it still running?"
      : fault.message;
  return el(
    "div",
    { class: "panel state", role: "alert" },
    icon("critical"),
    el("div", {}, el("h2", {}, "No answer"), el("p", {}, text)),
  );
}

function empty() {
  return el(
    "div",
    { class: "panel state state-empty" },
    el("h2", {}, "Choose a story"),
    el(
      "p",
      {},
      "Each story is a made-up patient for whom an order is about to be signed. Choose one to see the card a clinician would get, and every step that led to it.",
    ),
    el(
      "p",
      { class: "quiet" },
      "Or paste a CDS Hooks request of your own test system. Nothing on this page is stored.",
    ),
  );
}

async function start() {
  show(empty());
  await Promise.all([startInfo(), startStories()]);
}

async function startInfo() {
  try {
    const info = await ask("info");
    showAbout(info);
    preparePaste(info.services, evaluatePasted, () => show(empty()));
  } catch (fault) {
    replace(byId("about-body"), failed(fault));
  }
}

async function startStories() {
  try {
    const stories = list(await ask("stories"));
    showStories(stories, chooseStory);
    openNamed(stories);
  } catch (fault) {
    replace(byId("stories"), failed(fault));
  }
}

// The address names the story, so that it can be reloaded and passed on; else the main warning.
function openNamed(stories) {
  const named = stories.find((story) => `#${encodeURIComponent(story.id)}` === location.hash);
  const opened = named ?? stories.find((story) => story.isMain);
  if (!opened) return;
  markChosen(opened.id);
  chooseStory(opened.id);
}

start();
