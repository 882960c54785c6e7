// The passkeys of this browser's account: made, listed, removed, signed in with.

import { noteOf, partsOf } from "./api.js";
import { dayOf, fill, focusOn, make } from "./dom.js";
import { available, makePasskey, passkeys, removePasskey, signIn, signOut } from "./passkey.js";

const NOT_SIGNED = {
  code: "passkey_refused",
  what: "Your passkey did not answer.",
  why: "Nobody else can act in your place.",
  next: "Try again. Nothing has changed.",
};

export async function showPasskeys(card) {
  const [known, isHere] = await Promise.all([passkeys(), available()]);
  card.hidden = !isHere && known.passkeys.length === 0;
  if (card.hidden) return;
  const refused = make("div", {});

  // Whoever signs in gets another session: the page begins anew with it.
  async function act(way, event) {
    event.target.disabled = true;
    fill(refused);
    try {
      await way();
      location.reload();
    } catch (error) {
      const note = noteOf(error instanceof DOMException ? NOT_SIGNED : partsOf(error));
      fill(refused, note);
      focusOn(note.querySelector(".what"));
      event.target.disabled = false;
    }
  }

  const button = (look, id, words, way) => make("button",
    { class: `button ${look} small-target`, type: "button", id, onclick: (event) => act(way, event) }, words);
  const rowOf = (passkey) => {
    const made = `Made on ${dayOf(passkey.created_at)}`;
    return make("li", { "data-passkey": passkey.id },
      make("span", {}, made),
      make("button", { class: "button text", type: "button", "aria-label": `Remove the passkey: ${made}`, onclick: (event) => act(() => removePasskey(passkey.id), event) }, "Remove"));
  };
  const ways = known.signed_in
    ? [isHere ? button("plain", "passkey-add", "Add another", () => makePasskey()) : null, button("text", "passkey-sign-out", "Sign out", signOut)]
    : known.passkeys.length > 0
      ? [isHere ? button("plain", "passkey-sign-in", "Sign in", signIn) : null]
      : [button("plain", "passkey-make", "Make a passkey", () => makePasskey()), button("text", "passkey-sign-in", "I have one", signIn)];
  fill(card,
    make("h2", { id: "passkeys-title" }, "Passkeys"),
    make("p", { class: "small" }, "With a passkey you sign what you agree to yourself. Signing in then opens it without a look into the camera."),
    known.passkeys.length > 0 ? make("ul", { class: "passkeys" }, ...known.passkeys.map(rowOf)) : null,
    refused,
    make("div", { class: "actions" }, ...ways));
}
