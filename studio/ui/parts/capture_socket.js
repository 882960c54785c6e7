// One capture over the WebSocket: a wait where all seats are taken, then pictures, 15 a second, at
// most six of them unanswered.

import { closeCamera, eachPicture, onCameraGone, photographer } from "./camera.js";

const FRAME = 0;
const STILL = 1;
const HEADER_BYTES = 13;
const INTERVAL_MS = 1000 / 15 - 4; // camera pictures come on a grid: a little early keeps to 15
const MAX_UNANSWERED = 6; // 0.4 s: a busy studio makes no gap in the film
const STALL_MS = 1000;
const LOOK_MS = 250;

const LOST = {
  code: "connection_lost",
  what: "The line to the studio broke.",
  why: "A gap is where one face could be swapped for another, so the camera begins again.",
  next: "Check that the studio is still running, then try again.",
};

const HIDDEN = {
  code: "page_hidden",
  what: "The page went out of sight, so the camera stopped.",
  why: "A camera never runs behind your back.",
  next: "Keep this page in front and try again.",
};

const MISSED = {
  code: "turn_missed",
  what: "Your turn came while this page was out of sight.",
  why: "A camera never starts behind your back.",
  next: "Try again, and keep this page in front.",
};

const STALLED = {
  camera: "Your camera has paused. Is another program using it?",
  studio: "The studio is busy. Stay as you are.",
};

function addressOf({ reopen, pace }) {
  const address = new URL("/api/capture", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  address.searchParams.set("pace", pace);
  if (reopen) address.searchParams.set("reopen", reopen);
  return address;
}

// `on`: waiting(wait), seated(assent) -> whether the camera is there, update(message),
// stalled(text), refused(parts), passed(sitting).
export function converse(video, options, on) {
  const socket = new WebSocket(addressOf(options));
  const shots = photographer(video);
  let stopPictures = () => {};
  let forgetCamera = () => {};
  let seated = false;
  let sequence = 0; // counts the pictures that were sent
  let unanswered = 0;
  let lastSent = -Infinity;
  let lastPicture = 0;
  let lastAnswer = 0;
  let taken = 0;
  let stillWanted = false;
  let stillOnItsWay = false;
  let stillSequence = null;
  let busy = false;
  let over = false;

  function end(report) {
    if (over) return;
    over = true;
    stopPictures();
    forgetCamera();
    clearInterval(lookout);
    shots.forget();
    socket.close();
    closeCamera(video);
    document.removeEventListener("visibilitychange", onVisibility);
    report();
  }

  async function shoot(takenAt) {
    const now = performance.now();
    lastPicture = now;
    if (over || busy || unanswered >= MAX_UNANSWERED || now - lastSent < INTERVAL_MS) return;
    if (!video.videoWidth || socket.readyState !== WebSocket.OPEN) return;
    busy = true;
    lastSent = now;
    const kind = stillWanted ? STILL : FRAME;
    if (kind === STILL) {
      stillWanted = false;
      stillOnItsWay = true;
    }
    const picture = await (kind === STILL ? shots.still() : shots.frame());
    busy = false;
    if (over || socket.readyState !== WebSocket.OPEN) return;
    if (!picture) {
      if (kind === STILL) stillOnItsWay = false; // the next answer asks for it again
      return;
    }
    const header = new DataView(new ArrayBuffer(HEADER_BYTES));
    header.setUint8(0, kind);
    header.setUint32(1, sequence, true);
    taken = Math.max(takenAt, taken + 1); // milliseconds; always onwards, whatever the browser says
    header.setFloat64(5, taken, true);
    if (kind === STILL) stillSequence = sequence;
    if (unanswered === 0) lastAnswer = now;
    sequence += 1;
    unanswered += 1;
    socket.send(new Blob([header, picture]));
  }

  async function begin(assent) {
    if (document.hidden) {
      end(() => on.refused(MISSED));
      return;
    }
    const isThere = await on.seated(assent);
    if (over || !isThere) return;
    seated = true;
    lastPicture = performance.now();
    forgetCamera = onCameraGone(video, (parts) => end(() => on.refused(parts)));
    stopPictures = eachPicture(video, shoot);
  }

  function answer(message) {
    unanswered -= 1;
    lastAnswer = performance.now();
    if (message.sequence === stillSequence) {
      stillSequence = null;
      stillOnItsWay = false;
    }
    stillWanted = message.wants_still && !stillOnItsWay;
    on.update(message);
    if (message.finished) {
      seated = false;
      stopPictures();
    }
  }

  function look() {
    const now = performance.now();
    if (!seated) return;
    if (now - lastPicture > STALL_MS) on.stalled(STALLED.camera);
    else if (unanswered >= MAX_UNANSWERED && now - lastAnswer > STALL_MS) on.stalled(STALLED.studio);
  }

  // While one waits with the camera off, the page may be left for another.
  function onVisibility() {
    if (document.hidden && video.srcObject) end(() => on.refused(HIDDEN));
  }

  const lookout = setInterval(look, LOOK_MS);
  socket.addEventListener("message", ({ data }) => {
    const message = JSON.parse(data);
    if (over) return;
    if (message.waiting) on.waiting(message.waiting);
    else if (message.assent !== undefined) begin(message.assent);
    else if (message.refused) end(() => on.refused(message.refused));
    else if (message.passed) end(() => on.passed(message.passed));
    else answer(message);
  });
  socket.addEventListener("close", () => end(() => on.refused(LOST)));
  document.addEventListener("visibilitychange", onVisibility);
  return { stop: (report = () => {}) => end(report) };
}
