// Small pictures, each with a button that deletes it after a second question.

import { noteOf, partsOf, send } from "./api.js";
import { fill, make } from "./dom.js";

export function thumbOf({ id, address, source, alt, words, gone }) {
  const foot = make("div", { class: "thumb-words" });
  const item = make("li", { class: "thumb", "data-thumb": id },
    make("div", { class: "thumb-frame" }, source
      ? make("img", { src: source, loading: "lazy", alt })
      : make("p", { class: "small" }, "Held back")),
    foot);
  const remove = make("button", { class: "button text", type: "button", "aria-label": `Delete: ${alt}`, "data-testid": "thumb-delete", onclick: ask }, "Delete");
  const usual = () => fill(foot, make("span", { class: "small" }, words), remove);

  function ask() {
    const yes = make("button", { class: "button small-target", type: "button", "data-testid": "thumb-delete-yes", onclick: destroy }, "Delete");
    fill(foot, make("div", { role: "group", class: "thumb-confirm", "aria-label": `Delete for good: ${alt}?` },
      make("span", { class: "small" }, "For good?"), yes,
      make("button", { class: "button text", type: "button", onclick: () => { usual(); remove.focus(); } }, "Keep")));
    yes.focus();
  }

  async function destroy() {
    try {
      await send(address, undefined, "DELETE");
      await gone();
    } catch (error) {
      fill(foot, noteOf(partsOf(error)));
    }
  }

  usual();
  return item;
}
