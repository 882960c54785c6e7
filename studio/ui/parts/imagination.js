// Styles that a model draws: whether one is here, how long it takes, and what to do without.

import { about, capital } from "./duration.js";
import { make } from "./dom.js";

const AUTO = "auto"; // the engine's default: the first one that is ready

export const needsModel = (style, imagination) => style.family === "imagined" && !imagination.is_ready;

// For one picture with these controls, or null where nobody knows.
export function secondsOf(imagination, { engine = AUTO, best_of: tries = 1 } = {}) {
  const known = imagination.seconds;
  const one = known[engine] ?? Object.values(known)[0];
  return one === undefined ? null : one * Number(tries);
}

export function wordsForTaking(style, imagination, values) {
  if (needsModel(style, imagination)) return "Needs a model";
  const seconds = secondsOf(imagination, values);
  return seconds === null ? "Takes a while" : capital(about(seconds));
}

// The options of the control that chooses a model: what is not ready cannot be chosen.
export function enginesOf(options, imagination) {
  return Object.entries(options).map(([name, label]) => {
    const seconds = imagination.seconds[name];
    if (name === AUTO) return { name, label };
    if (seconds === undefined) return { name, label: `${label}: not ready here`, disabled: true };
    return { name, label: `${label}: ${about(seconds)}` };
  });
}

export const modelNote = () => make("div", { class: "note", "data-needs-model": "true" },
  make("p", { class: "what" }, "This style needs a model that is not here."),
  make("p", { class: "why" }, "Models draw on this machine and nowhere else, so that your face stays with it."),
  make("p", { class: "next" }, "Whoever runs the studio can fetch one. All other styles draw without."),
  make("div", { class: "actions" }, make("a", { class: "button plain", href: "/models" }, "What is needed")));

// Above the cards of the family.
export function familyNote(imagination) {
  if (imagination.is_ready) return make("p", { class: "small" }, "A model makes these, guided by your face. It takes its time: nothing is drawn until you ask.");
  return make("p", { class: "small" }, "These need a model that is not here yet. ", make("a", { href: "/models" }, "What is needed"));
}
