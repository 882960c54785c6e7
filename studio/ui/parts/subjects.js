// Subjects who are nobody: listed by description, played by the server.

import { fetchOwn, get, noteOf, partsOf } from "./api.js";
import { announce, fill, focusOn, make } from "./dom.js";
import { wordsForPlace } from "./waiting.js";

export function mountSubjects(root, { passed }) {
  const at = (id) => root.querySelector(`#${id}`);
  let listed = false;

  async function play(subject) {
    for (const button of at("subjects-list").querySelectorAll("button")) button.disabled = true;
    at("subject-play").hidden = false;
    fill(at("subject-refused"));
    try {
      const response = await fetchOwn(`/api/subjects/${encodeURIComponent(subject.id)}/play`, { method: "POST" });
      await follow(response.body.pipeThrough(new TextDecoderStream()).getReader());
      passed();
    } catch (error) {
      at("subject-play").hidden = true;
      fill(at("subject-refused"), noteOf(partsOf(error)));
    }
    for (const button of at("subjects-list").querySelectorAll("button")) button.disabled = false;
  }

  async function follow(reader) {
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) hear(JSON.parse(line));
    }
  }

  function hear(message) {
    if (message.refused) throw Object.assign(new Error(message.refused.what), { parts: message.refused });
    if (message.passed) return;
    if (message.waiting) {
      at("subject-text").textContent = wordsForPlace(message.waiting.place);
      return;
    }
    at("subject-progress").value = message.progress;
    if (at("subject-text").textContent !== message.text) announce(at("subject-text"), message.text);
  }

  async function list() {
    try {
      const { subjects } = await get("/api/subjects");
      fill(at("subjects-list"), ...subjects.map((subject) => make("li", {},
        make("button", { class: "subject", type: "button", "data-subject": subject.id, onclick: () => play(subject) },
          make("span", {}, subject.description), make("b", {}, "Draw")))));
      listed = true;
    } catch (error) {
      fill(at("subjects-list"), make("li", {}, noteOf(partsOf(error))));
    }
  }

  async function open() {
    at("subjects").hidden = false;
    at("no-camera").setAttribute("aria-expanded", "true");
    if (!listed) await list();
  }

  async function toggle() {
    if (at("subjects").hidden) {
      await open();
      focusOn(at("subjects").querySelector("h2"));
      return;
    }
    at("subjects").hidden = true;
    at("no-camera").setAttribute("aria-expanded", "false");
  }

  at("no-camera").addEventListener("click", toggle);
  return { open };
}
