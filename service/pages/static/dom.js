// Building the page.  Every string becomes a text node or an attribute, never markup.

const SVG = "http://www.w3.org/2000/svg";
// A listener has to be a function, and a style goes through a class: the policy forbids both inline.
const FORBIDDEN = /^(on|style$|srcdoc$)/i;

export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) set(node, name, value);
  node.append(...children.flat(Infinity).filter(isSomething).map(asNode));
  return node;
}

function set(node, name, value) {
  if (!isSomething(value)) return;
  if (typeof value === "function") node.addEventListener(name, value);
  else if (FORBIDDEN.test(name)) throw new Error(`not allowed here: ${name}`);
  else node.setAttribute(name, value === true ? "" : String(value));
}

const isSomething = (value) => value !== null && value !== undefined && value !== false;
const asNode = (value) => (value instanceof Node ? value : document.createTextNode(String(value)));

export function replace(parent, ...children) {
  parent.replaceChildren(...children.flat(Infinity).filter(isSomething).map(asNode));
}

export const byId = (id) => document.getElementById(id);

/** The address if it leads to the web, else null: no javascript:, data: or file: link is made. */
export function webAddress(text) {
  try {
    const url = new URL(String(text));
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

export function link(label, address) {
  const href = webAddress(address);
  if (!href) return el("span", {}, label);
  return el("a", { href, target: "_blank", rel: "noopener noreferrer" }, label);
}

export function details(title, { open = false, className = "fold" } = {}, ...children) {
  return el("details", { class: className, open }, el("summary", {}, title), ...children);
}

/** A table that scrolls by itself where it is wider than the page, also by keyboard. */
export function table(caption, heads, rows, className = "scroll") {
  const head = el(
    "tr",
    {},
    heads.map((text) => el("th", { scope: "col" }, text)),
  );
  const body = rows.map((cells) =>
    el(
      "tr",
      {},
      cells.map((cell) => el("td", {}, cell)),
    ),
  );
  const whole = labelled(
    el("table", {}, el("caption", {}, caption), el("thead", {}, head), el("tbody", {}, body)),
  );
  return el(
    "div",
    { class: className, tabindex: "0", role: "region", "aria-label": caption },
    whole,
  );
}

/** Each cell bears its column's name, for where the style sheet stacks the cells of a row. */
export function labelled(whole) {
  const names = Array.from(whole.querySelectorAll("thead th"), (head) => head.textContent);
  for (const row of whole.querySelectorAll("tbody tr")) {
    Array.from(row.children).forEach((cell, index) =>
      cell.setAttribute("data-label", names[index] ?? ""),
    );
  }
  return whole;
}

export const list = (value) => (Array.isArray(value) ? value : []);

/** `hppSuspected` -> `HPP suspected`: codes of verdicts where no wording came with them. */
export function words(code) {
  const spaced = String(code ?? "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/-/g, " ")
    .toLowerCase();
  const named = spaced.replace(/\b(hpp|alp)\b/g, (name) => name.toUpperCase());
  return named.charAt(0).toUpperCase() + named.slice(1);
}

export const plural = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;
