// The JSON as it went and came, for integrators.

import { details, el, replace } from "./dom.js";

export function rawView(asked, answer, onEdit) {
  return el(
    "div",
    { class: "raw" },
    json(
      "Request as JSON",
      asked.request,
      el(
        "button",
        { type: "button", class: "button button-quiet", click: onEdit },
        "Change it and try again",
      ),
    ),
    json(`Response as JSON (HTTP ${answer.status})`, answer.response),
    answer.explanation ? json("Reasoning as JSON", answer.explanation) : null,
  );
}

function json(title, value, extra) {
  const text = JSON.stringify(value, null, 2);
  const box = el("pre", { tabindex: "0", role: "region", "aria-label": title });
  const fold = details(title, {}, el("div", { class: "raw-tools" }, copyButton(text), extra), box);
  // A large request is written out only when someone wants to see it.
  fold.addEventListener("toggle", () => replace(box, fold.open ? text : ""));
  return fold;
}

/** The request as it was pasted, put to its service from a terminal. */
export const curlLine = ({ url, raw }) =>
  // No line of JSON is the bare word that ends it.
  `curl -s -H 'Content-Type: application/json' --data-binary @- ${url} <<'REQUEST'\n${raw}\nREQUEST\n`;

export function copyButton(text, label = "Copy") {
  const button = el("button", { type: "button", class: "button button-quiet" }, label);
  button.addEventListener("click", async () => {
    const copied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    replace(button, copied ? "Copied" : "Copying is not possible here");
  });
  return button;
}
