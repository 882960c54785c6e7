// What the person sees while the camera runs: one instruction, one hint, a ring, the colours.

import { announce } from "./dom.js";
import { wordsForPlace, wordsForWait } from "./waiting.js";

const RUNNING = new Set(["live", "waiting"]);
const PRAISE_MS = 1200;
const EMPTY = { waiting: "Your camera is off while you wait" };

export function mountStage(root, { flash, play }) {
  const at = (id) => root.querySelector(`#${id}`);
  const you = root.querySelector(".you");
  const ring = root.querySelector(".ring-fill");
  let praisedAt = -Infinity;

  function show(state) {
    const running = RUNNING.has(state);
    you.dataset.state = state;
    at("stage-words").hidden = !running;
    at("wait").hidden = true;
    at("stage-empty").textContent = EMPTY[state] ?? "Your camera appears here";
    at("you-title").hidden = state === "passed";
    at("you-before").hidden = state === "passed" || state === "nobody";
    at("you-passed").hidden = state !== "passed";
    at("you-refused").hidden = state !== "refused";
    if (state === "live") return;
    flash.hide();
    you.dataset.instruction = "";
    ring.style.strokeDasharray = "";
  }

  function say(text) {
    if (at("instruction").textContent !== text) announce(at("instruction"), text);
  }

  function hint(text) {
    if (at("hint").textContent !== text) at("hint").textContent = text;
  }

  // A finished step is praised in a word, and in a tone where those are on.
  function turnTo({ instruction, text, finished }) {
    const before = you.dataset.instruction;
    you.dataset.instruction = instruction;
    announce(at("instruction"), text);
    if (!before || finished) return;
    praisedAt = performance.now();
    play("step");
  }

  function update(message) {
    const { instruction, text, progress } = message;
    if (you.dataset.instruction !== instruction) turnTo(message);
    else if (at("instruction").textContent !== "") say(text); // empty: about to be announced
    hint(message.hint ?? (performance.now() - praisedAt < PRAISE_MS ? "Good." : ""));
    ring.style.strokeDasharray = `${progress * 100} 100`;
    if (message.colour || instruction === "colours") flash.show(message, at("capture-video").srcObject);
    else flash.hide();
  }

  // The place is announced when it changes; the seconds are there to be read.
  function wait({ place, seconds }) {
    say(wordsForPlace(place));
    hint("");
    at("wait").hidden = false;
    at("wait").textContent = wordsForWait(seconds);
  }

  return { show, say, hint, update, wait, isRunning: () => RUNNING.has(you.dataset.state) };
}
