// Draws the cards' samples one after the other, those in view first, and ends when it is told to.

const AT_ONCE = 2; // previews drawn at the same time: more would slow the first one down

// `draw(card, signal)` draws one; `changed({drawn, total, state})` hears how far it has come, where
// the state is "drawing", "stopped", "paused" or "done".
export function sampler({ draw, changed }) {
  let waiting = [];
  let total = 0;
  let state = "done";
  let running = new Map(); // card -> AbortController
  const inView = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inView.add(target); else inView.delete(target);
    }
  });

  let isOver = false; // the page has gone on: nobody is told any more

  function tell() {
    if (!isOver) changed({ drawn: total - waiting.length - running.size, total, state });
  }

  function next() {
    const at = waiting.findIndex(({ item }) => inView.has(item));
    const shown = at < 0 ? waiting.findIndex(({ item }) => !item.hidden) : at;
    return waiting.splice(Math.max(shown, 0), 1)[0];
  }

  async function work() {
    while (state === "drawing" && waiting.length > 0 && running.size < AT_ONCE) {
      const card = next();
      const stop = new AbortController();
      running.set(card, stop);
      const isDrawn = await draw(card, stop.signal);
      if (running.get(card) !== stop) return; // begun anew since
      running.delete(card);
      if (!isDrawn) waiting.unshift(card);
      if (state === "drawing" && waiting.length === 0 && running.size === 0) state = "done";
      tell();
    }
  }

  function go() {
    state = "drawing";
    tell();
    // A moment later, so that it is known which cards are in view.
    requestAnimationFrame(() => setTimeout(() => {
      for (let worker = running.size; worker < AT_ONCE; worker += 1) work();
    }));
  }

  function halt(why) {
    if (state !== "drawing") return;
    state = why;
    waiting = [...running.keys(), ...waiting];
    const stopped = running;
    running = new Map();
    for (const stop of stopped.values()) stop.abort();
    tell();
  }

  return {
    begin(cards) {
      for (const { item } of cards) watcher.observe(item);
      waiting = [...cards];
      total = cards.length;
      go();
    },
    renew(cards) {
      waiting.push(...cards.filter((card) => !waiting.includes(card)));
      if (state === "done" && waiting.length > 0) state = "paused";
    },
    stop: () => halt("stopped"),
    pause: () => halt("paused"),
    resume: () => { if (state === "paused") go(); },
    restart: () => { if (state === "stopped") go(); },
    end() {
      isOver = true;
      halt("done");
      watcher.disconnect();
      inView.clear();
      waiting = [];
    },
  };
}
