// One consent as a card: its sentence, its facts, its receipt.

import { dayOf, make, momentOf } from "./dom.js";

const STATES = {
  given: ["chip good", "Active"],
  withdrawn: ["chip", "Ended by you"],
  expired: ["chip", "Ended by time"],
  replaced: ["chip", "Replaced by a newer one"],
};
const AUDIENCES = { private: "Only you", public: "Anyone", commercial: "Anyone, also to earn money" };
const SIGNED = { service: "By this studio", passkey: "By you, with your passkey, and by this studio" };
const LANGUAGES = { en: "English", de: "Deutsch" };
const DAY = 86_400_000; // milliseconds

export const fact = (name, ...value) => make("div", {}, make("dt", {}, name), make("dd", {}, ...value));

function remaining(record) {
  const days = Math.ceil((new Date(record.expires_at) - Date.now()) / DAY);
  if (days < 1) return dayOf(record.expires_at);
  return `${dayOf(record.expires_at)} (${days === 1 ? "1 day" : `${days} days`} left)`;
}

function endOf(record) {
  if (record.withdrawn_at) return fact("Ended", momentOf(record.withdrawn_at));
  if (record.replaced_at) return fact("Replaced", momentOf(record.replaced_at));
  return fact(record.state === "given" ? "Until" : "Ended", record.state === "given" ? remaining(record) : dayOf(record.expires_at));
}

// Anybody may read the log; only the receipt shows that an entry is yours.
const entryOf = (index) => make("a", { href: `/api/log/proof/${index}`, target: "_blank", rel: "noopener" }, `Entry ${index}`);

function stateOf(record) {
  if (record.waits_for_camera) return ["chip warn", "Waits for you before the camera"];
  return STATES[record.state] ?? ["chip", record.state];
}

export function recordCard(record) {
  const [look, word] = stateOf(record);
  const base = `/api/records/${encodeURIComponent(record.id)}/receipt`;
  return make("article", { class: "card", "data-record": record.id, "data-state": record.state },
    make("div", { class: "record-head" },
      make("span", { class: look }, word),
      record.kind === "synthetic" ? make("span", { class: "chip warn" }, "Synthetic subject") : null),
    make("p", { class: "record-summary", lang: record.language }, record.summary),
    make("dl", { class: "record-facts" },
      fact("Given", momentOf(record.given_at)),
      endOf(record),
      fact("Who may see", AUDIENCES[record.audience] ?? record.audience),
      fact("Signed", SIGNED[record.signed_with] ?? record.signed_with),
      fact("Read in", LANGUAGES[record.language] ?? record.language),
      record.log_index === null ? null : fact("In the public log", entryOf(record.log_index))),
    make("div", { class: "actions" },
      make("a", { class: "button text", href: `${base}.html`, target: "_blank", rel: "noopener" }, "Open the receipt"),
      make("a", { class: "button text", href: `${base}.json`, download: `selfsame-receipt-${record.id.slice(0, 8)}.json` }, "Download it (JSON)")));
}
