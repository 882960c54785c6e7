// How much a drawing looks like its selfie, in words; and whose work a style is.

import { make } from "./dom.js";

const LOOKS = { strong: "chip good", fair: "chip", loose: "chip warn" };

export function likenessOf(likeness) {
  if (!likeness) return null;
  return make("details", { class: "likeness", "data-band": likeness.band },
    make("summary", {}, make("span", { class: LOOKS[likeness.band] ?? "chip" }, likeness.title)),
    make("ul", {}, ...likeness.sentences.map((sentence) => make("li", {}, sentence))),
    likeness.dropped.length === 0 ? null : make("p", {}, "Tries that were dropped:"),
    likeness.dropped.length === 0 ? null : make("ul", { class: "dropped" },
      ...likeness.dropped.map((reason) => make("li", {}, reason))));
}

// What a licence asks to say often names it already.
function wordsOf({ attribution, licence }) {
  const said = attribution.replace(/\.$/, "");
  const isNamed = said.replaceAll(" ", "-").includes(licence);
  return [said, isNamed ? "" : `Licence: ${licence}`].filter(Boolean).join(". ");
}

// Where there is little room: only what a licence asks to say beside a picture.
export function attributionOf(credit) {
  return credit?.attribution ? make("p", { class: "credit" }, wordsOf(credit)) : null;
}

export function creditOf(credit) {
  if (!credit) return null;
  return make("p", { class: "credit" }, `${wordsOf(credit)}. `, credit.source
    ? make("a", { href: credit.source, rel: "noreferrer noopener", target: "_blank" }, "Where it comes from") : null);
}
