// The words that appear at a mark, by pointer or by keyboard.  Escape closes them, and the
// pointer may move onto them.  The same words are the mark's label for a screen reader.

import { el, replace } from "./dom.js";

const GRACE_MS = 160;

export function tooltipFor(frame) {
  const box = el("div", { class: "tip", "aria-hidden": "true", hidden: true });
  frame.append(box);
  let closing = 0;
  const hide = () => {
    box.hidden = true;
  };
  const leave = () => {
    closing = setTimeout(hide, GRACE_MS);
  };
  const show = (mark, lines) => {
    clearTimeout(closing);
    fill(box, lines);
    place(box, mark, frame);
  };
  box.addEventListener("pointerenter", () => clearTimeout(closing));
  box.addEventListener("pointerleave", leave);
  return { show, hide, leave };
}

function fill(box, [first, ...rest]) {
  replace(
    box,
    el("strong", {}, first),
    rest.map((line) => el("span", {}, line)),
  );
  box.hidden = false;
}

// Above the mark, or below it where there is no room, and never beyond the chart's sides.
function place(box, mark, frame) {
  const at = mark.getBoundingClientRect();
  const around = frame.getBoundingClientRect();
  const middle = at.left + at.width / 2 - around.left - box.offsetWidth / 2;
  const left = Math.max(0, Math.min(middle, around.width - box.offsetWidth));
  const above = at.top - around.top - box.offsetHeight - 6;
  const top = at.top - box.offsetHeight - 6 < 0 ? at.bottom - around.top + 6 : above;
  box.style.left = `${left}px`;
  box.style.top = `${top}px`;
}

/** One tab stop for all marks; arrows, Home and End move among them. */
export function rove(marks, tip) {
  marks.forEach(({ node, lines }, index) => {
    node.setAttribute("tabindex", index === 0 ? "0" : "-1");
    node.addEventListener("pointerenter", () => tip.show(node, lines));
    node.addEventListener("pointerleave", tip.leave);
    node.addEventListener("focus", () => tip.show(node, lines));
    node.addEventListener("blur", tip.hide);
    node.addEventListener("keydown", (event) => move(event, marks, index, tip));
  });
}

const MOVES = {
  ArrowRight: (index) => index + 1,
  ArrowDown: (index) => index + 1,
  ArrowLeft: (index) => index - 1,
  ArrowUp: (index) => index - 1,
  Home: () => 0,
  End: (_, last) => last,
};

function move(event, marks, index, tip) {
  if (event.key === "Escape") return tip.hide();
  const next = marks[MOVES[event.key]?.(index, marks.length - 1)];
  if (!(event.key in MOVES)) return undefined;
  event.preventDefault();
  if (!next) return undefined;
  marks[index].node.setAttribute("tabindex", "-1");
  next.node.setAttribute("tabindex", "0");
  return next.node.focus();
}
