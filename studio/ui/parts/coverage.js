// Which views of a face the pictures show, and in words what is missing.

import { announce, fill, make } from "./dom.js";

const MOST_NAMED = 3;
const COMPLETE = "Your pictures show every view.";

// Names what is missing, unless the marks say it more calmly; and how to come by the first of it.
export function wordsForCoverage(items) {
  const missing = items.filter((item) => !item.done);
  if (missing.length === 0) return COMPLETE;
  const next = missing[0].advice;
  if (missing.length > MOST_NAMED) return `${missing.length} of ${items.length} views are missing. ${next}`;
  const named = missing.map(({ label }) => label[0].toLowerCase() + label.slice(1)).join(", ");
  return `Missing: ${named}. ${next}`;
}

function markOf(item) {
  return make("li", { "data-cover": item.name, "data-done": String(item.done) },
    make("span", { class: "cover-mark", "aria-hidden": "true" }),
    make("span", {}, item.label, make("span", { class: "off-screen" }, item.done ? ": there" : ": missing")));
}

export function showCoverage(root, items) {
  const at = (id) => root.querySelector(`#${id}`);
  at("coverage").hidden = items.length === 0;
  if (items.length === 0) return;
  fill(at("coverage-marks"), ...items.map(markOf));
  const words = wordsForCoverage(items);
  if (at("coverage-words").textContent !== words) announce(at("coverage-words"), words);
}
