// Gallery: what was made, to download or to delete.

import { get, noteOf, partsOf, send } from "./api.js";
import { closedNote } from "./closed.js";
import { isComparable, mountCompare } from "./compare.js";
import { dayOf, fill, focusOn, make, whileVisible } from "./dom.js";
import { downloadOf } from "./formats.js";
import { attributionOf, likenessOf } from "./likeness.js";

export function mount(root) {
  const at = (id) => root.querySelector(`#${id}`);

  const compared = [];

  function workOf(output) {
    const address = `/api/outputs/${encodeURIComponent(output.id)}`;
    const words = make("div", { class: "work-words" });
    const frame = make("div", { class: output.see_through ? "work-frame see-through" : "work-frame" }, output.held_back
      ? make("p", { class: "work-held" }, output.held_back)
      : make("img", { src: `${address}?format=webp`, loading: "lazy", alt: `AI-generated avatar, style ${output.title}` }));
    const item = make("li", { class: "work", "data-output": output.id }, frame, words);
    const refused = (error) => fill(words, noteOf(partsOf(error),
      make("button", { class: "button plain small-target", type: "button", onclick: () => usual() }, "Back")));
    const button = (name, label, onclick) => make("button", { class: "button text", type: "button",
      "data-testid": name, "aria-label": `${label}: ${output.title}`, onclick }, label);
    const before = button("compare", "Compare");
    const compare = mountCompare(before, frame, { address: () => `${address}/selfie`, refused });
    compared.push(compare);
    const remove = make("button", { class: "button text", type: "button", "data-testid": "delete", onclick: () => confirm() }, "Delete");
    const usual = () => fill(words,
      make("div", { class: "work-head" },
        make("div", {}, make("b", {}, output.title),
          make("span", { class: "small" }, [output.frame, dayOf(output.created_at)].filter(Boolean).join(" · "))),
        likenessOf(output.likeness)),
      make("div", { class: "actions" }, ...(output.held_back ? [] : downloads())),
      make("div", { class: "actions" }, ...(output.held_back ? [] : repeats()), remove),
      attributionOf(output.credit));
    const downloads = () => downloadOf({ address, title: output.title, formats: output.formats });
    const repeats = () => [
      ...(output.can_repeat
        ? [button("again", "Draw again", () => repeat(false)), button("vary", "Vary", () => repeat(true))] : []),
      ...(isComparable(output.width, output.height) ? [before] : []),
    ];
    async function repeat(vary) {
      try {
        const { job_id: id } = await send(`${address}/again`, { vary });
        location.assign(`/?job=${encodeURIComponent(id)}`);
      } catch (error) {
        refused(error);
      }
    }
    function confirm() {
      compare.hide();
      const yes = make("button", { class: "button small-target", type: "button", "data-testid": "delete-yes", onclick: destroy }, "Delete for good");
      const no = make("button", { class: "button text", type: "button", onclick: () => { usual(); remove.focus(); } }, "Keep it");
      fill(words, make("div", { class: "work-confirm", role: "group", "aria-label": "Delete this picture?" },
        make("p", {}, "Delete this picture? Copies you saved stay with you."),
        make("div", { class: "actions" }, yes, no)));
      yes.focus();
    }
    async function destroy() {
      try {
        await send(address, undefined, "DELETE");
        await shown();
        focusOn(at("gallery-title"));
      } catch (error) {
        fill(words, noteOf(partsOf(error)));
      }
    }
    usual();
    return item;
  }

  async function shown() {
    for (const compare of compared.splice(0)) compare.hide(); // no photograph stays in memory
    try {
      const sitting = await get("/api/sitting");
      at("gallery-lock").hidden = !sitting.is_open;
      if (!sitting.is_open) {
        fill(at("gallery-works"));
        fill(at("gallery-body"), closedNote(sitting, "your gallery"));
        return;
      }
      const { outputs } = await get("/api/outputs");
      fill(at("gallery-works"), ...outputs.map(workOf));
      fill(at("gallery-body"), outputs.length > 0 ? null : make("div", { class: "empty", "data-empty": "true" },
        make("h2", {}, "Your avatars will be here."),
        make("p", {}, "Choose a style and make the first one."),
        make("a", { class: "button", href: "/" }, "Choose a style")));
    } catch (error) {
      fill(at("gallery-body"), noteOf(partsOf(error)));
    }
  }

  at("gallery-lock").addEventListener("click", async () => {
    await send("/api/lock").catch(() => {});
    await shown();
    focusOn(at("gallery-title"));
  });
  whileVisible(root.querySelector(".gallery"), shown);
}
