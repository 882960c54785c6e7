// One style: large preview, its few controls, how like the person it is, and [Make it].

import { noteOf, partsOf, pictureOf, send } from "./api.js";
import { announce, fill, focusOn, make } from "./dom.js";

const PAUSE_MS = 250; // after the last move of a control
const MAX_SEED = 2 ** 31;
export const LAST_MADE = "selfsame-last-made"; // style, controls and seed: nothing personal

export function mountDetail(root, { close, made }) {
  const at = (id) => root.querySelector(`#${id}`);
  const image = at("detail-preview");
  let style = null;
  let seed = 0;
  let timer = 0;
  let running = null;
  let url = null;

  function values() {
    const found = {};
    for (const control of style.controls) {
      const field = at("controls").elements[control.name];
      found[control.name] = control.kind === "range" ? Number(field.value) : field.value;
    }
    return found;
  }

  function fieldOf(control) {
    if (control.kind === "range") {
      const shown = make("output", {}, String(control.default));
      return make("label", {},
        make("span", { class: "control-head" }, make("span", {}, control.label), shown),
        make("input", { type: "range", name: control.name, min: String(control.minimum), max: String(control.maximum),
          step: String(control.step), value: String(control.default),
          oninput: (event) => { shown.textContent = event.target.value; } }));
    }
    return make("fieldset", {}, make("legend", {}, control.label),
      make("div", { class: "segments" }, ...Object.entries(control.options).map(([value, label]) => make("label", {},
        make("input", { type: "radio", name: control.name, value, checked: value === control.default }),
        make("span", {}, label)))));
  }

  function show(source) {
    if (url && url !== source) URL.revokeObjectURL(url);
    url = source;
    image.src = source;
    image.hidden = false;
    at("detail-frame").classList.remove("skeleton");
  }

  async function redraw() {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const query = `controls=${encodeURIComponent(JSON.stringify(values()))}&seed=${seed}`;
    const name = encodeURIComponent(style.name);
    at("detail-frame").classList.add("redrawing");
    try {
      show(await pictureOf(`/api/preview/${name}?${query}`, signal));
      fill(at("detail-refused"));
      announce(at("detail-status"), "Preview drawn.");
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(at("detail-refused"), noteOf(partsOf(error)));
    }
    at("detail-frame").classList.remove("redrawing");
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(redraw, PAUSE_MS);
  }

  async function makeIt() {
    const wish = { style: style.name, controls: values(), seed };
    at("make-it").disabled = true;
    try {
      const { job_id: id } = await send("/api/jobs", wish);
      sessionStorage.setItem(LAST_MADE, JSON.stringify(wish));
      made(id);
    } catch (error) {
      const note = noteOf(partsOf(error));
      fill(at("detail-refused"), note);
      focusOn(note.querySelector(".what"));
    }
    at("make-it").disabled = false;
  }

  at("controls").addEventListener("input", soon);
  at("controls").addEventListener("submit", (event) => event.preventDefault());
  at("make-it").addEventListener("click", makeIt);
  at("all-styles").addEventListener("click", close);
  at("vary").addEventListener("click", () => {
    seed = Math.floor(Math.random() * MAX_SEED);
    redraw();
  });

  return {
    open(chosen, drawn) {
      style = chosen;
      seed = 0;
      at("detail-title").textContent = style.title;
      at("detail-summary").textContent = style.summary;
      image.alt = `AI-generated preview of you: ${style.title}`;
      image.hidden = true;
      at("detail-frame").classList.add("skeleton");
      fill(at("detail-refused"));
      fill(at("controls"), ...style.controls.map(fieldOf));
      if (drawn) {
        image.src = drawn;
        image.hidden = false;
        at("detail-frame").classList.remove("skeleton");
      }
      focusOn(at("detail-title"));
      scrollTo({ top: 0 });
      redraw();
    },
    forget() {
      clearTimeout(timer);
      running?.abort();
      if (url) URL.revokeObjectURL(url);
      url = null;
      image.removeAttribute("src");
      image.hidden = true;
    },
  };
}
