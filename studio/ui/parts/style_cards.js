// Step 3: cards drawn from the person's own portrait, then one style with its controls.

import { get, noteOf, partsOf, pictureOf } from "./api.js";
import { announce, arrive, fill, focusOn, make, whileVisible } from "./dom.js";
import { familyNote, needsModel, wordsForTaking } from "./imagination.js";
import { sampler } from "./samples.js";
import { mountDetail } from "./style_detail.js";

const FAVOURITES = "selfsame-favourites"; // names of styles only
const SEARCH_FROM = 7; // styles; fewer are seen at a glance
const FAMILY_WORDS = { illustrated: "Illustrated", painted: "Painted", imagined: "Imagined" };
const HEART = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 20s-7.5-4.6-7.5-10.2A4.3 4.3 0 0 1 12 7.2a4.3 4.3 0 0 1 7.5 2.6C19.5 15.4 12 20 12 20z"/></svg>';

export async function mount(root, { present, revisit }) {
  const at = (id) => root.querySelector(`#${id}`);
  const favourites = new Set(JSON.parse(localStorage.getItem(FAVOURITES) ?? "[]"));
  const pictures = new Map(); // name -> {url, controls}
  let styles = [];
  let known = null; // words and models
  let earlier = new Map(); // name of a slow style -> the newest output in it
  let cards = [];
  let headings = [];
  let family = "all";
  let samples = null;

  const detail = mountDetail(root, {
    close: () => {
      at("style-detail").hidden = true;
      at("styles-grid").hidden = false;
      focusOn(at("styles-title"));
      samples?.renew(cards.filter(({ style }) => pictures.has(style.name)
        && pictures.get(style.name).controls !== JSON.stringify(detail.corrected(style))));
      samples?.resume();
    },
    made: (id) => {
      history.replaceState(null, "", `/?job=${encodeURIComponent(id)}`);
      present();
    },
  });

  function open(style) {
    samples?.pause();
    at("styles-grid").hidden = true;
    at("style-detail").hidden = false;
    detail.open(style, pictures.get(style.name)?.url, known);
  }

  // Of a slow style nothing is drawn unasked: words, and what was made of it before.
  const slowCard = (style, words) => make("button", { class: "style-card slow", type: "button", "data-style": style.name,
    "data-needs-model": String(needsModel(style, known.imagination)), onclick: () => open(style) },
    words, make("span", { class: "style-taking" }, wordsForTaking(style, known.imagination)),
    earlier.has(style.name) ? make("img", { class: "style-made", loading: "lazy", alt: `Made before: ${style.title}, AI-generated`,
      src: `/api/outputs/${encodeURIComponent(earlier.get(style.name).id)}?format=webp` }) : null);

  function cardOf(style) {
    const frame = make("span", { class: "style-frame" });
    const words = make("span", { class: "style-words" }, make("b", {}, style.title), make("span", {}, style.summary));
    const heart = make("button", {
      class: "favourite",
      type: "button",
      "aria-pressed": String(favourites.has(style.name)),
      "aria-label": `Favourite: ${style.title}`,
      onclick: () => {
        if (!favourites.delete(style.name)) favourites.add(style.name);
        localStorage.setItem(FAVOURITES, JSON.stringify([...favourites]));
        heart.setAttribute("aria-pressed", String(favourites.has(style.name)));
        listFamilies();
      },
    });
    heart.innerHTML = HEART;
    const item = make("li", { class: "style-item" }, style.is_slow ? slowCard(style, words)
      : make("button", { class: "style-card", type: "button", "data-style": style.name, onclick: () => open(style) }, frame, words), heart);
    return { style, item, frame };
  }

  function sift() {
    const wanted = at("style-search").value.trim().toLowerCase();
    let seen = 0;
    for (const { style, item } of cards) {
      const fits = (family === "all" || family === style.family || (family === "favourites" && favourites.has(style.name)))
        && style.title.toLowerCase().includes(wanted);
      item.hidden = !fits;
      seen += Number(fits);
    }
    for (const { kind, heading } of headings) heading.hidden = !["all", kind].includes(family) || wanted !== "";
    at("styles-none").hidden = seen > 0 || cards.length === 0;
    at("styles-none").textContent = family === "favourites" && !wanted
      ? "No favourites yet. Tap the heart under a style." : "No style has that name.";
  }

  function listFamilies() {
    const kinds = [...new Set(styles.map((style) => style.family))];
    const tabs = kinds.length > 1 || favourites.size > 0 ? ["all", ...kinds] : [];
    if (favourites.size > 0 || family === "favourites") tabs.push("favourites");
    const words = { all: "All", favourites: "Favourites", ...FAMILY_WORDS };
    fill(at("families"), ...tabs.map((name) => make("label", {},
      make("input", { type: "radio", name: "family-tab", value: name, checked: name === family,
        onchange: () => { family = name; sift(); } }),
      make("span", {}, words[name] ?? name))));
    sift();
  }

  // Where there are several families, each stands under its name.
  function layOut() {
    const kinds = [...new Set(styles.map((style) => style.family))];
    headings = [];
    const rows = kinds.flatMap((kind) => {
      const own = cards.filter(({ style }) => style.family === kind).map(({ item }) => item);
      if (kinds.length === 1 && kind !== "imagined") return own;
      const heading = make("li", { class: "cards-family" }, make("h2", {}, FAMILY_WORDS[kind] ?? kind),
        kind === "imagined" ? familyNote(known.imagination) : null);
      headings.push({ kind, heading });
      return [heading, ...own];
    });
    at("style-cards").classList.toggle("few", cards.length <= 3);
    fill(at("style-cards"), ...rows);
  }

  async function draw({ style, frame }, signal) {
    const controls = JSON.stringify(detail.corrected(style));
    if (!frame.firstElementChild) frame.classList.add("skeleton");
    try {
      const url = await pictureOf(`/api/preview/${encodeURIComponent(style.name)}`, signal, controls);
      const image = make("img", { src: url, alt: `AI-generated preview of you: ${style.title}` });
      await image.decode().catch(() => {});
      const before = pictures.get(style.name)?.url;
      pictures.set(style.name, { url, controls });
      fill(frame, image);
      if (before) URL.revokeObjectURL(before);
    } catch (error) {
      frame.classList.remove("skeleton");
      if (error.name === "AbortError") return false;
      fill(frame, make("span", { class: "style-failed" }, partsOf(error).what));
    }
    frame.classList.remove("skeleton");
    return true;
  }

  function tell({ drawn, total, state }) {
    const isStopped = state === "stopped";
    at("styles-progress").hidden = !isStopped && (state !== "drawing" || total < SEARCH_FROM);
    at("drawn-words").textContent = isStopped ? `Stopped at ${drawn} of ${total}.` : `Drawing ${drawn + 1} of ${total}`;
    at("stop-drawing").textContent = isStopped ? "Draw the rest" : "Stop drawing";
    at("stop-drawing").dataset.state = state;
    root.querySelector(".styles").dataset.samples = state;
    if (state === "done") announce(at("styles-status"), `${total} samples are drawn.`);
    if (isStopped) announce(at("styles-status"), "Drawing has stopped.");
  }

  // What else there is: what consent could be given for, and what no model is here for.
  function offerMore(found, sitting) {
    const missing = found.styles.filter((style) => !sitting.record?.families.includes(style.family));
    const without = missing.some((style) => needsModel(style, found.imagination));
    const kinds = [...new Set(missing.filter((style) => !needsModel(style, found.imagination)).map((style) => style.family))];
    at("styles-more").hidden = missing.length === 0 || Boolean(sitting.baked_subject) || !sitting.record;
    if (at("styles-more").hidden) return;
    const names = kinds.map((kind) => FAMILY_WORDS[kind] ?? kind).join(" and ");
    fill(at("styles-more"),
      names && `${names} styles are not in your consent. `,
      names && make("a", { href: `/?extend=${encodeURIComponent(sitting.record.id)}` }, "Allow more"),
      names && without ? " " : null,
      without ? "Imagined styles need a model that is not here yet. " : null,
      without ? make("a", { href: "/models" }, "What is needed") : null);
  }

  // The newest picture of each slow style, where the gallery is open.
  async function lookBack() {
    const { outputs } = await get("/api/outputs").catch(() => ({ outputs: [] }));
    earlier = new Map(outputs.filter((output) => !output.held_back).reverse().map((output) => [output.style, output]));
  }

  async function shown() {
    arrive(at("styles-title"));
    fill(at("styles-refused"));
    try {
      const [sitting, found] = await Promise.all([get("/api/sitting"), get("/api/styles")]);
      const allowed = new Set(sitting.record?.families ?? []);
      styles = found.styles.filter((style) => allowed.has(style.family));
      at("styles-synthetic").hidden = !sitting.baked_subject;
      at("more-pictures").hidden = Boolean(sitting.baked_subject);
      at("styles-lead").textContent = sitting.baked_subject
        ? "Each one is drawn from somebody who is nobody."
        : "Each one is drawn from your own portrait.";
      known = found;
      offerMore(found, sitting);
      if (styles.some((style) => style.is_slow)) await lookBack();
    } catch (error) {
      fill(at("styles-refused"), noteOf(partsOf(error)));
      return;
    }
    at("styles-search").hidden = styles.length < SEARCH_FROM;
    cards = styles.map(cardOf);
    layOut();
    listFamilies();
    samples = sampler({ draw, changed: tell });
    samples.begin(cards.filter(({ style }) => !style.is_slow));
  }

  function hidden() {
    samples?.end();
    samples = null;
    for (const { url } of pictures.values()) URL.revokeObjectURL(url);
    pictures.clear();
    fill(at("style-cards"));
    detail.forget();
    at("style-detail").hidden = true;
    at("styles-grid").hidden = false;
  }

  at("style-search").addEventListener("input", sift);
  at("stop-drawing").addEventListener("click", () => {
    if (at("stop-drawing").dataset.state === "stopped") samples?.restart(); else samples?.stop();
  });
  at("more-pictures").addEventListener("click", revisit);
  addEventListener("pagehide", () => samples?.stop());
  whileVisible(root.querySelector(".styles"), shown, hidden);
}
