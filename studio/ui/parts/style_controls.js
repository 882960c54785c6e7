// The form of one style: its own controls, what becomes of the picture, and corrections by hand.

import { fill, make } from "./dom.js";
import { enginesOf } from "./imagination.js";
import { wordsOf } from "./words.js";

const FEW = 6; // options that are seen at a glance; more go into a list
const SIZES = {
  square: "1024 × 1024 pixels.",
  circle: "1024 × 1024 pixels, transparent around a disc, as profiles show it.",
  banner: "1500 × 500 pixels, for the top of a profile.",
  sticker: "512 × 512 pixels, transparent, with a white rim.",
  print: "2048 × 2048 pixels: 17 cm at 300 dots per inch. Takes a little longer.",
  poster: "4096 × 4096 pixels: 35 cm at 300 dots per inch. Takes up to a minute.",
};
const AUTO = "auto"; // a correction's default: as measured
const ENGINE = "engine"; // the control that chooses a model
// Of a style's own controls, those that mean the same in another style.
const lasts = (control) => control.group !== "own" || control.kind === "words" || control.name === ENGINE;

function rangeOf(control, value) {
  const shown = make("output", {}, String(value));
  return make("label", {},
    make("span", { class: "control-head" }, make("span", {}, control.label), shown),
    make("input", { type: "range", name: control.name, min: String(control.minimum), max: String(control.maximum),
      step: String(control.step), value: String(value), oninput: (event) => { shown.textContent = event.target.value; } }));
}

const plainOptions = (options) => Object.entries(options).map(([name, label]) => ({ name, label }));

function listOf(control, value, options = plainOptions(control.options)) {
  const list = make("select", { name: control.name },
    ...options.map(({ name, label, disabled }) => make("option", { value: name, disabled: Boolean(disabled) }, label)));
  list.value = value;
  list.classList.toggle("by-hand", control.group === "correction" && value !== AUTO);
  return make("label", { class: "control-list" }, make("span", {}, control.label), list);
}

function segmentsOf(control, value) {
  return make("fieldset", { "data-control": control.name }, make("legend", {}, control.label),
    make("div", { class: "segments" }, ...Object.entries(control.options).map(([name, label]) => make("label", {},
      make("input", { type: "radio", name: control.name, value: name, checked: name === value }),
      make("span", {}, label)))),
    control.name === "frame" ? make("p", { class: "small", id: "frame-size", role: "status" }) : null);
}

function fieldOf(control, value, { vocabularies, imagination }) {
  if (control.kind === "range") return rangeOf(control, value);
  if (control.kind === "words") return wordsOf(control, vocabularies[control.vocabulary] ?? {}, value);
  if (control.name === ENGINE) return listOf(control, value, enginesOf(control.options, imagination));
  const isList = control.group === "correction" || Object.keys(control.options).length > FEW;
  return isList ? listOf(control, value) : segmentsOf(control, value);
}

// What somebody said of their picture or of themselves holds for every style, until they leave.
export function mountControls(form) {
  const kept = new Map();
  let style = null;
  let known = null; // what the studio told about words and models

  const inGroup = (group) => style.controls.filter((control) => control.group === group);

  function valueOf(control) {
    const remembered = lasts(control) ? kept.get(control.name) : undefined;
    if (remembered === undefined) return control.default;
    return control.kind !== "choice" || remembered in control.options ? remembered : control.default;
  }

  function values() {
    const found = {};
    for (const control of style.controls) {
      const field = form.elements[control.name];
      found[control.name] = control.kind === "range" ? Number(field.value) : field.value;
    }
    return found;
  }

  function told() {
    const frame = form.elements.frame?.value;
    form.querySelector("#frame-size").textContent = SIZES[frame] ?? "";
    // A sticker has nothing behind it, whatever is chosen.
    const behind = form.querySelector("[data-control=cutout]");
    if (behind) behind.hidden = frame === "sticker";
  }

  function remember({ target }) {
    const control = style.controls.find(({ name }) => name === target.name);
    if (control === undefined) return; // a search within a control
    if (lasts(control)) kept.set(control.name, values()[control.name]);
    if (control.group === "correction") target.classList.toggle("by-hand", target.value !== AUTO);
    told();
  }

  function corrections() {
    const found = inGroup("correction");
    if (found.length === 0) return null;
    const isChanged = found.some((control) => valueOf(control) !== AUTO);
    return make("details", { class: "corrections", id: "corrections", open: isChanged },
      make("summary", {}, "Correct what was measured"),
      make("p", { class: "small" }, "The parts of this drawing follow what your selfie shows. Change what is wrong: it stays so in the other illustrated styles."),
      make("div", { class: "corrections-grid" }, ...found.map((control) => fieldOf(control, valueOf(control), known))));
  }

  form.addEventListener("input", remember);
  form.addEventListener("submit", (event) => event.preventDefault());
  return {
    values,
    show(chosen, found) {
      [style, known] = [chosen, found];
      fill(form, ...inGroup("own").map((control) => fieldOf(control, valueOf(control), known)), corrections(),
        make("div", { class: "shared-controls" }, ...inGroup("shared").map((control) => fieldOf(control, valueOf(control), known))));
      told();
    },
    // What was corrected, as far as a style asks for it: its sample is drawn so as well.
    corrected: (of) => Object.fromEntries(of.controls
      .filter(({ group, name }) => group === "correction" && (kept.get(name) ?? AUTO) !== AUTO)
      .map(({ name }) => [name, kept.get(name)])),
    forget() {
      kept.clear();
      fill(form);
    },
  };
}
