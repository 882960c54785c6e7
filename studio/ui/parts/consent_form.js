// The form of the consent step in one language: switches that start off, and what they say.

import { fill, make } from "./dom.js";

const WIDER = { commercial: "public" }; // what one switch takes with it

const switchOf = (name, entry, on) => make("label", { class: "switch" },
  make("span", {}, make("b", {}, entry.label), make("span", { class: "small" }, entry.note)),
  make("input", { type: "checkbox", role: "switch", name, value: entry.value, checked: on, "data-testid": `switch-${entry.value}` }));

const segmentOf = (name, entry, chosen, lang) => make("label", {},
  make("input", { type: "radio", name, value: String(entry.value), checked: entry.value === chosen }),
  make("span", lang ? { lang } : {}, entry.label));

export function mountForm(root, { restate, translate }) {
  const at = (id) => root.querySelector(`#${id}`);
  const chosenOf = (name) => [...root.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);

  // Whoever may earn money with them shows them: the second switch takes the first with it.
  function keepOrder({ target }) {
    if (target.name !== "audience") return;
    const box = (value) => root.querySelector(`[name=audience][value=${value}]`);
    for (const [wide, needed] of Object.entries(WIDER)) {
      if (target.value === wide && target.checked) box(needed).checked = true;
      if (target.value === needed && !target.checked) box(wide).checked = false;
    }
  }

  function choice() {
    const open = chosenOf("audience");
    return {
      families: chosenOf("family"),
      days: Number(chosenOf("days")[0] ?? 90),
      audience: Object.keys(WIDER).find((wide) => open.includes(wide)) ?? open[0] ?? "private",
      adult_attested: at("consent-adult").checked,
    };
  }

  // The same choice in other words: nothing is switched by a change of language.
  function speak(offer) {
    const before = choice();
    const open = chosenOf("audience");
    const days = root.querySelector("[name=days]") ? before.days : offer.days;
    root.querySelector(".consent").lang = offer.language;
    for (const element of root.querySelectorAll("[data-word]")) element.textContent = offer.words[element.dataset.word];
    at("consent-side").setAttribute("aria-label", offer.words.summary_aside);
    fill(at("consent-families"), ...offer.families.map((entry) => switchOf("family", entry, before.families.includes(entry.value))));
    fill(at("consent-days"), ...offer.durations.map((entry) => segmentOf("days", entry, days)));
    fill(at("consent-audience"), ...offer.audiences.map((entry) => switchOf("audience", entry, open.includes(entry.value))));
    if (at("consent-languages").children.length === 0) {
      fill(at("consent-languages"), ...offer.languages.map((entry) => segmentOf("language", entry, offer.language, entry.value)));
    }
  }

  at("consent-form").addEventListener("change", (event) => {
    keepOrder(event);
    restate();
  });
  at("consent-form").addEventListener("submit", (event) => event.preventDefault());
  at("consent-languages").addEventListener("change", ({ target }) => translate(target.value));
  return { choice, speak };
}
