// Allowing more or longer: asked for on the first page, agreed to before the camera.

import { noteOf, partsOf, send } from "./api.js";
import { fill, make } from "./dom.js";

export function showAsking(card, { record, waiting, isOpen }, { dropped }) {
  if (waiting) showWaiting(card, waiting, dropped);
  else {
    fill(card,
      make("h2", { id: "extend-title", tabindex: "-1" }, "Allow more, or for longer"),
      make("p", { class: "small" }, "You choose, then you look into the camera to agree. Until then nothing changes."),
      isOpen
        ? make("a", { class: "button plain", id: "extend-begin", href: `/?extend=${encodeURIComponent(record.id)}` }, "Choose")
        : make("p", { class: "small" }, "Open your sitting first."));
  }
}

function showWaiting(card, waiting, dropped) {
  const refused = make("div", {});
  async function drop() {
    try {
      await send("/api/records/waiting", undefined, "DELETE");
      await dropped();
    } catch (error) {
      fill(refused, noteOf(partsOf(error)));
    }
  }
  fill(card,
    make("span", { class: "chip warn" }, "Waits for you before the camera"),
    make("h2", { id: "extend-title", tabindex: "-1", class: "waiting-title" }, "You asked for this"),
    make("p", { id: "waiting-summary", lang: waiting.language }, waiting.summary),
    make("p", { class: "small" }, "It counts once you have agreed before the camera, within a day. Until then the consent above stays."),
    refused,
    make("div", { class: "actions" },
      make("a", { class: "button", id: "waiting-agree", href: "/?agree=1" }, "Look into the camera to agree"),
      make("button", { class: "button text", type: "button", id: "waiting-drop", onclick: drop }, "Leave it as it is")));
}
