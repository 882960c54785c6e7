// Uploaded pictures and videos of oneself: one request and one verdict each, so that a bad file
// loses no other.

import { noteOf, partsOf, upload } from "./api.js";
import { announce, fill, make } from "./dom.js";

export function dropZone(zone, input, take) {
  input.addEventListener("change", () => {
    take([...input.files]);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.classList.remove("over");
    });
  }
  zone.addEventListener("drop", (event) => take([...event.dataTransfer.files]));
}

// Said here as well as by the studio: most browsers lose an answer that comes while they still send.
const tooLarge = (most) => ({
  code: "too_large",
  what: `That is more than ${Math.round(most / 2 ** 20)} MB.`,
  why: "Very large files can stop the studio for everybody.",
  next: "Choose a smaller picture or a shorter video.",
});

const wordsForKept = (kept) => (kept > 1 ? `${kept} pictures kept` : "It is you");

export function mountSelfies(root, { added }) {
  const at = (id) => root.querySelector(`#${id}`);
  let queue = []; // [{file, row, chip}] not yet sent
  let total = 0;
  let done = 0;
  let sending = null; // AbortController while bytes go out

  function rowOf(file) {
    const chip = make("span", { class: "chip" }, "Waiting");
    const row = make("li", { class: "selfie", "data-selfie": file.name },
      make("div", { class: "selfie-head" }, make("b", {}, file.name), chip));
    return { file, row, chip };
  }

  function say(words, share) {
    const text = total > 1 ? `${words} file ${done + 1} of ${total}` : words;
    at("selfies-progress").value = (done + share) / total;
    if (at("selfies-words").textContent !== text) announce(at("selfies-words"), text);
  }

  async function judge({ file, row, chip }) {
    const most = Number(at("selfies-drop").dataset.most);
    if (file.size > most) {
      conclude(row, chip, tooLarge(most));
      return;
    }
    const form = new FormData();
    form.append("files", file);
    sending = new AbortController();
    chip.textContent = "Sending";
    say("Sending", 0);
    const progress = (share) => {
      say("Sending", share / 2);
      if (share < 1) return;
      sending = null;
      chip.textContent = "Looking";
      say("Looking at", 0.5);
    };
    try {
      const { verdicts: [verdict] } = await upload("/api/selfies", form, { progress, signal: sending.signal });
      conclude(row, chip, verdict.accepted ? null : verdict.refusal, verdict.kept);
    } catch (error) {
      if (error.name === "AbortError") leaveOut({ chip });
      else conclude(row, chip, partsOf(error));
    }
    sending = null;
  }

  function leaveOut({ chip }) {
    chip.textContent = "Left out";
  }

  function conclude(row, chip, refusal, kept) {
    row.dataset.accepted = String(!refusal);
    chip.className = refusal ? "chip warn" : "chip good";
    chip.textContent = refusal ? "Not used" : wordsForKept(kept);
    if (!refusal) return;
    const note = noteOf(refusal);
    fill(row, row.firstElementChild, ...note.childNodes);
  }

  async function take(files) {
    const entries = files.map(rowOf);
    at("selfies-list").prepend(...entries.map(({ row }) => row));
    queue.push(...entries);
    total += entries.length;
    if (total > entries.length || entries.length === 0) return; // the earlier ones are still at work
    at("selfies-work").hidden = false;
    while (queue.length > 0) {
      await judge(queue.shift());
      done += 1;
    }
    total = done = 0;
    at("selfies-work").hidden = true;
    at("selfies-words").textContent = "";
    await added();
  }

  function stop() {
    queue.forEach(leaveOut);
    queue = [];
    sending?.abort(); // what has arrived is judged and kept, so its verdict is waited for
  }

  at("selfies-stop").addEventListener("click", stop);
  dropZone(at("selfies-drop"), at("selfies-input"), take);
}
