// The page of a shared studio for whoever has not signed in.

import { noteOf, partsOf } from "./api.js";
import { fill, focusOn } from "./dom.js";
import { available, makePasskey, passkeys, signIn } from "./passkey.js";

const port = location.port ? `:${location.port}` : "";
const NOT_SIGNED = {
  code: "passkey_refused",
  what: "Your passkey did not answer.",
  why: "Nobody else can sign in in your place.",
  next: "Try again, or make a passkey if you have none here.",
};
const NOT_HERE = {
  code: "passkey_needs_name",
  what: "Passkeys do not work at this address.",
  why: "A passkey belongs to a name and a safe connection, so that no other site can ask for it.",
  next: `Open the studio by its name with https, or on its own computer as http://localhost${port}.`,
};

const at = (id) => document.getElementById(id);
const buttons = [at("sign-in"), at("make-passkey")];

function refuse(parts) {
  const note = noteOf(parts);
  fill(at("sign-in-refused"), note);
  focusOn(note.querySelector(".what"));
}

async function enter(way) {
  for (const button of buttons) button.disabled = true;
  try {
    await way();
    location.reload();
    return;
  } catch (error) {
    refuse(error instanceof DOMException ? NOT_SIGNED : partsOf(error));
  }
  for (const button of buttons) button.disabled = false;
}

at("sign-in").addEventListener("click", () => enter(signIn));
at("make-passkey").addEventListener("click", () => enter(() => makePasskey(at("invitation").value.trim())));

for (const button of buttons) button.disabled = true;
try {
  const known = await passkeys();
  at("invitation-field").hidden = !known.invitation_needed;
  if (await available()) for (const button of buttons) button.disabled = false;
  else refuse(NOT_HERE);
} catch (error) {
  refuse(partsOf(error));
}
document.querySelector(".sign-in").dataset.ready = "true";
