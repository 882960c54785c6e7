// Step 3: cards drawn from the person's own portrait, then one style with its controls.

import { get, noteOf, partsOf, pictureOf } from "./api.js";
import { arrive, fill, focusOn, make, whileVisible } from "./dom.js";
import { mountDetail } from "./style_detail.js";

const FAVOURITES = "selfsame-favourites"; // names of styles only
const SEARCH_FROM = 7; // styles; fewer are seen at a glance
const AT_ONCE = 2; // previews drawn at the same time: more would slow the first one down
const FAMILY_WORDS = { illustrated: "Illustrated", painted: "Painted", imagined: "Imagined" };
const HEART = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 20s-7.5-4.6-7.5-10.2A4.3 4.3 0 0 1 12 7.2a4.3 4.3 0 0 1 7.5 2.6C19.5 15.4 12 20 12 20z"/></svg>';

export async function mount(root, { present, revisit }) {
  const at = (id) => root.querySelector(`#${id}`);
  const favourites = new Set(JSON.parse(localStorage.getItem(FAVOURITES) ?? "[]"));
  const pictures = new Map();
  let styles = [];
  let family = "all";
  let drawing = null;

  const detail = mountDetail(root, {
    close: () => {
      at("style-detail").hidden = true;
      at("styles-grid").hidden = false;
      focusOn(at("styles-title"));
    },
    made: (id) => {
      history.replaceState(null, "", `/?job=${encodeURIComponent(id)}`);
      present();
    },
  });

  function open(style) {
    at("styles-grid").hidden = true;
    at("style-detail").hidden = false;
    detail.open(style, pictures.get(style.name));
  }

  function cardOf(style) {
    const frame = make("span", { class: "style-frame skeleton", style: "display:block" });
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
    const item = make("li", { class: "style-item" },
      make("button", { class: "style-card", type: "button", "data-style": style.name, onclick: () => open(style) },
        frame,
        make("span", { class: "style-words" }, make("b", {}, style.title), make("span", {}, style.summary))),
      heart);
    return { style, item, frame };
  }

  let cards = [];

  function sift() {
    const wanted = at("style-search").value.trim().toLowerCase();
    let seen = 0;
    for (const { style, item } of cards) {
      const fits = (family === "all" || family === style.family || (family === "favourites" && favourites.has(style.name)))
        && style.title.toLowerCase().includes(wanted);
      item.hidden = !fits;
      seen += Number(fits);
    }
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

  async function drawCard({ style, frame }, signal) {
    try {
      const url = await pictureOf(`/api/preview/${encodeURIComponent(style.name)}`, signal);
      pictures.set(style.name, url);
      const image = make("img", { src: url, alt: `AI-generated preview of you: ${style.title}` });
      await image.decode().catch(() => {});
      fill(frame, image);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(frame, make("span", { class: "style-failed" }, partsOf(error).what));
    }
    frame.classList.remove("skeleton");
  }

  async function drawAll() {
    drawing = new AbortController();
    const waiting = [...cards];
    const draw = async () => {
      while (waiting.length > 0 && !drawing.signal.aborted) await drawCard(waiting.shift(), drawing.signal);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, draw));
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
    } catch (error) {
      fill(at("styles-refused"), noteOf(partsOf(error)));
      return;
    }
    at("styles-search").hidden = styles.length < SEARCH_FROM;
    cards = styles.map(cardOf);
    at("style-cards").classList.toggle("few", cards.length <= 3);
    fill(at("style-cards"), ...cards.map((card) => card.item));
    listFamilies();
    drawAll();
  }

  function hidden() {
    drawing?.abort();
    for (const url of pictures.values()) URL.revokeObjectURL(url);
    pictures.clear();
    fill(at("style-cards"));
    detail.forget();
    at("style-detail").hidden = true;
    at("styles-grid").hidden = false;
  }

  at("style-search").addEventListener("input", sift);
  at("more-pictures").addEventListener("click", revisit);
  whileVisible(root.querySelector(".styles"), shown, hidden);
}
