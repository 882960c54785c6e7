// The whole text as the studio keeps it: its title, headed blocks, lists where lines are items.

import { fill, make } from "./dom.js";

function blockOf({ heading, lines }, level) {
  const items = lines.filter((line) => line.item);
  const told = lines.filter((line) => !line.item);
  return [
    heading ? make(level, level === "h2" ? { id: "notice-title" } : {}, heading) : null,
    ...told.map((line) => make("p", {}, line.text)),
    items.length > 0 ? make("ul", {}, ...items.map((line) => make("li", {}, line.text))) : null,
  ];
}

export function showNotice(element, blocks) {
  fill(element, ...blocks.flatMap((block, number) => blockOf(block, number === 0 ? "h2" : "h3")));
}
