// Step 2: the camera, its words, and the ways on when there is no camera.

import { get, noteOf, partsOf } from "./api.js";
import { cameras, closeCamera, openCamera, wordsFor } from "./camera.js";
import { converse } from "./capture_socket.js";
import { announce, arrive, fill, focusOn, make, whileVisible } from "./dom.js";
import { mountSelfies } from "./selfies.js";
import { mountSubjects } from "./subjects.js";

const CHOSEN_CAMERA = "selfsame-camera";

export async function mount(root, { advance, restyle }) {
  const at = (id) => root.querySelector(`#${id}`);
  const you = root.querySelector(".you");
  const video = at("capture-video");
  const reopen = new URLSearchParams(location.search).get("open");
  let capture = null;
  let starting = 0;

  function show(state) {
    you.dataset.state = state;
    at("stage-words").hidden = state !== "live";
    at("you-title").hidden = state === "passed";
    at("you-before").hidden = state === "passed";
    at("you-passed").hidden = state !== "passed";
    at("you-refused").hidden = state !== "refused";
    if (state !== "live") {
      you.dataset.instruction = "";
      root.querySelector(".ring-fill").style.strokeDasharray = "";
    }
  }

  function refuse(parts) {
    show("refused");
    const again = make("button", { class: "button", type: "button", id: "capture-retry", onclick: start }, "Try again");
    const note = noteOf(parts, again);
    fill(at("you-refused"), note);
    focusOn(again);
  }

  function update({ instruction, text, hint, progress }) {
    if (you.dataset.instruction !== instruction) {
      you.dataset.instruction = instruction;
      announce(at("instruction"), text);
    } else if (at("instruction").textContent !== text && at("instruction").textContent !== "") {
      announce(at("instruction"), text);
    }
    if (at("hint").textContent !== (hint ?? "")) at("hint").textContent = hint ?? "";
    root.querySelector(".ring-fill").style.strokeDasharray = `${progress * 100} 100`;
  }

  function passed(sitting) {
    if (reopen) {
      location.assign(sitting.step < 3 ? "/" : "/gallery");
      return;
    }
    describe(sitting);
    show("passed");
    advance();
  }

  async function start() {
    const turn = ++starting;
    fill(at("you-refused"));
    show("live");
    at("instruction").textContent = "Opening the camera";
    at("hint").textContent = "";
    focusOn(at("capture-stop"));
    at("stage").scrollIntoView({ block: "nearest" });
    try {
      await openCamera(video, at("camera").value);
    } catch (error) {
      refuse(wordsFor(error));
      return;
    }
    if (turn !== starting) {
      closeCamera(video);
      return;
    }
    listCameras();
    at("instruction").textContent = "One moment";
    capture = converse(video, reopen, {
      assent: (text) => { at("hint").textContent = text; },
      update,
      refused: refuse,
      passed,
    });
  }

  function stop() {
    starting += 1;
    if (capture) capture.stop();
    capture = null;
    closeCamera(video);
    if (you.dataset.state !== "live") return;
    show("before");
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
  }

  async function refresh() {
    const sitting = await get("/api/sitting").catch((error) => {
      refuse(partsOf(error));
      return null;
    });
    if (!sitting) return;
    at("you-title").textContent = reopen ? "Look into the camera to open your sitting." : "Now look into the camera.";
    at("you-summary").textContent = sitting.record?.summary ?? "";
    root.querySelector(".agreed").hidden = Boolean(reopen) || !sitting.record;
    at("no-camera").hidden = Boolean(reopen);
    if (sitting.has_capture && sitting.is_open && !reopen) {
      describe(sitting);
      show("passed");
    } else if (you.dataset.state === "passed") {
      show("before");
    }
    listCameras();
  }

  at("capture-start").addEventListener("click", start);
  at("capture-stop").addEventListener("click", stop);
  at("capture-again").addEventListener("click", start);
  at("to-styles").addEventListener("click", restyle);
  at("camera").addEventListener("change", () => localStorage.setItem(CHOSEN_CAMERA, at("camera").value));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") stop(); });
  addEventListener("pagehide", stop);
  mountSubjects(root, { advance });
  mountSelfies(root, { added: refresh });
  whileVisible(you, async () => {
    await refresh();
    arrive([...you.querySelectorAll("h1")].find((heading) => heading.getClientRects().length > 0) ?? you);
  }, stop);
}
