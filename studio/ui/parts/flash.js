// The colours: over the whole window, announced, and never faster than sensitive eyes can bear.

const REST_MS = 350; // WCAG 2.3.1: three flashes a second at most, so no change within 0.33 s
const COLOUR = /^#[0-9a-f]{6}$/i;
const LONGEST_FADE = 2; // seconds

let changedAt = -Infinity; // of the last change on this page, whichever capture it belonged to

// "Hold still for a moment." says nothing that "Hold still, colours ahead" does not.
const repeats = ({ text, hint }) => hint?.startsWith(text.split(",")[0]);

export function mountFlash(root, { stop }) {
  const flash = root.querySelector("#flash");
  const eye = flash.querySelector("video");
  const ring = flash.querySelector(".flash-fill");
  const words = flash.querySelector(".flash-words");
  const hint = flash.querySelector(".flash-hint");
  const stopButton = root.querySelector("#flash-stop");
  let wanted = null; // {colour, fade, film}; null while no colours are due
  let timer = 0;
  let isOpen = false;
  let before = null; // what had the focus

  function open() {
    isOpen = true;
    eye.srcObject = wanted.film;
    eye.play().catch(() => {}); // a stream that has just ended
    flash.dataset.open = "";
    flash.showPopover?.();
    before = document.activeElement;
    stopButton.focus({ preventScroll: true });
    void flash.offsetWidth; // settles the first look, so that a fade starts from it
  }

  function change() {
    timer = 0;
    if (!wanted || (isOpen && flash.dataset.colour === wanted.colour)) return;
    changedAt = performance.now();
    if (!isOpen) open();
    flash.dataset.fade = String(wanted.fade);
    // The page takes motion away on request; this one is asked for by exactly those who need calm.
    flash.style.setProperty("transition-duration", `${wanted.fade}s`, "important");
    flash.style.backgroundColor = wanted.colour;
    flash.dataset.colour = wanted.colour;
  }

  function show(update, film) {
    const colour = COLOUR.test(update.colour ?? "") ? update.colour : "";
    const fade = Math.min(Math.max(Number(update.fade_seconds) || 0, 0), LONGEST_FADE);
    wanted = { colour, fade, film };
    words.textContent = update.text;
    hint.textContent = repeats(update) ? "" : update.hint ?? "";
    ring.style.strokeDasharray = `${update.progress * 100} 100`;
    if (timer) return;
    const rest = changedAt + REST_MS - performance.now();
    if (rest <= 0) change();
    else timer = setTimeout(change, rest);
  }

  function hide() {
    wanted = null;
    clearTimeout(timer);
    timer = 0;
    if (!isOpen) return;
    isOpen = false;
    changedAt = performance.now();
    const hadFocus = flash.contains(document.activeElement);
    flash.hidePopover?.();
    delete flash.dataset.open;
    flash.dataset.colour = "";
    flash.dataset.fade = "0";
    flash.style.backgroundColor = "";
    eye.srcObject = null;
    if (hadFocus) before?.focus({ preventScroll: true });
  }

  stopButton.addEventListener("click", stop);
  return { show, hide };
}
