// Downloads of one picture: a link, and a choice of formats that this browser remembers for all.

import { make } from "./dom.js";

const CHOSEN_FORMAT = "selfsame.format";
const NAMES = { png: "PNG", webp: "WebP", jpeg: "JPEG", avif: "AVIF" };

export function downloadOf({ address, title, formats, look = "text" }) {
  const known = formats.filter((format) => format in NAMES);
  const remembered = localStorage.getItem(CHOSEN_FORMAT);
  const choice = make("select", { class: "formats", "aria-label": `Format of ${title}`, "data-formats": "true" },
    ...known.map((format) => make("option", { value: format }, NAMES[format])));
  choice.value = known.includes(remembered) ? remembered : known[0];
  const link = make("a", { class: `button ${look}`, download: "", "data-testid": "download" }, "Download");

  function point() {
    link.href = `${address}?format=${choice.value}&save=1`;
    link.setAttribute("aria-label", `Download ${title} as ${NAMES[choice.value]}`);
  }
  function remember() {
    localStorage.setItem(CHOSEN_FORMAT, choice.value);
    for (const other of document.querySelectorAll("[data-formats]")) {
      if (other === choice || ![...other.options].some(({ value }) => value === choice.value)) continue;
      other.value = choice.value;
      other.dispatchEvent(new Event("input"));
    }
  }
  choice.addEventListener("input", point);
  choice.addEventListener("change", remember);
  point();
  return [link, choice];
}
