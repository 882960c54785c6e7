// Labelled looks at a picture that is being made: the newest one, until it is done or not wanted.

import { fetchOwn } from "./api.js";

const NOTHING = 204; // status where there is none, or none any more

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
      const response = await fetchOwn(`/api/jobs/${encodeURIComponent(job)}/glimpse`, { signal });
      const picture = response.status === NOTHING ? null : await response.blob();
      if (picture && !signal.aborted) show(URL.createObjectURL(picture));
    } catch {
      // How it ended, the job's own events tell.
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
