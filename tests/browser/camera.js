// A camera for tests: `getUserMedia` gives a canvas on which a baked subject does what the page
// asks. The page and the studio know nothing of it. `window.bakedCamera` says who sits there and
// how they behave; the test may change it while the camera runs.

(() => {
  if (!navigator.mediaDevices) return; // not a page of the studio
  const FPS = 15;
  const HOLD = 6; // pictures that an action's extreme is held
  const STUBBORN = 20; // the same, when it is the wrong one
  const HESITANT = 60; // the same, when a turn stops half way
  const PAUSE = 8; // pictures of rest before an action is tried again
  const NOISE = 0.04; // share of uniform noise: about three grey levels, as a webcam in a lit room
  const MARGIN = 256; // pixels by which the noise is larger than the picture
  const MOST_STEPS = 4; // pictures that a late one skips
  const DELAY = 80; // milliseconds until the camera sees what the screen shows
  const OPPOSITE = { turn_left: "turn_right", turn_right: "turn_left" };

  const plan = {
    subject: null,
    beside: null, // a second subject in the same picture
    act: "follow", // follow, opposite, hesitant (half a turn), deaf (noise, no reaction), frozen
    light: 1, // 1 = as baked, 0 = black
    reflects: true, // false: performs everything, and the colours of the screen change nothing
    fails: null, // name of the error that getUserMedia throws
    width: 1280, // pixels of the camera's pictures; their height is three quarters of it
    cameras: ["Built-in camera"],
    takeover: null, // {subject, at}: another subject takes the chair when `at` is asked for
    ...window.bakedCamera,
  };
  window.bakedCamera = plan;
  const WIDTH = plan.width;
  const HEIGHT = (plan.width * 3) / 4;

  function randomFrom(seed) { // mulberry32
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  function noiseFrom(random) {
    const tile = new OffscreenCanvas(WIDTH + MARGIN, HEIGHT + MARGIN);
    const pen = tile.getContext("2d");
    const pixels = pen.createImageData(tile.width, tile.height);
    for (let index = 0; index < pixels.data.length; index += 4) {
      const grey = random() * 256;
      pixels.data[index] = grey;
      pixels.data[index + 1] = grey;
      pixels.data[index + 2] = grey;
      pixels.data[index + 3] = 255;
    }
    pen.putImageData(pixels, 0, 0);
    return tile;
  }

  const pictures = new Map(); // subject -> Promise of {clip name: [ImageBitmap]}

  async function decode(subject) {
    const clips = {};
    for (const [name, frames] of Object.entries(await window.bakedClips(subject))) {
      clips[name] = await Promise.all(frames.map(async (frame) => {
        const bytes = Uint8Array.from(atob(frame), (letter) => letter.charCodeAt(0));
        return createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
      }));
    }
    return clips;
  }

  function clipsOf(subject) {
    if (!pictures.has(subject)) pictures.set(subject, decode(subject));
    return pictures.get(subject);
  }

  function performer() {
    let queue = [];
    let doing = null;
    let pause = 0;

    function begin(clip, action) {
      doing = action;
      const halts = plan.act === "hesitant" && action in OPPOSITE;
      const there = halts ? clip.slice(0, Math.ceil(clip.length / 2)) : clip;
      const hold = halts ? HESITANT : plan.act === "opposite" ? STUBBORN : HOLD;
      queue = [...there, ...Array(hold).fill(there.at(-1)), ...[...there].reverse()];
    }

    return (clips, asked) => {
      const wished = plan.act === "opposite" ? OPPOSITE[asked] ?? asked : asked;
      if (queue.length === 0) {
        if (doing !== null && doing === wished && pause++ < PAUSE) return clips.still[0];
        pause = 0;
        doing = null;
        if (plan.act !== "deaf" && clips[wished]) begin(clips[wished], wished);
      } else if (doing !== wished) {
        const back = clips[doing].length; // asked for something else: leave out the rest of the hold
        if (queue.length > back && queue.length <= back + HOLD) queue = queue.slice(-back);
      }
      return queue.shift() ?? clips.still[0];
    };
  }

  async function open() {
    const random = randomFrom(await window.bakedSeed());
    const noise = noiseFrom(random);
    const subjects = [plan.subject, plan.beside, plan.takeover?.subject].filter(Boolean);
    const cast = Object.fromEntries(
      await Promise.all(subjects.map(async (subject) => [subject, await clipsOf(subject)])),
    );
    const canvas = document.createElement("canvas");
    canvas.width = WIDTH;
    canvas.height = HEIGHT;
    const pen = canvas.getContext("2d", { alpha: false });
    const track = canvas.captureStream(0).getVideoTracks()[0];
    const next = performer();
    const screen = [{ colour: "", fade: 0, from: -Infinity }]; // what it showed, newest last
    let frozen = null;
    let drawnAt = performance.now();

    function move(clips, asked) { // as far as the time that has passed, however busy the machine is
      const passed = ((performance.now() - drawnAt) * FPS) / 1000;
      drawnAt = performance.now();
      let picture = next(clips, asked);
      for (let step = 1; step < Math.min(MOST_STEPS, Math.round(passed)); step += 1) {
        picture = next(clips, asked);
      }
      return picture;
    }

    function look() { // at the screen, as light that travels to the face
      const flash = document.querySelector("[data-colour]");
      const colour = flash?.dataset.colour ?? "";
      if (colour === screen.at(-1).colour) return;
      screen.push({ colour, fade: 1000 * Number(flash?.dataset.fade ?? 0), from: performance.now() });
      if (screen.length > 12) screen.shift();
    }

    function drawLit(clips, unlit) { // a cross-fade is close to the sum of both lights
      const seen = performance.now() - DELAY;
      const index = screen.findLastIndex((shown) => shown.from <= seen);
      const now = screen[Math.max(0, index)];
      const before = screen[Math.max(0, index - 1)];
      const share = now.fade ? Math.min(1, (seen - now.from) / now.fade) : 1;
      pen.drawImage(clips[before.colour]?.[0] ?? unlit, 0, 0, WIDTH, HEIGHT);
      pen.globalAlpha = share;
      pen.drawImage(clips[now.colour]?.[0] ?? unlit, 0, 0, WIDTH, HEIGHT);
      pen.globalAlpha = 1;
    }

    function draw() {
      const asked = document.querySelector("[data-instruction]")?.dataset.instruction ?? "";
      if (plan.takeover?.at === asked) plan.subject = plan.takeover.subject;
      const picture = move(cast[plan.subject], asked);
      if (plan.beside) {
        const other = cast[plan.beside].still[0];
        const half = (source, x) => pen.drawImage(
          source, source.width / 4, 0, source.width / 2, source.height, x, 0, WIDTH / 2, HEIGHT,
        );
        half(picture, 0);
        half(other, WIDTH / 2);
      } else if (plan.reflects && picture === cast[plan.subject].still[0]) {
        look();
        drawLit(cast[plan.subject], picture);
      } else {
        pen.drawImage(picture, 0, 0, WIDTH, HEIGHT);
      }
      pen.fillStyle = `rgb(0 0 0 / ${1 - plan.light})`;
      pen.fillRect(0, 0, WIDTH, HEIGHT);
      pen.globalAlpha = NOISE;
      for (let layer = 0; layer < 2; layer += 1) { // two offsets: no picture comes twice
        pen.drawImage(noise, -random() * MARGIN | 0, -random() * MARGIN | 0);
      }
      pen.globalAlpha = 1;
    }

    function tick() {
      if (track.readyState === "ended") {
        clearInterval(timer);
        return;
      }
      if (frozen) pen.drawImage(frozen, 0, 0);
      else draw();
      if (plan.act === "frozen" && !frozen) {
        frozen = new OffscreenCanvas(WIDTH, HEIGHT);
        frozen.getContext("2d").drawImage(canvas, 0, 0);
      }
      track.requestFrame();
    }

    const timer = setInterval(tick, 1000 / FPS);
    tick();
    return new MediaStream([track]);
  }

  navigator.mediaDevices.getUserMedia = async () => {
    if (plan.fails) throw new DOMException("", plan.fails);
    return open();
  };
  navigator.mediaDevices.enumerateDevices = async () => plan.cameras.map((label, index) => ({
    deviceId: `camera-${index}`,
    groupId: "",
    kind: "videoinput",
    label,
  }));
})();
