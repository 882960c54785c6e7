// The selfie and what was drawn from it in one frame; a line between them moves.

import { fetchOwn } from "./api.js";
import { make } from "./dom.js";

const MIDDLE = 50; // per cent

// Lays the selfie at `address` over the picture in `frame`; the studio asks for consent each time.
export async function compareIn(frame, address, signal) {
  const response = await fetchOwn(address, { signal });
  const url = URL.createObjectURL(await response.blob());
  const before = make("img", { class: "compare-before", src: url, alt: "Your selfie, cropped as it was drawn" });
  const slider = make("input", { type: "range", class: "compare-slider", min: "0", max: "100", value: String(MIDDLE),
    "aria-label": "How much of your selfie is seen, in per cent" });
  const layer = make("div", { class: "compare" },
    before, make("span", { class: "compare-line", "aria-hidden": "true" }),
    make("span", { class: "compare-word compare-left", "aria-hidden": "true" }, "Before"),
    make("span", { class: "compare-word compare-right", "aria-hidden": "true" }, "After"), slider);
  const move = () => layer.style.setProperty("--seen", `${slider.value}%`);
  slider.addEventListener("input", move);
  move();
  await before.decode().catch(() => {});
  frame.append(layer);
  return () => {
    URL.revokeObjectURL(url);
    layer.remove();
  };
}

// A button that shows and hides the comparison; `address()` is asked when it is pressed.
export function mountCompare(button, frame, { address, refused }) {
  let end = null;
  let asking = null;

  function hide() {
    asking?.abort();
    asking = null;
    end?.();
    end = null;
    button.setAttribute("aria-pressed", "false");
  }

  async function show() {
    asking = new AbortController();
    const { signal } = asking;
    button.setAttribute("aria-pressed", "true");
    try {
      const ended = await compareIn(frame, address(), signal);
      if (signal.aborted) ended(); else end = ended;
      frame.querySelector(".compare-slider")?.focus();
    } catch (error) {
      if (error.name === "AbortError") return;
      hide();
      refused(error);
    }
  }

  button.addEventListener("click", () => { if (asking) hide(); else show(); });
  return { hide };
}

// A banner is wider than the selfie: there is nothing to lay one over the other.
export const isComparable = (width, height) => Math.abs(width - height) <= 1;
