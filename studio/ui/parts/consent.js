// Step 1: switches that start off, and the sentence they amount to.

import { get, noteOf, partsOf, send } from "./api.js";
import { announce, arrive, fill, focusOn, make, momentOf, whileVisible } from "./dom.js";

const NOTHING = "Nothing to make yet. Switch on at least one.";
const NOT_ADULT = {
  code: "adult_not_attested",
  what: "Selfsame is for adults.",
  why: "A child cannot give this consent, and nobody can give it in a child's place.",
  next: "If you are 18 or older, tick the box and agree again.",
};

export async function mount(root, { advance }) {
  const at = (id) => root.querySelector(`#${id}`);
  const summary = at("consent-summary");
  let notes = {};
  let newest = 0;

  const choice = () => ({
    families: [...root.querySelectorAll("[name=family]:checked")].map((box) => box.value),
    days: Number(root.querySelector("[name=days]:checked")?.value ?? 90),
    audience: root.querySelector("[name=audience]:checked")?.value ?? "private",
    adult_attested: at("consent-adult").checked,
  });

  async function restate() {
    const turn = ++newest;
    const chosen = choice();
    at("consent-audience-note").textContent = notes[chosen.audience] ?? "";
    fill(at("consent-refused"));
    let text = NOTHING;
    if (chosen.families.length > 0) {
      try {
        text = (await send("/api/consent/summary", chosen)).summary;
      } catch (error) {
        fill(at("consent-refused"), noteOf(partsOf(error)));
        return;
      }
    }
    if (turn !== newest || summary.textContent === text) return;
    summary.classList.toggle("waiting", chosen.families.length === 0);
    announce(summary, text);
  }

  function refuse(parts) {
    const note = noteOf(parts);
    fill(at("consent-refused"), note);
    focusOn(note.querySelector(".what"));
  }

  async function agree() {
    const button = at("agree");
    const chosen = choice();
    if (chosen.families.length === 0) {
      announce(summary, NOTHING);
      root.querySelector("[name=family]")?.focus();
      return;
    }
    if (!chosen.adult_attested) {
      refuse(NOT_ADULT);
      return;
    }
    button.disabled = true;
    try {
      await send("/api/consent", chosen);
      advance();
    } catch (error) {
      refuse(partsOf(error));
    }
    button.disabled = false;
  }

  function readBeside() {
    const notice = document.getElementById("notice");
    const side = root.querySelector(".consent-side");
    if (notice.parentElement !== side) side.append(notice);
    const open = side.classList.toggle("notice-open");
    at("read-notice").setAttribute("aria-expanded", String(open));
    at("read-notice").textContent = open ? "Close the whole text" : "Read the whole text";
    notice.tabIndex = 0; // it scrolls, so the keyboard must reach it
    if (open) focusOn(notice);
  }

  async function refresh() {
    const sitting = await get("/api/sitting").catch(() => null);
    if (!sitting) return;
    const standing = at("consent-standing");
    standing.hidden = !sitting.record;
    if (sitting.record) {
      fill(standing,
        make("p", { class: "what" }, "You have agreed already."),
        make("p", {}, sitting.record.summary),
        make("p", { class: "next small" }, "Agreeing again begins a new sitting and closes this one."));
    }
    at("consent-earlier").hidden = sitting.earlier.length === 0;
    fill(at("consent-earlier").querySelector("ul"), ...sitting.earlier.map(([id, when]) =>
      make("li", {}, make("a", { class: "button text", href: `/?open=${encodeURIComponent(id)}`, "data-earlier": id },
        `An earlier sitting: ${momentOf(when)} – look into the camera to open it`))));
  }

  at("agree").addEventListener("click", agree);
  at("read-notice").addEventListener("click", readBeside);
  at("consent-form").addEventListener("change", restate);
  at("consent-adult").addEventListener("change", () => fill(at("consent-refused")));
  at("consent-form").addEventListener("submit", (event) => event.preventDefault());

  const offer = await get("/api/consent/offer");
  notes = Object.fromEntries(offer.audiences.map((entry) => [entry.value, entry.note]));
  fill(at("consent-families"), ...offer.families.map((family) =>
    make("label", { class: "switch" },
      make("span", {}, make("b", {}, `${family.label} stills`), make("span", { class: "small" }, family.note)),
      make("input", { type: "checkbox", role: "switch", name: "family", value: family.value, "data-testid": `switch-${family.value}` }))));
  const segment = (name, entry, chosen) => make("label", {},
    make("input", { type: "radio", name, value: String(entry.value), checked: entry.value === chosen }),
    make("span", {}, entry.label));
  fill(at("consent-days"), ...offer.durations.map((entry) => segment("days", entry, offer.days)));
  fill(at("consent-audience"), ...offer.audiences.map((entry) => segment("audience", entry, offer.audience)));
  summary.classList.add("waiting");
  restate();
  whileVisible(root.querySelector(".consent"), () => {
    arrive(at("consent-title"));
    refresh();
  });
}
