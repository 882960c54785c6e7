// Verify: any file in, separate findings out, and a way to say "I did not agree".

import { fetchOwn, noteOf, partsOf } from "./api.js";
import { announce, fill, focusOn, make } from "./dom.js";
import { nothingToReport, reportForm } from "./report.js";
import { dropZone } from "./selfies.js";

const MARKS = ["visible label", "invisible watermark", "C2PA manifest", "XMP metadata"];
const COUNTS = ["No", "One", "Two", "Three", "All four"];

// Said here as well as by the studio: most browsers lose an answer that comes while they still send.
const tooLarge = (most) => ({
  code: "too_large",
  what: `That is more than ${Math.round(most / 2 ** 20)} MB.`,
  why: "Very large files can stop the studio for everybody.",
  next: "Choose a smaller copy: most marks are found in it as well.",
});

export function mount(root) {
  const at = (id) => root.querySelector(`#${id}`);
  const page = root.querySelector(".verify");
  const most = Number(page.dataset.most);
  const status = at("verify-status");
  let reading = null; // AbortController of the file that is being read
  at("verify-kinds").append(`, ${Math.round(most / 2 ** 20)} MB at most`);

  async function read([file]) {
    if (!file) return;
    reading?.abort();
    const mine = new AbortController();
    reading = mine;
    fill(at("verify-report"));
    if (file.size > most) {
      refuse(tooLarge(most));
      return;
    }
    page.classList.add("found");
    announce(status, `Reading ${file.name}`);
    fill(at("verify-result"), waiting(file.name));
    page.setAttribute("aria-busy", "true");
    const form = new FormData();
    form.append("file", file);
    try {
      const options = { method: "POST", body: form, signal: mine.signal };
      const found = await (await fetchOwn("/api/verify?annotated=true", options)).json();
      show(found);
    } catch (error) {
      if (error.name !== "AbortError") refuse(partsOf(error));
    } finally {
      if (reading === mine) page.removeAttribute("aria-busy");
    }
  }

  function show(found) {
    const heading = make("h2", { tabindex: "-1" }, found.name);
    const findings = make("ul", { class: "findings" }, ...found.findings.map(findingOf));
    fill(at("verify-result"), make("div", { class: "verify-found" },
      make("div", { class: "verify-head" }, heading, make("p", { id: "verify-sum" }, sumOf(found))),
      figureOf(found), findings));
    at("verify-foot").hidden = true;
    fill(at("verify-report"), found.output_id ? reportForm(found.output_id) : nothingToReport());
    status.textContent = "";
    focusOn(heading);
  }

  function refuse(parts) {
    status.textContent = "";
    fill(at("verify-result"), noteOf(parts));
  }

  dropZone(page, at("verify-input"), read);
}

function sumOf(found) {
  const marks = found.findings.filter((each) => MARKS.includes(each.technique) && each.tells_generated);
  if (marks.length === 0) return "No mark says that this is AI generated. That proves nothing: marks can be removed.";
  const says = marks.length === 1 ? "mark says" : "marks say";
  return `${COUNTS[marks.length]} ${marks.length === MARKS.length ? "" : "of four "}${says} that this is AI generated.`;
}

function figureOf({ name, annotated, findings }) {
  const states = Object.fromEntries(findings.map((each) => [each.technique, each.state]));
  const legend = [];
  if (states["visible label"] === "found") legend.push(keyOf("label", "visible label"));
  if (["detected", "possible"].includes(states["invisible watermark"])) legend.push(keyOf("support", "invisible watermark: the stronger, the clearer"));
  return make("figure", { class: "verify-figure" },
    make("img", {
      id: "verify-picture", src: annotated.url, width: annotated.width, height: annotated.height,
      alt: `Small copy of ${name} that shows where marks were found`,
    }),
    make("figcaption", { class: "small" }, ...legend,
      make("p", { class: "small" }, "A small copy, drawn for you and not kept.")));
}

const keyOf = (kind, words) => make("span", { class: "key" }, make("i", { class: `swatch ${kind}`, "aria-hidden": "true" }), words);

function findingOf(finding) {
  const details = Object.keys(finding.details).length ? JSON.stringify(finding.details, null, 2) : "";
  return make("li", { class: "finding", "data-finding": finding.technique, "data-state": finding.state },
    make("h3", {}, finding.title),
    make("span", { class: `chip ${finding.tone}` }, finding.word),
    make("p", { class: "small how" }, finding.how),
    make("p", {}, finding.sentence),
    details ? make("details", {}, make("summary", {}, "Details"), make("pre", { tabindex: "0" }, details)) : null);
}

// The shape of what will come, so that nothing jumps when it does.
function waiting(name) {
  const card = () => make("div", { class: "skeleton finding-skeleton" });
  return make("div", { class: "verify-found", id: "verify-waiting" },
    make("div", { class: "verify-head" }, make("h2", {}, name), make("p", {}, "Reading its marks…")),
    make("div", { class: "skeleton figure-skeleton" }),
    make("div", { class: "findings", "aria-hidden": "true" }, card(), card(), card(), card()));
}
