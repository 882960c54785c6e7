// Small helpers for making elements and speaking to screen readers.

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.filter((child) => child !== null && child !== undefined));
}

// Text is set a moment after the region is emptied: the same sentence twice is then read twice.
export function announce(region, text) {
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
}

// Calls `shown` and `hidden` as an element comes and goes with its step.
export function whileVisible(element, shown, hidden = () => {}) {
  let visible = false;
  new IntersectionObserver(([entry]) => {
    const now = element.getClientRects().length > 0 && entry.target.offsetParent !== null;
    if (now === visible) return;
    visible = now;
    if (visible) shown(); else hidden();
  }).observe(element);
}

export function focusOn(element) {
  if (!element.hasAttribute("tabindex")) element.setAttribute("tabindex", "-1");
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

// The keyboard and the screen reader follow to a new step; a page just opened keeps its own start.
let arrivals = 0;
export function arrive(heading) {
  arrivals += 1;
  const isThereAlready = heading.closest(".page").contains(document.activeElement);
  if (arrivals > 1 && !isThereAlready) focusOn(heading);
}

export function dayOf(text, language = undefined) {
  return new Date(text).toLocaleDateString(language, { day: "numeric", month: "long", year: "numeric" });
}

export function momentOf(text, language = undefined) {
  const when = new Date(text);
  const day = when.toLocaleDateString(language, { day: "numeric", month: "short", year: "numeric" });
  return `${day}, ${when.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" })}`;
}

export function shortDayOf(text) {
  return new Date(text).toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}
