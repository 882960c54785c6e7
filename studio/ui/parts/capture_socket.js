// One capture over the WebSocket: pictures go out at 15 a second, at most two unanswered.

import { closeCamera, eachPicture, photographer } from "./camera.js";

const FRAME = 0;
const STILL = 1;
const HEADER_BYTES = 13;
const INTERVAL_MS = 1000 / 15 - 4; // camera pictures come on a grid: a little early keeps to 15
const MAX_UNANSWERED = 2;

const LOST = {
  code: "connection_lost",
  what: "The line to the studio broke.",
  why: "A gap is where one face could be swapped for another, so the camera begins again.",
  next: "Check that the studio is still running, then try again.",
};

export const HIDDEN = {
  code: "page_hidden",
  what: "The page went out of sight, so the camera stopped.",
  why: "A camera never runs behind your back.",
  next: "Keep this page in front and try again.",
};

export function converse(video, reopen, on) {
  const address = new URL("/api/capture", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  if (reopen) address.searchParams.set("reopen", reopen);
  const socket = new WebSocket(address);
  const shots = photographer(video);
  let stopPictures = () => {};
  let sequence = 0;
  let unanswered = 0;
  let lastSent = -Infinity;
  let stillWanted = false;
  let stillSequence = null;
  let busy = false;
  let over = false;

  function end(report) {
    if (over) return;
    over = true;
    stopPictures();
    shots.forget();
    socket.close();
    closeCamera(video);
    document.removeEventListener("visibilitychange", onVisibility);
    report();
  }

  async function shoot() {
    const now = performance.now();
    if (over || busy || unanswered >= MAX_UNANSWERED || now - lastSent < INTERVAL_MS) return;
    if (!video.videoWidth || socket.readyState !== WebSocket.OPEN) return;
    busy = true;
    const kind = stillWanted ? STILL : FRAME;
    const number = sequence++;
    if (kind === STILL) {
      stillWanted = false;
      stillSequence = number;
    }
    lastSent = now;
    const picture = await (kind === STILL ? shots.still() : shots.frame());
    busy = false;
    if (over || !picture || socket.readyState !== WebSocket.OPEN) return;
    const header = new DataView(new ArrayBuffer(HEADER_BYTES));
    header.setUint8(0, kind);
    header.setUint32(1, number, true);
    header.setFloat64(5, now, true);
    unanswered += 1;
    socket.send(new Blob([header, picture]));
  }

  function onVisibility() {
    if (document.hidden) end(() => on.refused(HIDDEN));
  }

  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    if (message.assent !== undefined) {
      on.assent(message.assent);
      stopPictures = eachPicture(video, shoot);
    } else if (message.refused) {
      end(() => on.refused(message.refused));
    } else if (message.passed) {
      end(() => on.passed(message.passed));
    } else {
      unanswered -= 1;
      if (message.sequence === stillSequence) stillSequence = null;
      stillWanted = message.wants_still && stillSequence === null;
      on.update(message);
      if (message.finished) stopPictures();
    }
  });
  socket.addEventListener("close", () => end(() => on.refused(LOST)));
  document.addEventListener("visibilitychange", onVisibility);
  return { stop: (report = () => {}) => end(report) };
}
