// Notes what the whole screen shows, and when; null once nothing is shown.

(() => {
  window.shown = []; // [{colour, fade, at}]
  addEventListener("DOMContentLoaded", () => {
    const note = () => {
      const flash = document.getElementById("flash");
      if (!flash) return;
      const colour = "open" in flash.dataset ? flash.dataset.colour : null;
      const last = window.shown.at(-1)?.colour ?? null;
      if (last === colour) return;
      window.shown.push({ colour, fade: Number(flash.dataset.fade), at: performance.now() });
    };
    new MutationObserver(note).observe(document.body, {
      subtree: true, attributes: true, attributeFilter: ["data-colour", "data-open"],
    });
  });
})();
