// What a page says while the sitting is closed: how to open it, or how to begin.

import { noteOf, partsOf } from "./api.js";
import { focusOn, make, momentOf } from "./dom.js";
import { available, signIn } from "./passkey.js";

const NOT_OPENED = {
  code: "passkey_refused",
  what: "Your passkey did not answer.",
  why: "Nobody else can open what is yours.",
  next: "Try again, or look into the camera in the browser that you used before.",
};

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
      make("div", { class: "actions" }, ...earlier, passkeyWay()));
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
    make("div", { class: "actions" }, make("a", { class: "button", href: "/" }, "Begin"), passkeyWay()));
}

// A passkey opens what it signed for, in a browser that knows nothing of it too.
function passkeyWay() {
  const way = make("button", { class: "button text", type: "button", "data-testid": "open-with-passkey", hidden: true, onclick: open }, "Open with your passkey");
  available().then((isHere) => { way.hidden = !isHere; });
  async function open() {
    way.disabled = true;
    try {
      await signIn();
      location.reload();
    } catch (error) {
      const note = noteOf(error instanceof DOMException ? NOT_OPENED : partsOf(error));
      way.closest(".empty").append(note);
      focusOn(note.querySelector(".what"));
      way.remove();
    }
  }
  return way;
}
