// "This is me and I did not agree": what happens is said before it is sent, and what comes next after.

import { noteOf, partsOf, send } from "./api.js";
import { fill, focusOn, make } from "./dom.js";

const NOT_SAID = {
  code: "report_empty",
  what: "The studio needs a few words.",
  why: "A person reads them and decides what becomes of the picture.",
  next: "Write what is wrong, for instance: this is me, and I did not agree.",
};

const field = (id, label, hint, input) => make("div", { class: "field" },
  make("label", { for: id }, make("b", {}, label), make("span", { class: "small" }, hint)), input);

export function reportForm(outputId) {
  const statement = make("textarea", { id: "report-statement", rows: "4", maxlength: "2000" });
  const contact = make("input", { type: "text", id: "report-contact", maxlength: "200", autocomplete: "email" });
  const refused = make("div", {});
  const button = make("button", { class: "button", type: "submit", id: "report-send" }, "Hold this picture back");
  const form = make("form", { class: "card report", id: "report", autocomplete: "off", onsubmit: report },
    make("h2", { id: "report-title" }, "This is me and I did not agree"),
    make("p", {}, "This picture was made here. When you send this:"),
    make("ul", { class: "bullets" },
      make("li", {}, "From that moment, nobody gets the picture from this studio."),
      make("li", {}, "Whoever runs the studio reads what you write, and gives the picture free or deletes it."),
      make("li", {}, "Copies elsewhere stay: this studio cannot reach them.")),
    field("report-statement", "What is wrong?", "A few words are enough.", statement),
    field("report-contact", "How can you be reached? (not needed)", "Only whoever runs this studio sees it, to answer you.", contact),
    refused, button);

  function refuse(parts) {
    const note = noteOf(parts);
    fill(refused, note);
    focusOn(note.querySelector(".what"));
  }

  async function report(event) {
    event.preventDefault();
    if (statement.value.trim() === "") {
      refuse(NOT_SAID);
      return;
    }
    button.disabled = true;
    try {
      const body = { output_id: outputId, statement: statement.value, contact: contact.value };
      const answer = await send("/api/reports", body);
      const told = make("div", { class: "note good", id: "report-sent", role: "status" },
        make("p", { class: "what", tabindex: "-1" }, "The picture is held back."),
        make("p", {}, answer.next),
        make("p", { class: "small" }, "Number of your report: ", make("code", {}, answer.report_id)));
      form.replaceWith(told);
      focusOn(told.querySelector(".what"));
    } catch (error) {
      refuse(partsOf(error));
      button.disabled = false;
    }
  }

  return form;
}

// Without the studio's own note in the file there is nothing that it could hold back.
export const nothingToReport = () => make("div", { class: "card report", id: "report-none" },
  make("h2", {}, "Is this you, and you did not agree?"),
  make("p", {}, "This file does not prove that it was made here, so there is nothing here to hold back. Its note may have been removed."),
  make("p", {}, make("a", { href: "/check" }, "How to check a picture, and where to report it")));
