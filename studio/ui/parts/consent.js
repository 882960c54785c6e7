// Step 1: what may be made, for whom and how long, in the language that is read; then the yes.

import { get, noteOf, partsOf, send } from "./api.js";
import { mountForm } from "./consent_form.js";
import { announce, arrive, fill, focusOn, make, momentOf, whileVisible } from "./dom.js";
import { showNotice } from "./notice.js";
import { available, signDraft } from "./passkey.js";

export async function mount(root, { advance, revisit }) {
  const at = (id) => root.querySelector(`#${id}`);
  const summary = at("consent-summary");
  const form = mountForm(root, { restate, translate });
  let words = {};
  let language = "en"; // for as long as this page is open
  let extending = new URLSearchParams(location.search).get("extend");
  let sitting = null;
  let newest = 0;

  const chosen = () => ({ ...form.choice(), language, extends: extending });

  async function restate() {
    const turn = ++newest;
    const choice = chosen();
    const isEmpty = choice.families.length === 0;
    fill(at("consent-refused"));
    at("consent-audience-note").hidden = choice.audience !== "private";
    let text = words.nothing_yet;
    if (!isEmpty) {
      try {
        text = (await send("/api/consent/summary", choice)).summary;
      } catch (error) {
        fill(at("consent-refused"), spoken(partsOf(error), "en"));
        return;
      }
    }
    if (turn !== newest || summary.textContent === text) return;
    summary.classList.toggle("waiting", isEmpty);
    announce(summary, text);
  }

  async function translate(next) {
    const offer = await get(`/api/consent/offer?language=${encodeURIComponent(next)}`).catch(() => null);
    if (!offer) return;
    speak(offer);
    tell();
    await restate();
  }

  function speak(offer) {
    ({ words, language } = offer);
    form.speak(offer);
    showNotice(at("notice"), offer.notice);
    at("read-notice").textContent = at("notice").hidden ? words.read_notice : words.close_notice;
  }

  function spoken(parts, lang) {
    const note = noteOf(parts);
    note.lang = lang;
    note.querySelector("details").lang = "en";
    return note;
  }

  function refuse(parts, lang) {
    const note = spoken(parts, lang);
    fill(at("consent-refused"), note);
    focusOn(note.querySelector(".what"));
  }

  // The device says no more than that it did not sign; the studio's own refusals keep their words.
  function refuseError(error, isSigned) {
    const isDevice = isSigned && error instanceof DOMException;
    if (isDevice) refuse({ code: "passkey_refused", ...words.passkey_refused }, language);
    else refuse(partsOf(error), "en");
  }

  async function agree({ isSigned }) {
    const choice = chosen();
    if (choice.families.length === 0) {
      announce(summary, words.nothing_yet);
      root.querySelector("[name=family]")?.focus();
      return;
    }
    if (!choice.adult_attested) {
      refuse({ code: "adult_not_attested", ...words.adult_missing }, language);
      return;
    }
    for (const id of ["agree", "agree-passkey"]) at(id).disabled = true;
    try {
      if (isSigned) await signDraft(choice);
      else await send("/api/consent", choice);
      onwards();
    } catch (error) {
      refuseError(error, isSigned);
    }
    for (const id of ["agree", "agree-passkey"]) at(id).disabled = false;
  }

  function onwards() {
    if (!extending) {
      advance();
      return;
    }
    extending = null;
    history.replaceState(null, "", "/?agree=1");
    revisit();
  }

  function readBeside() {
    const open = at("notice").hidden;
    at("notice").hidden = !open;
    at("read-notice").setAttribute("aria-expanded", String(open));
    at("read-notice").textContent = open ? words.close_notice : words.read_notice;
    if (open) focusOn(at("notice"));
  }

  // What a person agreed to before; the words of that record stay in its own language.
  function tell() {
    const record = sitting?.record?.kind === "person" ? sitting.record : null;
    const isNew = Boolean(record && sitting.notice_changed);
    const standing = at("consent-standing");
    standing.hidden = !record;
    standing.className = isNew ? "note" : "note good";
    at("consent-title").textContent = extending && !isNew ? words.extend_headline : words.headline;
    at("consent-lead").textContent = extending && !isNew ? words.extend_lead : words.lead;
    at("no-camera-yet").hidden = Boolean(extending);
    if (!record) return;
    fill(standing,
      make("p", { class: "what" }, isNew ? words.notice_changed : words.standing),
      isNew ? make("p", { id: "notice-changes" }, words.notice_changes) : null,
      make("p", { class: isNew ? "why" : "", lang: record.language }, record.summary),
      extending ? null : make("p", { class: "next small" }, words.standing_next));
  }

  async function refresh() {
    sitting = await get("/api/sitting").catch(() => null);
    if (!sitting) return;
    // A new text is agreed to by the same person: what was made stays where it is.
    if (sitting.notice_changed && sitting.is_open) extending = sitting.record.id;
    tell();
    at("consent-earlier").hidden = sitting.earlier.length === 0 || Boolean(extending);
    fill(at("consent-earlier").querySelector("ul"), ...sitting.earlier.map(([id, when]) =>
      make("li", {}, make("a", { class: "button text", href: `/?open=${encodeURIComponent(id)}`, "data-earlier": id },
        words.earlier.replace("$when", momentOf(when, language))))));
  }

  async function offerPasskey({ required }) {
    const isThere = await available();
    at("with-passkey").hidden = !isThere && !required;
    at("agree").hidden = required;
    at("agree-passkey").classList.toggle("plain", !required);
  }

  at("agree").addEventListener("click", () => agree({ isSigned: false }));
  at("agree-passkey").addEventListener("click", () => agree({ isSigned: true }));
  at("read-notice").addEventListener("click", readBeside);
  at("consent-adult").addEventListener("change", () => fill(at("consent-refused")));

  const offer = await get("/api/consent/offer");
  speak(offer);
  await offerPasskey(offer.passkey);
  summary.classList.add("waiting");
  restate();
  whileVisible(root.querySelector(".consent"), () => {
    arrive(at("consent-title"));
    refresh();
  });
}
