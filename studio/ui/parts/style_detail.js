// One style: large preview, its controls, how like the person it is, and [Make it].

import { fetchOwn, noteOf, partsOf, send } from "./api.js";
import { isComparable, mountCompare } from "./compare.js";
import { announce, fill, focusOn } from "./dom.js";
import { creditOf, likenessOf } from "./likeness.js";
import { mountControls } from "./style_controls.js";

const PAUSE_MS = 250; // after the last move of a control
const MAX_SEED = 2 ** 31;

export function mountDetail(root, { close, made }) {
  const at = (id) => root.querySelector(`#${id}`);
  const image = at("detail-preview");
  const controls = mountControls(at("controls"));
  const compare = mountCompare(at("detail-compare"), at("detail-frame"), {
    address: () => `/api/portrait/${encodeURIComponent(style.name)}`,
    refused: (error) => fill(at("detail-refused"), noteOf(partsOf(error))),
  });
  let style = null;
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

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(redraw, PAUSE_MS);
  }

  function halt() {
    clearTimeout(timer);
    running?.abort();
    compare.hide();
  }

  async function makeIt() {
    at("make-it").disabled = true;
    try {
      const { job_id: id } = await send("/api/jobs", { style: style.name, controls: controls.values(), seed });
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
    seed = Math.floor(Math.random() * MAX_SEED);
    redraw();
  });

  return {
    corrected: controls.corrected,
    open(chosen, drawn) {
      style = chosen;
      seed = 0;
      at("detail-title").textContent = style.title;
      at("detail-summary").textContent = style.summary;
      image.alt = `AI-generated preview of you: ${style.title}`;
      image.hidden = true;
      at("detail-frame").classList.add("skeleton");
      at("detail-frame").classList.remove("see-through");
      at("detail-frame").style.aspectRatio = "";
      fill(at("detail-refused"));
      fill(at("detail-likeness"));
      fill(at("detail-credit"), creditOf(style.credit));
      controls.show(style);
      if (drawn) show(drawn);
      focusOn(at("detail-title"));
      scrollTo({ top: 0 });
      redraw();
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
