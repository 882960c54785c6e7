// A few words out of a closed list, as chips: a search, the groups to look through, what was chosen.

import { announce, fill, make } from "./dom.js";

const LONGEST = 40; // characters of a word
const MOST_TYPED = 400; // characters
const MOST_FOUND = 24; // words that a search shows
const NEAREST = 3;
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const ALIKE = 0.35; // share of letter pairs, from which a word is offered instead

const tidy = (text) => text.normalize("NFC").toLowerCase().trim().replace(/\s+/g, " ").slice(0, LONGEST);

function pairsOf(word) {
  return new Set([...` ${word}`].map((letter, at, all) => letter + (all[at + 1] ?? " ")));
}

// Dice's coefficient over pairs of letters.
function likenessOf(one, other) {
  const [mine, theirs] = [pairsOf(one), pairsOf(other)];
  return (2 * [...mine].filter((pair) => theirs.has(pair)).length) / (mine.size + theirs.size);
}

export function nearest(text, words) {
  return words.map((word) => ({ word, alike: likenessOf(text, word) }))
    .filter(({ alike }) => alike >= ALIKE)
    .sort((one, other) => other.alike - one.alike)
    .slice(0, NEAREST).map(({ word }) => word);
}

export function matching(text, words) {
  const starts = words.filter((word) => word.startsWith(text));
  return [...starts, ...words.filter((word) => word.includes(text) && !word.startsWith(text))].slice(0, MOST_FOUND);
}

export function wordsOf(control, groups, value) {
  const all = Object.values(groups).flat();
  let chosen = value.split(",").map(tidy).filter((word) => all.includes(word));
  const kept = make("input", { type: "hidden", name: control.name });
  const shown = make("ul", { class: "words-chosen", "aria-label": "Chosen words" });
  const said = make("p", { class: "small words-said", role: "status" });
  const found = make("div", { class: "words-found", role: "toolbar", "aria-label": "Words to choose" });
  const search = make("input", { type: "search", class: "words-search", maxlength: String(MOST_TYPED), autocomplete: "off",
    placeholder: `Search ${all.length} words`, "aria-label": `${control.label}: search` });
  const group = make("select", { "aria-label": `${control.label}: group` },
    ...Object.keys(groups).map((name) => make("option", { value: name }, name)));

  const chip = (word) => make("button", { type: "button", class: "word", "data-word-chip": word,
    "aria-pressed": String(chosen.includes(word)), onclick: () => toggle(word) }, word);

  function list(words) {
    fill(found, ...words.map(chip));
    reach(found.firstElementChild);
  }

  // One stop for the tabulator key, however many words there are; arrows go from word to word.
  function reach(reached) {
    for (const each of found.children) each.tabIndex = each === reached ? 0 : -1;
  }

  function walk(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const chips = [...found.children];
    chips.at((chips.indexOf(event.target) + step) % chips.length).focus();
  }

  function look() {
    const text = tidy(search.value);
    group.disabled = text !== "";
    if (text === "") return list(groups[group.value] ?? []);
    const words = matching(text, all);
    if (words.length > 0) return list(words);
    const near = nearest(text, all);
    list(near);
    return announce(said, near.length > 0
      ? `“${text}” is not in the list. These come nearest.` : `“${text}” is not in the list.`);
  }

  function tell(text) {
    announce(said, text ?? `${chosen.length} of ${control.most} words.`);
  }

  function keep() {
    kept.value = chosen.join(", ");
    fill(shown, ...chosen.map((word) => make("li", {}, make("button", { type: "button", class: "word chosen",
      "aria-label": `Take off: ${word}`, onclick: () => { toggle(word); search.focus(); } }, word))));
    shown.hidden = chosen.length === 0;
    for (const each of found.children) each.setAttribute("aria-pressed", String(chosen.includes(each.dataset.wordChip)));
  }

  // Returns whether the word is chosen now.
  function add(word) {
    if (chosen.length >= control.most) return false;
    chosen = [...new Set([...chosen, word])];
    return true;
  }

  function toggle(word) {
    const isOff = chosen.includes(word);
    if (isOff) chosen = chosen.filter((each) => each !== word);
    else if (!add(word)) return tell(`${control.most} words at most. Take one off first.`);
    keep();
    tell();
    return kept.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // What was typed or pasted, with commas between words.
  function enter() {
    const typed = [...new Set(search.value.split(",").map(tidy).filter(Boolean))];
    const before = chosen.length;
    const left = typed.filter((text) => {
      const match = all.includes(text) ? [text] : matching(text, all);
      return match.length !== 1 || !(chosen.includes(match[0]) || add(match[0]));
    });
    search.value = left.join(", ");
    keep();
    if (left.length === 0 || chosen.length > before) tell();
    if (chosen.length > before) kept.dispatchEvent(new Event("input", { bubbles: true }));
    if (left.length > 0 && chosen.length >= control.most) tell(`${control.most} words at most. Take one off first.`);
    look();
  }

  const box = make("fieldset", { class: "words", "data-control": control.name },
    make("legend", {}, control.label), kept, shown,
    make("div", { class: "words-tools" }, search, group), said, found);
  for (const tool of [search, group]) {
    for (const kind of ["input", "change"]) {
      tool.addEventListener(kind, (event) => {
        event.stopPropagation(); // looking for a word changes no control
        look();
      });
    }
  }
  found.addEventListener("keydown", walk);
  found.addEventListener("focusin", ({ target }) => reach(target));
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    enter();
  });
  keep();
  look();
  return box;
}
