// Passkeys: making one, signing in with one, and signing exactly the consent that was shown.
//
// What the device refuses, or the person, comes as a DOMException; what the studio refuses, as
// Refused with its three parts.

import { get, send } from "./api.js";

const ADDRESS = /^(\d+\.\d+\.\d+\.\d+|\[.*\])$/;

// An address of numbers has no name that a passkey could belong to, and http no safe one.
export async function available() {
  return Boolean(window.PublicKeyCredential && navigator.credentials) && !ADDRESS.test(location.hostname);
}

export function passkeys() {
  return get("/api/passkeys");
}

// Makes a passkey, for the account that is signed in or for a new one, and signs in with it.
export async function makePasskey(invitation = "") {
  const options = await send("/api/passkeys/register/options", { invitation });
  const made = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      user: { ...options.user, id: bytesOf(options.user.id) },
      excludeCredentials: options.excludeCredentials.map(named),
    },
  });
  return send("/api/passkeys/register", {
    credential: answerOf(made, ["clientDataJSON", "attestationObject"]),
  });
}

// Signs in; what the passkey signed for last is open from then on.
export async function signIn() {
  const options = await send("/api/passkeys/sign-in/options", {});
  return send("/api/passkeys/sign-in", { credential: await signed(options) });
}

export function signOut() {
  return send("/api/passkeys/sign-out", {});
}

export function removePasskey(id) {
  return send(`/api/passkeys/${encodeURIComponent(id)}`, undefined, "DELETE");
}

// Lets a passkey sign the choice and returns the sitting; who has none here makes one first.
export async function signDraft(choice) {
  let draft = await send("/api/consent/draft", choice);
  if (!draft.options) {
    await makePasskey();
    draft = await send("/api/consent/draft", choice);
  }
  return send("/api/consent/sign", { draft_id: draft.draft_id, credential: await signed(draft.options) });
}

async function signed(options) {
  const answer = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      allowCredentials: options.allowCredentials.map(named),
    },
  });
  return answerOf(answer, ["clientDataJSON", "authenticatorData", "signature"]);
}

const named = (entry) => ({ ...entry, id: bytesOf(entry.id) });

function answerOf(credential, names) {
  const response = Object.fromEntries(names.map((name) => [name, textOf(credential.response[name])]));
  return { id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response };
}

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function textOf(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
