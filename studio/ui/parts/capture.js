// Step 2: the camera, its words, and the ways on when there is no camera.

import { get, noteOf, partsOf } from "./api.js";
import { cameras, closeCamera, openCamera, wordsFor } from "./camera.js";
import { mountChoices } from "./capture_choices.js";
import { converse } from "./capture_socket.js";
import { showCoverage } from "./coverage.js";
import { arrive, fill, focusOn, make, whileVisible } from "./dom.js";
import { mountFlash } from "./flash.js";
import { fillScreen, leaveScreen, onLeftFullScreen } from "./full_screen.js";
import { mountSelfies } from "./selfies.js";
import { tones } from "./sound.js";
import { mountStage } from "./stage.js";
import { mountSubjects } from "./subjects.js";

const CHOSEN_CAMERA = "selfsame-camera";
const SHORT_WAIT = 4; // seconds that the camera stays on before its turn

export async function mount(root, { advance, restyle }) {
  const at = (id) => root.querySelector(`#${id}`);
  const you = root.querySelector(".you");
  const video = at("capture-video");
  const asked = new URLSearchParams(location.search);
  const reopen = asked.get("open");
  const choices = mountChoices(root, { sounds: tones() });
  const stage = mountStage(root, { flash: mountFlash(root, { stop }), play: choices.play });
  const subjects = mountSubjects(root, { passed: playedThrough });
  let wantsNobody = asked.has("nobody");
  let capture = null;
  let starting = 0;
  let asksMore = false; // a longer or wider consent waits for this look

  function refuse(parts) {
    leaveScreen();
    stage.show("refused");
    choices.play("refused");
    const again = make("button", { class: "button", type: "button", id: "capture-retry", onclick: start }, "Try again");
    fill(at("you-refused"), noteOf(parts, again));
    focusOn(again);
  }

  function passed(sitting) {
    leaveScreen();
    choices.play("finished");
    if (reopen) {
      location.assign(sitting.step < 3 ? "/" : "/gallery");
      return;
    }
    if (asksMore) {
      location.assign("/consent");
      return;
    }
    describe(sitting);
    stage.show("passed");
    advance();
  }

  function playedThrough() {
    wantsNobody = false;
    history.replaceState(null, "", "/");
    advance();
  }

  // Opens the camera, unless the person has stopped meanwhile; tells whether it is there.
  async function see(turn) {
    try {
      await openCamera(video, at("camera").value);
    } catch (error) {
      if (turn !== starting) return false;
      capture?.stop();
      refuse(wordsFor(error));
      return false;
    }
    if (turn !== starting) closeCamera(video);
    return turn === starting;
  }

  async function start() {
    const turn = ++starting;
    capture = null;
    choices.wake();
    fill(at("you-refused"));
    stage.show("live");
    at("instruction").textContent = "Opening the camera";
    stage.hint("");
    focusOn(at("capture-stop"));
    at("stage").scrollIntoView({ block: "nearest" });
    if (!await see(turn)) return;
    fillScreen();
    listCameras();
    at("instruction").textContent = "One moment";
    capture = converse(video, { reopen, pace: choices.pace() }, {
      ...seatOf(turn),
      update: stage.update,
      stalled: stage.hint,
      refused: refuse,
      passed,
    });
  }

  // A camera does not run while nobody looks: in a longer wait it goes off, and on again in time.
  function seatOf(turn) {
    const began = performance.now();
    function waiting(wait) {
      const isLong = wait.seconds > SHORT_WAIT || performance.now() - began > SHORT_WAIT * 1000;
      if (isLong && video.srcObject) {
        closeCamera(video);
        leaveScreen();
        stage.show("waiting");
      }
      stage.wait(wait);
    }
    async function seated(assent) {
      if (!video.srcObject) {
        stage.say("It is your turn");
        choices.play("seat");
        if (!await see(turn)) return false;
      }
      stage.show("live");
      stage.say("One moment");
      stage.hint(assent);
      return true;
    }
    return { waiting, seated };
  }

  function stop() {
    starting += 1;
    if (capture) capture.stop();
    capture = null;
    closeCamera(video);
    leaveScreen();
    if (!stage.isRunning()) return;
    stage.show("before");
    at("capture-start").focus();
  }

  async function listCameras() {
    const found = await cameras().catch(() => []);
    const named = found.filter((device) => device.label);
    at("camera-picker").hidden = named.length < 2;
    const before = at("camera").value || localStorage.getItem(CHOSEN_CAMERA) || "";
    fill(at("camera"), ...named.map((device) => make("option", { value: device.deviceId }, device.label)));
    if (named.some((device) => device.deviceId === before)) at("camera").value = before;
  }

  function describe(sitting) {
    at("passed-text").textContent = sitting.baked_subject
      ? "Synthetic subject: somebody who is nobody stands in for you."
      : `${sitting.selfies.length} pictures of you are ready.`;
    at("selfies").hidden = Boolean(sitting.baked_subject);
    showCoverage(root, sitting.coverage);
  }

  function heading() {
    if (reopen) return "Look into the camera to open your sitting.";
    if (asksMore) return "Look into the camera to agree.";
    return you.dataset.state === "nobody" ? "No camera here?" : "Now look into the camera.";
  }

  async function refresh() {
    const sitting = await get("/api/sitting").catch((error) => {
      refuse(partsOf(error));
      return null;
    });
    if (!sitting) return;
    if (wantsNobody) {
      stage.show("nobody");
      await subjects.open();
    } else if (sitting.has_capture && sitting.is_open && !reopen && !sitting.waiting) {
      describe(sitting);
      stage.show("passed");
    } else if (you.dataset.state === "passed") {
      stage.show("before");
    }
    asksMore = Boolean(sitting.waiting) && !reopen;
    at("you-title").textContent = heading();
    const agreed = sitting.waiting ?? sitting.record;
    at("you-summary").textContent = agreed?.summary ?? "";
    at("you-summary").lang = agreed?.language ?? "en";
    root.querySelector(".agreed").hidden = Boolean(reopen) || !agreed;
    at("no-camera").hidden = Boolean(reopen) || asksMore;
    at("from-nobody").hidden = you.dataset.state !== "nobody";
    listCameras();
  }

  at("capture-start").addEventListener("click", start);
  at("capture-stop").addEventListener("click", stop);
  at("capture-again").addEventListener("click", start);
  at("to-styles").addEventListener("click", restyle);
  at("camera").addEventListener("change", () => localStorage.setItem(CHOSEN_CAMERA, at("camera").value));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
  addEventListener("pagehide", stop);
  onLeftFullScreen(stop);
  mountSelfies(root, { added: refresh });
  whileVisible(you, async () => {
    await refresh();
    arrive([...you.querySelectorAll("h1")].find((heading) => heading.getClientRects().length > 0) ?? you);
  }, stop);
}
