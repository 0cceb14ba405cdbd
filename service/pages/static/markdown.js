// The one place where HTML comes in: card details and stories, rendered from Markdown by the
// service with raw HTML switched off.  It is parsed into a document of its own, where nothing
// runs or loads, and only what is listed here is built again in the page.

import { el, labelled, webAddress } from "./dom.js";

// A day or a value with its unit is not broken over two lines.
const SHORT = 10;
const PLAIN = new Set([
  "p",
  "br",
  "hr",
  "strong",
  "em",
  "s",
  "code",
  "pre",
  "blockquote",
  "ul",
  "ol",
  "li",
  "thead",
  "tbody",
  "tr",
]);
const DROPPED = new Set([
  "script",
  "style",
  "iframe",
  "object",
  "embed",
  "template",
  "noscript",
  "svg",
  "math",
  "form",
  "input",
  "button",
  "textarea",
  "select",
  "link",
  "meta",
  "base",
  "img",
  "video",
  "audio",
]);

export function rendered(html, className) {
  const parsed = new DOMParser().parseFromString(String(html ?? ""), "text/html");
  return el("div", { class: className }, children(parsed.body));
}

const children = (node) => Array.from(node.childNodes, copy);

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType !== Node.ELEMENT_NODE) return null;
  return copyElement(node, node.localName);
}

function copyElement(node, tag) {
  if (DROPPED.has(tag)) return null;
  if (PLAIN.has(tag)) return el(tag, {}, children(node));
  if (/^h[1-6]$/.test(tag)) return el("h4", {}, children(node));
  if (tag === "a") return anchor(node);
  if (tag === "table") return tableOf(node);
  if (tag === "td" || tag === "th") return cell(node, tag);
  return children(node);
}

function anchor(node) {
  const href = webAddress(node.getAttribute("href"));
  if (!href) return children(node);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, children(node));
}

function tableOf(node) {
  const attributes = { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" };
  return el("div", attributes, labelled(el("table", {}, children(node))));
}

function cell(node, tag) {
  const side = /^to-(left|right|center)$/.exec(node.className);
  const classes = [side && side[0], node.textContent.length <= SHORT && "whole"].filter(Boolean);
  const attributes = { class: classes.join(" ") || null, scope: tag === "th" ? "col" : null };
  return el(tag, attributes, children(node));
}
