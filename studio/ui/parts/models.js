// Models: what this machine can imagine with, and what would be needed. To be read only.

import { get, noteOf, partsOf } from "./api.js";
import { announce, fill, make, whileVisible } from "./dom.js";
import { about, capital } from "./duration.js";

const ROLES = {
  base: "Draws", controlnet: "Keeps the lines", adapter: "Keeps the face", fast: "Needs fewer steps",
  tiny_vae: "Shows previews", safety: "Checks what was drawn", lora: "A look of its own",
};
const STATES = { here: ["chip good", "Here"], partly: ["chip warn", "Partly here"], missing: ["chip", "Not here"], unreadable: ["chip warn", "Cannot be read"] };
const ADD = "python app.py models add FILE";

const sizeOf = (gb) => (gb < 1 ? `${Math.max(1, Math.round(gb * 1000))} MB` : `${Number(gb.toFixed(1))} GB`);
const chip = ([look, words]) => make("span", { class: look }, words);

export function mount(root) {
  const at = (id) => root.querySelector(`#${id}`);

  function commandOf(command) {
    const text = make("code", {}, command);
    async function copy() {
      try {
        await navigator.clipboard.writeText(command);
        announce(at("models-status"), "Copied.");
      } catch {
        getSelection().selectAllChildren(text); // without a clipboard: marked, ready to be copied
        announce(at("models-status"), "Marked. Copy it with the keyboard.");
      }
    }
    return make("div", { class: "command", "data-command": command }, text,
      make("button", { class: "button text", type: "button", "aria-label": `Copy: ${command}`, onclick: copy }, "Copy"));
  }

  function machineOf(machine) {
    const isProcessor = machine.device === "cpu";
    return [
      make("h2", { id: "machine-title" }, machine.name),
      make("p", {}, `${sizeOf(machine.free_gb)} of ${sizeOf(machine.memory_gb)} ${isProcessor ? "memory" : "graphics memory"} free`),
      make("p", { class: "small machine-note" }, [isProcessor ? "The processor draws: it works, and takes patience." : "", machine.note].filter(Boolean).join(" ")),
    ];
  }

  function takingOf(kind) {
    if (kind.seconds === null) return null;
    return make("p", { "data-seconds": String(kind.seconds) },
      `${capital(about(kind.seconds))} for one picture, ${kind.is_measured ? "measured on this machine" : "estimated"}.`);
  }

  function missingOf(kind) {
    if (kind.missing.length === 0) return [];
    const size = kind.download_gb === null ? "the size is told when the fetching begins" : `${sizeOf(kind.download_gb)} to fetch`;
    return [
      make("p", {}, `Not here yet, ${size}:`),
      make("ul", { class: "bullets" }, ...kind.missing.map((title) => make("li", {}, title))),
      commandOf(kind.command),
    ];
  }

  const kindOf = (kind) => make("li", { class: "card kind", "data-kind": kind.kind, "data-ready": String(kind.is_ready) },
    make("div", { class: "kind-head" }, make("h3", {}, kind.title),
      chip(kind.is_ready ? ["chip good", "Ready"] : ["chip warn", "Not ready"])),
    kind.note ? make("p", {}, kind.note) : null,
    kind.plan ? make("p", { class: "small" }, `${kind.is_ready ? "How it runs" : "How it would run"}: ${kind.plan}.`) : null,
    takingOf(kind), ...missingOf(kind));

  function memoryOf(entry) {
    const needed = [
      entry.gpu_gb === null ? null : `${sizeOf(entry.gpu_gb)} on a graphics card`,
      entry.cpu_gb === null ? null : `${sizeOf(entry.cpu_gb)} on the processor`,
    ].filter(Boolean);
    return needed.length === 0 ? null : `Takes ${needed.join(" or ")}`;
  }

  function licenceOf(entry) {
    return make("p", { class: "small weight-words" }, "Licence: ",
      entry.licence_url
        ? make("a", { href: entry.licence_url, rel: "noreferrer noopener", target: "_blank" }, entry.licence) : entry.licence,
      entry.licence_note ? `. ${entry.licence_note}` : "");
  }

  function weightOf(entry) {
    const facts = [ROLES[entry.role], entry.size_gb === null ? null : sizeOf(entry.size_gb), memoryOf(entry)].filter(Boolean);
    return make("li", { class: "weight", "data-weight": entry.name },
      make("div", {}, make("h3", {}, entry.title), make("p", { class: "small" }, facts.join(" · "))),
      make("div", { class: "chips" }, chip(STATES[entry.state] ?? ["chip", entry.state]),
        entry.is_commercial ? null : chip(["chip warn", "Not for commercial use"])),
      licenceOf(entry),
      make("p", { class: "small weight-words" }, make("code", {}, entry.revision ? `${entry.repo} @ ${entry.revision.slice(0, 12)}` : entry.repo)));
  }

  async function shown() {
    fill(at("models-refused"), make("p", { class: "small" }, "Looking at this machine."), make("div", { class: "skeleton models-skeleton" }));
    try {
      const { machine, kinds, entries } = await get("/api/models");
      fill(at("machine"), ...machineOf(machine));
      fill(at("kinds"), ...kinds.map(kindOf));
      fill(at("weights"), ...entries.map(weightOf));
      fill(at("own-command"), commandOf(ADD));
      fill(at("models-refused"));
      at("models-body").hidden = false;
    } catch (error) {
      fill(at("models-refused"), noteOf(partsOf(error)));
    }
  }

  whileVisible(root.querySelector(".models"), shown);
}
