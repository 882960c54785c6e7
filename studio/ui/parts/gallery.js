// Gallery: what was made, to download or to delete.

import { get, noteOf, partsOf, send } from "./api.js";
import { closedNote } from "./closed.js";
import { dayOf, fill, focusOn, make, whileVisible } from "./dom.js";
import { downloadOf } from "./formats.js";

export function mount(root) {
  const at = (id) => root.querySelector(`#${id}`);

  function workOf(output) {
    const address = `/api/outputs/${encodeURIComponent(output.id)}`;
    const words = make("div", { class: "work-words" });
    const item = make("li", { class: "work", "data-output": output.id },
      make("div", { class: "work-frame" }, output.held_back
        ? make("p", { class: "work-held" }, output.held_back)
        : make("img", { src: `${address}?format=webp`, loading: "lazy", alt: `AI-generated avatar, style ${output.title}` })),
      words);
    const remove = make("button", { class: "button text", type: "button", "data-testid": "delete", onclick: () => confirm() }, "Delete");
    const usual = () => fill(words,
      make("b", {}, output.title),
      make("span", { class: "small" }, dayOf(output.created_at)),
      make("div", { class: "actions" }, ...(output.held_back ? [] : downloads()), remove));
    const downloads = () => downloadOf({ address, title: output.title, formats: output.formats });
    function confirm() {
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
