// One style: large preview, its controls, how like the person it is, and [Make it].

import { fetchOwn, noteOf, partsOf, pictureOf, send } from "./api.js";
import { isComparable, mountCompare } from "./compare.js";
import { announce, fill, focusOn } from "./dom.js";
import { modelNote, needsModel, wordsForTaking } from "./imagination.js";
import { creditOf, likenessOf } from "./likeness.js";
import { anySeed, remember } from "./orders.js";
import { mountControls } from "./style_controls.js";

const PAUSE_MS = 250; // after the last move of a control
const COUNTS = ["", "one", "two", "three", "four", "five"];

function captionOf(style) {
  if (!style.is_slow) return "A preview, labelled like the picture itself.";
  const more = style.selfies - 1;
  const others = more > 0 ? ` Some models look at up to ${COUNTS[more] ?? more} more of your selfies.` : "";
  return `Your selfie. Nothing is drawn of it before you press Make it.${others}`;
}

export function mountDetail(root, { close, made }) {
  const at = (id) => root.querySelector(`#${id}`);
  const image = at("detail-preview");
  const controls = mountControls(at("controls"));
  const compare = mountCompare(at("detail-compare"), at("detail-frame"), {
    address: () => `/api/portrait/${encodeURIComponent(style.name)}`,
    refused: (error) => fill(at("detail-refused"), noteOf(partsOf(error))),
  });
  let style = null;
  let known = null; // words and models
  let seed = 0;
  let timer = 0;
  let running = null;
  let url = null; // of the large preview; a card's own is the card's to revoke

  function show(source) {
    image.src = source;
    image.hidden = false;
    at("detail-frame").classList.remove("skeleton");
  }

  // The frame takes the shape of what is in it, and tells where one can see through.
  function reshape() {
    const { naturalWidth: width, naturalHeight: height } = image;
    const { frame, cutout } = controls.values();
    const isSquare = isComparable(width, height);
    if (!isSquare) compare.hide();
    at("detail-compare").hidden = !isSquare;
    at("detail-frame").style.aspectRatio = `${width} / ${height}`;
    at("detail-frame").classList.toggle("see-through", cutout === "yes" || frame === "circle" || frame === "sticker");
  }

  async function redraw() {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const headers = { "x-controls": encodeURIComponent(JSON.stringify(controls.values())) };
    at("detail-frame").classList.add("redrawing");
    try {
      const response = await fetchOwn(`/api/preview/${encodeURIComponent(style.name)}?measured=true&seed=${seed}`, { signal, headers });
      const likeness = JSON.parse(decodeURIComponent(response.headers.get("x-likeness") ?? "null"));
      const before = url;
      url = URL.createObjectURL(await response.blob());
      show(url);
      await image.decode().catch(() => {});
      if (before) URL.revokeObjectURL(before);
      if (signal.aborted) return;
      reshape();
      fill(at("detail-refused"));
      fill(at("detail-likeness"), likenessOf(likeness));
      announce(at("detail-status"), `Preview drawn. ${likeness?.title ?? ""}`);
    } catch (error) {
      if (error.name === "AbortError") return;
      fill(at("detail-refused"), noteOf(partsOf(error)));
    }
    at("detail-frame").classList.remove("redrawing");
  }

  // What a slow style would be drawn from, and how long that takes.
  async function begin() {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    try {
      const source = await pictureOf(`/api/portrait/${encodeURIComponent(style.name)}`, signal);
      if (url) URL.revokeObjectURL(url);
      url = source;
      show(url);
    } catch (error) {
      if (error.name === "AbortError") return;
      at("detail-frame").classList.remove("skeleton");
      fill(at("detail-refused"), noteOf(partsOf(error)));
    }
  }

  function tellTaking() {
    at("detail-taking").textContent = `${wordsForTaking(style, known.imagination, controls.values())} on this machine.`;
  }

  function soon() {
    if (style.is_slow) return tellTaking();
    clearTimeout(timer);
    timer = setTimeout(redraw, PAUSE_MS);
    return undefined;
  }

  function halt() {
    clearTimeout(timer);
    running?.abort();
    compare.hide();
  }

  async function makeIt() {
    at("make-it").disabled = true;
    try {
      const wish = { style: style.name, controls: controls.values(), seed };
      const { job_id: id } = await send("/api/jobs", wish);
      remember(id, wish);
      halt();
      made(id);
    } catch (error) {
      const note = noteOf(partsOf(error));
      fill(at("detail-refused"), note);
      focusOn(note.querySelector(".what"));
    }
    at("make-it").disabled = false;
  }

  at("controls").addEventListener("input", soon);
  at("make-it").addEventListener("click", makeIt);
  at("all-styles").addEventListener("click", () => {
    halt();
    close();
  });
  at("vary").addEventListener("click", () => {
    seed = anySeed();
    redraw();
  });

  return {
    corrected: controls.corrected,
    open(chosen, drawn, found) {
      [style, known] = [chosen, found];
      const isMissing = needsModel(style, known.imagination);
      seed = style.is_slow ? anySeed() : 0;
      at("detail-title").textContent = style.title;
      at("detail-summary").textContent = style.summary;
      image.alt = style.is_slow ? "Your selfie, which the picture is made from" : `AI-generated preview of you: ${style.title}`;
      at("detail-caption").textContent = captionOf(style);
      for (const id of ["vary", "detail-compare"]) at(id).hidden = style.is_slow;
      for (const id of ["detail-picture", "controls", "detail-actions"]) at(id).hidden = isMissing;
      image.hidden = true;
      at("detail-frame").classList.add("skeleton");
      at("detail-frame").classList.remove("see-through");
      at("detail-frame").style.aspectRatio = "";
      fill(at("detail-refused"));
      fill(at("detail-likeness"));
      fill(at("detail-credit"), creditOf(style.credit));
      controls.show(style, known);
      at("detail-taking").hidden = !style.is_slow;
      at("detail-taking").textContent = "";
      at("detail-frame").classList.remove("redrawing");
      if (drawn) show(drawn);
      focusOn(at("detail-title"));
      scrollTo({ top: 0 });
      if (isMissing) fill(at("detail-refused"), modelNote());
      else if (style.is_slow) {
        tellTaking();
        begin();
      } else redraw();
    },
    forget() {
      halt();
      if (url) URL.revokeObjectURL(url);
      url = null;
      controls.forget();
      image.removeAttribute("src");
      image.hidden = true;
    },
  };
}
