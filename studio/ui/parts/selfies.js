// Uploaded selfies: one request and one verdict each, so that a bad picture loses no other.

import { noteOf, partsOf, send } from "./api.js";
import { fill, make } from "./dom.js";

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

export function mountSelfies(root, { added }) {
  const at = (id) => root.querySelector(`#${id}`);

  async function add(file) {
    const chip = make("span", { class: "chip" }, "Looking");
    const row = make("li", { class: "selfie", "data-selfie": file.name },
      make("div", { class: "selfie-head" }, make("b", {}, file.name), chip));
    at("selfies-list").append(row);
    const form = new FormData();
    form.append("files", file);
    try {
      const { verdicts: [verdict] } = await send("/api/selfies", form);
      conclude(row, chip, verdict.accepted ? null : verdict.refusal);
    } catch (error) {
      conclude(row, chip, partsOf(error));
    }
  }

  function conclude(row, chip, refusal) {
    row.dataset.accepted = String(!refusal);
    chip.className = refusal ? "chip warn" : "chip good";
    chip.textContent = refusal ? "Not used" : "It is you";
    if (!refusal) return;
    const note = noteOf(refusal);
    fill(row, row.firstElementChild, ...note.childNodes);
  }

  dropZone(at("selfies-drop"), at("selfies-input"), async (files) => {
    for (const file of files) await add(file);
    added();
  });
}
