// Verify: any file in, separate findings out, and a way to say "I did not agree".

import { noteOf, partsOf, send } from "./api.js";
import { fill, focusOn, make } from "./dom.js";
import { nothingToReport, reportForm } from "./report.js";
import { dropZone } from "./selfies.js";

export function mount(root) {
  const at = (id) => root.querySelector(`#${id}`);

  async function read([file]) {
    if (!file) return;
    fill(at("verify-report"));
    fill(at("verify-result"), make("p", { role: "status" }, `Reading ${file.name}`));
    const form = new FormData();
    form.append("file", file);
    try {
      const found = await send("/api/verify", form);
      fill(at("verify-result"), make("h2", { tabindex: "-1" }, found.name),
        make("ul", { class: "findings" }, ...found.findings.map(findingOf)));
      at("verify-foot").hidden = true;
      fill(at("verify-report"), found.output_id ? reportForm(found.output_id) : nothingToReport());
      focusOn(at("verify-result").querySelector("h2"));
    } catch (error) {
      fill(at("verify-result"), noteOf(partsOf(error)));
    }
  }

  function findingOf(finding) {
    return make("li", { class: "finding", "data-finding": finding.name, "data-state": finding.state },
      make("b", {}, finding.title),
      make("span", { class: `chip ${finding.tone}` }, finding.word),
      make("p", {}, finding.sentence),
      finding.details ? make("details", {}, make("summary", {}, "Details"), make("pre", {}, finding.details)) : null);
  }

  dropZone(at("verify-drop"), at("verify-input"), read);
}
