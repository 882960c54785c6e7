// What a page says while the sitting is closed: how to open it, or how to begin.

import { make, momentOf } from "./dom.js";

export function closedNote(sitting, what) {
  const earlier = sitting.earlier.map(([id, when]) => make("a", {
    class: "button",
    href: `/?open=${encodeURIComponent(id)}`,
    "data-earlier": id,
  }, sitting.earlier.length > 1 ? `Open the sitting of ${momentOf(when)}` : "Look into the camera"));
  if (earlier.length > 0) {
    return make("div", { class: "empty", "data-closed": "true" },
      make("h2", {}, `Look into the camera to open ${what}.`),
      make("p", {}, "It is closed, so that nobody else at this computer sees it."),
      make("div", { class: "actions" }, ...earlier));
  }
  if (sitting.record) {
    return make("div", { class: "empty", "data-empty": "true" },
      make("h2", {}, "Nothing here yet."),
      make("p", {}, "You have agreed. The next step is a look into the camera."),
      make("a", { class: "button", href: "/" }, "To the camera"));
  }
  return make("div", { class: "empty", "data-empty": "true" },
    make("h2", {}, "Nothing here yet."),
    make("p", {}, "Begin with your consent: a minute later you hold your first avatar."),
    make("a", { class: "button", href: "/" }, "Begin"));
}
