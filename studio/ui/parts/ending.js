// The end: one button, one question that says what goes and what stays, and the deletion receipt.

import { noteOf, partsOf, send } from "./api.js";
import { fill, make, momentOf } from "./dom.js";
import { fact } from "./record_card.js";

const listOf = (items) => make("ul", {}, ...[items].flat().map((item) => make("li", {}, String(item))));
const GOES = ["every selfie and every avatar kept here", "the numbers that describe your face", "drawings that are being made", "the key that all of this is locked with"];
const STAYS = [
  "files that you downloaded, with their marks",
  "the proof that you said yes and that you said stop, under a random number",
  "the hidden numbers of your avatars: they lead to that proof, so that a copy can still be told as withdrawn",
];

function fileOf(file) {
  const kind = file.media_type.replace("image/", "").toUpperCase();
  return make("li", {},
    make("b", {}, `${kind}, downloaded ${momentOf(file.exported_at)}`),
    make("span", { class: "small" }, `It carries: ${file.marks.join(", ")}`),
    make("code", {}, file.sha256));
}

const filesOf = (files) => files.length === 0 ? "No file was downloaded."
  : make("ul", { class: "files", "data-testid": "exported-files" }, ...files.map(fileOf));

const FACTS = [
  ["ended_at", "Ended", momentOf],
  ["completed_at", "Deleted by", momentOf],
  ["deleted", "Deleted", listOf],
  ["stopped_jobs", "Drawings stopped", String],
  ["exported_files", "Files in your hands", filesOf],
  ["remaining", "They stay", String],
  ["log", "In the public log", (log) => `Entry ${log.index}`],
];

export function deletionOf(receipt) {
  const file = new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" });
  return make("div", { class: "note good", "data-deletion-receipt": receipt.completed_at ?? "", role: "status" },
    make("p", { class: "what", tabindex: "-1" }, "Your consent has ended and everything is deleted."),
    make("p", { class: "why" }, "This receipt is the proof. It stays here for 30 days: download it if you want to keep it."),
    make("dl", { class: "deletion" }, ...FACTS.filter(([name]) => name in receipt)
      .map(([name, words, show]) => fact(words, show(receipt[name])))),
    make("details", {}, make("summary", {}, "The signed text"), make("pre", { tabindex: "0" }, JSON.stringify(receipt, null, 2))),
    make("div", { class: "actions" },
      make("a", { class: "button", "data-testid": "download-deletion-receipt", href: URL.createObjectURL(file), download: "selfsame-deletion-receipt.json" }, "Download the receipt"),
      make("a", { class: "button text", href: "/" }, "Back to the first page")));
}

export function endingOf({ ended }) {
  const box = make("div", { class: "end" });
  const usual = () => fill(box, make("button", { class: "button plain", type: "button", id: "withdraw", onclick: ask },
    "Withdraw and delete everything"));

  function ask() {
    const yes = make("button", { class: "button", type: "button", id: "withdraw-yes", onclick: withdraw }, "Yes, withdraw");
    fill(box, make("div", { class: "end-confirm", role: "group", "aria-labelledby": "end-title" },
      make("h2", { id: "end-title" }, "End it now?"),
      make("div", { class: "end-lists" },
        make("div", {}, make("h3", {}, "Goes for good"), listOf(GOES)),
        make("div", {}, make("h3", {}, "Stays"), listOf(STAYS))),
      make("div", { class: "actions" }, yes,
        make("button", { class: "button text", type: "button", onclick: () => { usual(); box.querySelector("button").focus(); } }, "Keep it"))));
    yes.focus();
  }

  async function withdraw(event) {
    event.target.disabled = true;
    try {
      const { receipt } = await send("/api/withdraw");
      await ended([receipt, ...(receipt.further_receipts ?? [])]);
    } catch (error) {
      fill(box, noteOf(partsOf(error)));
    }
  }

  usual();
  return box;
}
