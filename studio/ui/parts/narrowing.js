// Allowing less: switches that go off and an earlier end. It counts at once, without a camera.

import { noteOf, partsOf, send } from "./api.js";
import { fill, focusOn, make } from "./dom.js";

const DAYS_LEFT = [30, 7];
const DAY = 86_400_000; // milliseconds
const FAMILIES = { illustrated: "Illustrated stills", painted: "Painted stills", imagined: "Imagined stills" };
const AUDIENCES = { public: "Anyone may see them", commercial: "They may be used to earn money" };
const OPEN = { private: [], public: ["public"], commercial: ["public", "commercial"] };

const switchOf = (name, value, label) => make("label", { class: "switch" },
  make("b", {}, label),
  make("input", { type: "checkbox", role: "switch", name, value, checked: true, "data-testid": `keep-${value}` }));

const segmentOf = (value, label) => make("label", {},
  make("input", { type: "radio", name: "days-left", value, checked: value === "" }), make("span", {}, label));

export function showNarrowing(card, record, { narrowed }) {
  const ends = DAYS_LEFT.filter((days) => new Date(record.expires_at) - Date.now() > days * DAY);
  const save = make("button", { class: "button plain", type: "submit", id: "narrow-save", disabled: true }, "Allow less from now on");
  const words = make("p", { class: "small", id: "narrow-words", role: "status", "aria-live": "polite" });
  const refused = make("div", {});
  const form = make("form", { autocomplete: "off", id: "narrow-form" },
    make("fieldset", {}, make("legend", { class: "off-screen" }, "What may be made, and who may see it"),
      make("div", { class: "switches" },
        ...record.families.map((name) => switchOf("keep-family", name, FAMILIES[name] ?? name)),
        ...OPEN[record.audience].map((name) => switchOf("keep-audience", name, AUDIENCES[name])))),
    ends.length === 0 ? null : make("fieldset", {}, make("legend", {}, "When it ends"),
      make("div", { class: "segments" },
        segmentOf("", "As before"), ...ends.map((days) => segmentOf(String(days), `In ${days} days`)))),
    words, refused, save);
  fill(card,
    make("h2", { id: "narrow-title", tabindex: "-1" }, "Allow less"),
    make("p", { class: "small" }, "It counts at once. No camera is needed."),
    form);

  const kept = (name) => [...form.querySelectorAll(`[name=${name}]:checked`)].map((box) => box.value);
  const daysLeft = () => form.querySelector("[name=days-left]:checked")?.value || null;
  const audience = () => kept("keep-audience").at(-1) ?? "private";

  // Who may not see them cannot earn money with them.
  function keepOrder({ target }) {
    const box = (value) => form.querySelector(`[name=keep-audience][value=${value}]`);
    if (target.value === "public" && !target.checked && box("commercial")) box("commercial").checked = false;
    if (target.value === "commercial" && target.checked) box("public").checked = true;
  }

  function weigh() {
    const families = kept("keep-family");
    const isLess = families.length < record.families.length || audience() !== record.audience || daysLeft() !== null;
    save.disabled = !isLess || families.length === 0;
    words.textContent = families.length === 0 ? "To allow nothing at all, withdraw: then everything is deleted too." : "";
  }

  async function narrow(event) {
    event.preventDefault();
    save.disabled = true;
    const days = daysLeft();
    const body = { families: kept("keep-family"), audience: audience(), days_left: days === null ? null : Number(days) };
    try {
      await send(`/api/records/${encodeURIComponent(record.id)}/narrow`, body);
      await narrowed();
    } catch (error) {
      const note = noteOf(partsOf(error));
      fill(refused, note);
      focusOn(note.querySelector(".what"));
    }
  }

  form.addEventListener("change", (event) => {
    fill(refused);
    keepOrder(event);
    weigh();
  });
  form.addEventListener("submit", narrow);
}
