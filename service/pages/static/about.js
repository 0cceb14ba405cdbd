// What runs here: services, versions, health, and who has reviewed the content.

import { byId, el, list, replace, table } from "./dom.js";
import { icon } from "./icons.js";

export function showAbout(info) {
  const ready = Boolean(info.health?.ready);
  byId("review").textContent = info.review ?? "";
  replace(
    byId("state"),
    stateTag(ready),
    el("span", { class: "quiet" }, `version ${info.version}, ${info.mode} mode`),
  );
  replace(
    byId("about-body"),
    table("Services", ["Hook", "What it does", "Address"], list(info.services).map(serviceRow)),
    el(
      "div",
      { class: "about-columns" },
      health(info.health),
      reviews(info.reviews),
      versions(info),
    ),
  );
}

function stateTag(ready) {
  const word = ready ? "Ready" : "Not ready";
  return el(
    "span",
    { class: `tag tag-${ready ? "ok" : "critical"}` },
    icon(ready ? "present" : "critical"),
    word,
  );
}

function serviceRow(service) {
  return [el("strong", {}, service.hook), service.title, el("code", {}, service.url)];
}

function health(state) {
  return section("Health", el("ul", { class: "checks" }, list(state?.checks).map(check)));
}

function check({ name, ok, detail }) {
  const mark = icon(ok ? "present" : "critical");
  const said = el("span", { class: "quiet" }, detail || (ok ? "good" : "failed"));
  return el("li", {}, mark, el("span", {}, el("strong", {}, name), ok ? " " : " failed: ", said));
}

function reviews(files) {
  const rows = Object.entries(files ?? {}).map(([file, review]) =>
    el(
      "li",
      {},
      icon(review ? "present" : "unknown"),
      el("span", {}, el("code", {}, file), ` ${reviewWords(review)}`),
    ),
  );
  return section("Clinical review of the content", el("ul", { class: "checks" }, rows));
}

const reviewWords = (review) => (review ? `signed: ${review}` : "not signed by a clinician");

function versions(info) {
  const pairs = [
    ["Software", info.version],
    ["Content", info.knowledge],
    ["Configuration", info.configuration],
  ];
  return section(
    "Versions",
    el(
      "dl",
      { class: "pairs" },
      pairs.map(([name, value]) => [el("dt", {}, name), el("dd", {}, el("code", {}, value))]),
    ),
  );
}

const section = (title, body) => el("section", {}, el("h2", {}, title), body);
