// Choosing what to evaluate: a story, or a pasted request.

import { byId, el, list, plural, replace, words } from "./dom.js";
import { icon, INDICATOR_WORDS } from "./icons.js";

const MANY = 6;

export function showStories(stories, onChoose) {
  if (!stories.length)
    return replace(
      byId("stories"),
      el("p", { class: "quiet" }, "No stories are installed. Paste a request below."),
    );
  const items = stories.map((story) => item(story, onChoose));
  const group = el(
    "fieldset",
    { class: "stories" },
    el("legend", { class: "hidden" }, "Choose a story"),
    groups(stories, items),
  );
  replace(byId("stories"), stories.length > MANY && filter(stories, items), group);
}

// The service lists the stories by urgency, those of one verdict together.
function groups(stories, items) {
  const found = new Map();
  stories.forEach((story, index) => {
    const name = story.verdictLabel ?? words(story.verdict || story.status);
    found.set(name, [...(found.get(name) ?? []), items[index]]);
  });
  return [...found].map(([name, members]) =>
    el(
      "div",
      { class: "story-group" },
      el("p", { class: "story-group-name" }, name, " ", el("span", {}, `(${members.length})`)),
      members,
    ),
  );
}

// Radio buttons: one stop for the tab key, arrows to move, and the browser does it all.
function item(story, onChoose) {
  const radio = el("input", {
    type: "radio",
    name: "story",
    value: story.id,
    change: () => onChoose(story.id),
  });
  const kind = story.indicator in INDICATOR_WORDS ? story.indicator : "none";
  const verdict = el(
    "span",
    { class: "story-verdict" },
    INDICATOR_WORDS[kind],
    ": ",
    words(story.verdict || story.status),
  );
  const text = el(
    "span",
    { class: "story-text" },
    el("span", { class: "story-title" }, story.title),
    verdict,
  );
  return el("label", { class: "story" }, radio, icon(kind), text);
}

function filter(stories, items) {
  const said = el("p", { class: "hidden", role: "status" });
  const field = el("input", {
    type: "search",
    id: "story-filter",
    placeholder: "Find a story",
    input: () => narrow(field.value, stories, items, said),
  });
  return [el("label", { class: "hidden", for: "story-filter" }, "Find a story"), field, said];
}

function narrow(text, stories, items, said) {
  const wanted = text.trim().toLowerCase();
  const fits = stories.map((story) =>
    `${story.title} ${story.verdict} ${story.id}`.toLowerCase().includes(wanted),
  );
  items.forEach((node, index) => {
    node.hidden = !fits[index];
  });
  for (const group of document.querySelectorAll(".story-group"))
    group.hidden = !group.querySelector(".story:not([hidden])");
  replace(said, plural(fits.filter(Boolean).length, "story", "stories"));
}

export function markChosen(id) {
  for (const radio of document.querySelectorAll("input[name=story]")) {
    radio.checked = radio.value === id;
    if (radio.checked) reveal(radio.closest("label"));
  }
}

// scrollIntoView would move the whole page as well.
function reveal(label) {
  const box = label.closest(".stories");
  box.scrollTop +=
    label.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
}

/** onFault: what was shown before does not stand beside a new fault. */
export function preparePaste(services, onSubmit, onFault) {
  replace(
    byId("paste-service"),
    list(services).map((service) =>
      el("option", { value: service.id }, `${service.id} (${service.hook})`),
    ),
  );
  byId("paste-request").addEventListener("input", () => chooseService(list(services)));
  byId("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    submit(list(services), onSubmit, onFault);
  });
}

// The hook that was pasted names its service; another may still be chosen afterwards.
function chooseService(services) {
  const [request] = parse(byId("paste-request").value);
  const named = services.find((service) => service.hook === request?.hook);
  if (named) byId("paste-service").value = named.id;
}

function submit(services, onSubmit, onFault) {
  const field = byId("paste-request");
  const [request, fault] = parse(field.value);
  replace(byId("paste-error"), fault);
  field.setAttribute("aria-invalid", String(Boolean(fault)));
  if (fault) {
    onFault();
    return field.focus();
  }
  const service = byId("paste-service").value;
  onSubmit({
    service,
    url: services.find(({ id }) => id === service)?.url,
    today: byId("paste-today").value || null,
    request,
    raw: field.value, // as it stands: a member given twice is refused as over HTTP
  });
}

function parse(text) {
  if (!text.trim()) return [null, "Paste a CDS Hooks request first."];
  try {
    const value = JSON.parse(text);
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
    return isObject ? [value, ""] : [null, "A CDS Hooks request is a JSON object."];
  } catch (error) {
    return [null, `This is not JSON: ${error.message}`];
  }
}

/** Bring a request into the form, so that it can be changed and tried again. */
export function edit({ service, today, request }) {
  byId("paste-panel").open = true;
  byId("paste-service").value = service;
  byId("paste-today").value = today ?? "";
  byId("paste-request").value = JSON.stringify(request, null, 2);
  byId("paste-request").focus();
}
