// My consent: what is allowed, what was made under it, less, more, a copy, and the end of it.

import { get, noteOf, partsOf } from "./api.js";
import { showAsking } from "./asking_more.js";
import { closedNote } from "./closed.js";
import { announce, dayOf, fill, focusOn, make, momentOf, shortDayOf, whileVisible } from "./dom.js";
import { deletionOf, endingOf } from "./ending.js";
import { showNarrowing } from "./narrowing.js";
import { showPasskeys } from "./passkey_list.js";
import { recordCard } from "./record_card.js";
import { thumbOf } from "./thumbs.js";

const SECTIONS = ["narrow", "extend", "made", "kept", "copy", "passkeys", "history", "earlier-records"];

export function mount(root) {
  const at = (id) => root.querySelector(`#${id}`);

  const remainderNote = () => make("div", { class: "empty", "data-remainder": "true" },
    make("h2", {}, "Something of yours is still here."),
    make("p", {}, "No consent is active, but not everything is deleted yet. You can end it now."));

  const overNote = () => make("div", { class: "empty", "data-over": "true" },
    make("h2", {}, "Your consent has ended."),
    make("p", {}, "Nothing of you is kept here but the proof below, under a random number."),
    make("a", { class: "button", href: "/" }, "Begin anew"));

  const cameraNote = () => make("div", { class: "empty" },
    make("h2", {}, "Nothing is drawn yet."),
    make("p", {}, "The next step is a look into the camera."),
    make("a", { class: "button", href: "/" }, "To the camera"));

  // Given, but not seen: before the first look there is nothing that could be closed.
  const unseenNote = (sitting) => sitting.earlier.length > 0 ? closedNote(sitting, "the rest") : cameraNote();

  const changedNote = (sitting) => make("div", { class: "note", id: "notice-changed" },
    make("p", { class: "what" }, "The text has changed since you agreed."),
    make("p", {}, "Until you have read it and agreed again, nothing new is drawn. What you made stays yours."),
    sitting.is_open ? make("div", { class: "actions" },
      make("a", { class: "button", href: `/?extend=${encodeURIComponent(sitting.record.id)}` }, "Read it and agree again")) : null);

  const itemOf = (item) => make("li", {},
    make("time", { datetime: item.at, class: "small" }, momentOf(item.at)),
    make("p", {}, item.what),
    item.quote ? make("p", {}, make("q", { lang: item.language }, item.quote)) : null,
    item.log_index === null ? null : make("p", { class: "small" }, `Entry ${item.log_index} of the public log`));

  function showHistory(history) {
    at("history").hidden = history.length === 0;
    fill(at("history-list"), ...history.map(itemOf));
  }

  function showEarlier(records, isOver) {
    at("earlier-records").hidden = records.length === 0;
    at("earlier-title").textContent = isOver ? "The proof that stays" : "Earlier";
    fill(at("earlier-list"), ...records.map(recordCard));
  }

  async function showMade() {
    const { outputs } = await get("/api/outputs");
    at("made").hidden = false;
    at("made-words").textContent = outputs.length === 0 ? "Nothing yet."
      : `${outputs.length === 1 ? "1 avatar" : `${outputs.length} avatars`}, each with its label.`;
    fill(at("made-list"), ...outputs.map((output) => {
      const address = `/api/outputs/${encodeURIComponent(output.id)}`;
      return thumbOf({
        id: output.id,
        address,
        source: output.held_back ? null : `${address}?format=webp`,
        alt: `AI-generated avatar, style ${output.title}, ${dayOf(output.created_at)}`,
        words: output.held_back ?? output.title,
        gone: () => again("The avatar is deleted.", at("made-title")),
      });
    }));
  }

  async function showKept() {
    const { selfies } = await get("/api/selfies");
    at("kept").hidden = selfies.length === 0;
    fill(at("kept-list"), ...selfies.map((selfie) => {
      const address = `/api/selfies/${encodeURIComponent(selfie.id)}`;
      return thumbOf({
        id: selfie.id,
        address,
        source: address,
        alt: `Selfie, ${selfie.words}, kept ${momentOf(selfie.added_at)}`,
        words: selfie.words || shortDayOf(selfie.added_at),
        gone: () => again("The selfie is deleted.", at("kept-title")),
      });
    }));
  }

  async function again(words, place) {
    await shown();
    announce(at("records-status"), words);
    focusOn(place.getClientRects().length > 0 ? place : at("records-title"));
  }

  async function ended(receipts) {
    await shown();
    const notes = at("records-notes");
    if (!notes.querySelector("[data-deletion-receipt]")) notes.prepend(...receipts.map(deletionOf));
    focusOn(notes.querySelector("[data-deletion-receipt] .what"));
  }

  function showStanding(sitting) {
    const { record, waiting } = sitting;
    const card = recordCard(record);
    card.append(endingOf({ ended }));
    fill(at("records-body"), card, sitting.is_open ? null : unseenNote(sitting));
    if (record.kind === "synthetic") return;
    at("narrow").hidden = false;
    showNarrowing(at("narrow"), record, { narrowed: () => again("Saved. You allow less from now on.", at("records-title")) });
    at("extend").hidden = !sitting.is_open && !waiting;
    showAsking(at("extend"), { record, waiting, isOpen: sitting.is_open },
      { dropped: () => again("Your consent stays as it is.", at("records-title")) });
  }

  async function showEnded(sitting) {
    const isRemainder = sitting.can_withdraw && sitting.earlier.length === 0;
    fill(at("records-body"), isRemainder ? remainderNote() : sitting.is_over ? overNote() : closedNote(sitting, "your consent"));
    if (sitting.can_withdraw) at("records-body").append(endingOf({ ended }));
    const { receipts } = await get("/api/rights/deletion-receipts");
    fill(at("records-notes"), ...receipts.map(deletionOf));
  }

  async function shown() {
    try {
      const sitting = await get("/api/sitting");
      for (const id of SECTIONS) at(id).hidden = true;
      fill(at("records-notes"), sitting.record && sitting.notice_changed ? changedNote(sitting) : null);
      if (sitting.record) showStanding(sitting);
      else await showEnded(sitting);
      await Promise.all([showRecords(sitting), showPasskeys(at("passkeys"))]);
    } catch (error) {
      fill(at("records-body"), noteOf(partsOf(error)));
    }
  }

  async function showRecords(sitting) {
    if (!sitting.is_open && !sitting.is_over) return;
    const { records, history } = await get("/api/records");
    const apart = [sitting.record?.id, sitting.waiting?.id];
    showEarlier(records.filter((record) => !apart.includes(record.id)), sitting.is_over);
    showHistory(history);
    if (!sitting.is_open) return;
    at("copy").hidden = false;
    await showMade();
    if (!sitting.baked_subject) await showKept();
  }

  whileVisible(root.querySelector(".my-consent"), shown);
}
