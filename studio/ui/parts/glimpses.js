// Labelled looks at a picture that is being made: the newest one, until it is done or not wanted.

import { pictureOf } from "./api.js";

export function mountGlimpses(image, changed) {
  let newest = 0;
  let running = null;
  let url = null;

  function show(source) {
    if (url) URL.revokeObjectURL(url);
    url = source;
    if (source) image.src = source; else image.removeAttribute("src");
    image.hidden = !source;
    changed(Boolean(source));
  }

  // One at a time: while one arrives, further ones are left out; the last number is asked for then.
  async function follow(job, number) {
    newest = number;
    if (running || !number) return;
    running = new AbortController();
    const { signal } = running;
    try {
      const source = await pictureOf(`/api/jobs/${encodeURIComponent(job)}/glimpse`, signal);
      if (signal.aborted) URL.revokeObjectURL(source); else show(source);
    } catch {
      // It may just have ended; how, its own events tell.
    }
    if (signal.aborted) return;
    running = null;
    if (newest !== number) follow(job, newest);
  }

  return {
    follow,
    end() {
      running?.abort();
      running = null;
      newest = 0;
      show(null);
    },
  };
}
