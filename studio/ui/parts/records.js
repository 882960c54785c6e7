// My consent: what is active, until when, receipts, and the end of it.

import { get, noteOf, partsOf, send } from "./api.js";
import { closedNote } from "./closed.js";
import { dayOf, fill, focusOn, make, momentOf, whileVisible } from "./dom.js";

const STATES = { given: ["chip good", "Active"], withdrawn: ["chip", "Ended by you"], expired: ["chip", "Ended by time"] };
const AUDIENCES = { private: "Only you", public: "Anyone", commercial: "Anyone, commercial use too" };

const listOf = (items) => make("ul", {}, ...[items].flat().map((item) => make("li", {}, String(item))));
const DELETION = [
  ["ended_at", "Ended", momentOf],
  ["completed_at", "Deleted by", momentOf],
  ["deleted", "Deleted", listOf],
  ["stopped_jobs", "Pictures stopped", String],
  ["remaining", "Not in our hands", listOf],
];

export function mount(root) {
  const at = (id) => root.querySelector(`#${id}`);
  let known = [];
  const fact = (name, value) => make("div", {}, make("dt", {}, name), make("dd", {}, value));

  function recordOf(record) {
    const [look, word] = STATES[record.state] ?? ["chip", record.state];
    const base = `/api/records/${encodeURIComponent(record.id)}/receipt`;
    return make("article", { class: "card", "data-record": record.id, "data-state": record.state },
      make("span", { class: look }, word),
      record.kind === "synthetic" ? make("span", { class: "chip warn" }, "Synthetic subject") : null,
      make("p", { class: "record-summary" }, record.summary),
      make("dl", { class: "record-facts" },
        fact("Given", momentOf(record.given_at)),
        record.withdrawn_at ? fact("Ended", momentOf(record.withdrawn_at)) : fact("Until", dayOf(record.expires_at)),
        fact("Who may see", AUDIENCES[record.audience] ?? record.audience),
        fact("Avatars made", String(record.outputs))),
      make("div", { class: "actions" },
        make("a", { class: "button text", href: `${base}.html`, target: "_blank", rel: "noopener" }, "Open the receipt"),
        make("a", { class: "button text", href: `${base}.json`, download: `selfsame-receipt-${record.id.slice(0, 8)}.json` }, "Download it (JSON)")));
  }

  function endOf() {
    const box = make("div", { class: "end" });
    const usual = () => fill(box, make("button", { class: "button plain", type: "button", id: "withdraw", onclick: ask },
      "Withdraw and delete everything"));
    function ask() {
      const yes = make("button", { class: "button", type: "button", id: "withdraw-yes", onclick: withdraw }, "Yes, withdraw");
      fill(box, make("div", { class: "end-confirm", role: "group", "aria-label": "Withdraw?" },
        make("p", {}, "Pictures, measurements and avatars here are deleted for good. Files that you downloaded stay with you."),
        make("div", { class: "actions" }, yes,
          make("button", { class: "button text", type: "button", onclick: () => { usual(); box.querySelector("button").focus(); } }, "Keep it"))));
      yes.focus();
    }
    async function withdraw(event) {
      event.target.disabled = true;
      try {
        const { receipt } = await send("/api/withdraw");
        // Their receipts can be fetched for as long as this page is open.
        const ended = known.map((record) => record.state === "given" ? { ...record, state: "withdrawn", withdrawn_at: receipt.ended_at } : record);
        fill(at("records-body"), deletionOf(receipt), ...ended.map(recordOf));
        focusOn(at("records-body").querySelector(".what"));
      } catch (error) {
        fill(box, noteOf(partsOf(error)));
      }
    }
    usual();
    return box;
  }

  function deletionOf(receipt) {
    const file = new Blob([JSON.stringify(receipt, null, 2)], { type: "application/json" });
    return make("div", { class: "note good", id: "deletion-receipt" },
      make("p", { class: "what", tabindex: "-1" }, "Your consent has ended and everything is deleted."),
      make("p", { class: "why" }, "This receipt is the proof. It is shown once: download it if you want to keep it."),
      ...[receipt, ...(receipt.further_receipts ?? [])].map((one) =>
        make("dl", { class: "deletion" }, ...DELETION.filter(([name]) => name in one)
          .map(([name, words, show]) => fact(words, show(one[name]))))),
      make("details", {}, make("summary", {}, "The signed text"), make("pre", {}, JSON.stringify(receipt, null, 2))),
      make("div", { class: "actions" },
        make("a", { class: "button", id: "download-deletion-receipt", href: URL.createObjectURL(file), download: "selfsame-deletion-receipt.json" }, "Download the receipt"),
        make("a", { class: "button text", href: "/" }, "Back to the first page")));
  }

  const remainderNote = () => make("div", { class: "empty", "data-remainder": "true" },
    make("h2", {}, "Something of yours is still here."),
    make("p", {}, "No consent is active, but not everything is deleted yet. You can end it now."));

  async function shown() {
    try {
      const sitting = await get("/api/sitting");
      known = sitting.is_open ? (await get("/api/records")).records : [sitting.record].filter(Boolean);
      const closed = known.length > 0 ? null
        : sitting.can_withdraw && sitting.earlier.length === 0 ? remainderNote() : closedNote(sitting, "your consent");
      fill(at("records-body"), ...known.map(recordOf), closed);
      // Ending needs no look into the camera: it is offered wherever there is something to end.
      const active = at("records-body").querySelector("[data-state=given]");
      if (active || sitting.can_withdraw) (active ?? at("records-body")).append(endOf());
    } catch (error) {
      fill(at("records-body"), noteOf(partsOf(error)));
    }
  }

  whileVisible(root.querySelector(".my-consent"), shown);
}
