// The studio's own addresses. A refusal arrives as {code, what, why, next} and is thrown as it is.

import { make } from "./dom.js";

const SILENT = {
  code: "no_answer",
  what: "The studio does not answer.",
  why: "Nothing is lost: what you made is kept by the studio, not by this page.",
  next: "Check that it is still running, then try again.",
};

export class Refused extends Error {
  constructor(parts) {
    super(parts.what);
    this.parts = parts;
  }
}

export async function fetchOwn(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(SILENT);
  }
  if (response.ok) return response;
  const parts = await response.json().catch(() => SILENT);
  if (parts.code === "no_session" && !options.retried) {
    await fetch("/api/session", { method: "POST" });
    return fetchOwn(path, { ...options, retried: true });
  }
  throw new Refused(parts.what ? parts : SILENT);
}

export async function get(path, options) {
  const found = await (await fetchOwn(path, options)).json();
  if (path === "/api/sitting") markAgreed(found);
  return found;
}

// Where somebody who is nobody is drawn, nobody has agreed: the first step is then not ticked.
function markAgreed(sitting) {
  const isAgreed = Boolean(sitting.record) && !sitting.baked_subject;
  document.documentElement.toggleAttribute("data-agreed", isAgreed);
}

export async function send(path, body, method = "POST") {
  const options = { method };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "content-type": "application/json" };
  }
  const response = await fetchOwn(path, options);
  return response.status === 204 ? null : response.json();
}

// Sends a form and tells how much of it has gone out, which `fetch` cannot.
export function upload(path, form, { progress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 0));
    request.upload.addEventListener("load", () => progress(1));
    request.addEventListener("load", () => {
      if (request.status < 400 && request.response) resolve(request.response);
      else reject(new Refused(request.response?.what ? request.response : SILENT));
    });
    request.addEventListener("error", () => reject(new Refused(SILENT)));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

// Controls travel in a header: they can tell what a person looks like, and logs keep addresses.
export async function pictureOf(path, signal, controls = "{}") {
  const response = await fetchOwn(path, { signal, headers: { "x-controls": encodeURIComponent(controls) } });
  return URL.createObjectURL(await response.blob());
}

export function partsOf(error) {
  if (error.parts) return error.parts;
  console.warn(error);
  return {
    code: "page",
    what: "This page stumbled.",
    why: "Nothing was made, and nothing was lost.",
    next: "Reload the page and try again.",
  };
}

// What happened, why it protects someone, what to do next; the code only in the details.
export function noteOf(parts, ...actions) {
  return make("div", { class: "note", role: "alert", "data-refusal": parts.code },
    make("p", { class: "what" }, parts.what),
    make("p", { class: "why" }, parts.why),
    make("p", { class: "next" }, parts.next),
    actions.length ? make("div", { class: "actions" }, ...actions) : null,
    make("details", {}, make("summary", {}, "Details"), make("p", {}, `Reason code: ${parts.code}`)));
}
