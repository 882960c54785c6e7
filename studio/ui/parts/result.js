// Step 4: progress in words, then the picture and its ways out.

import { get, noteOf, partsOf, send } from "./api.js";
import { announce, arrive, fill, focusOn, make, whileVisible } from "./dom.js";
import { downloadOf } from "./formats.js";
import { LAST_MADE } from "./style_detail.js";

const MAX_SEED = 2 ** 31;
const CANCELLED = {
  code: "cancelled",
  what: "Cancelled.",
  why: "Nothing was made and nothing was kept.",
  next: "Choose a style whenever you like.",
};
const FAILED = {
  code: "job_failed",
  what: "The picture could not be finished.",
  why: "A picture whose marks do not read back never leaves the studio.",
  next: "Try again; if it happens twice, choose another style.",
};

export function mount(root, { restyle }) {
  const at = (id) => root.querySelector(`#${id}`);
  let events = null;
  let job = null;

  function title(text) {
    at("result-title").textContent = text;
  }

  function waiting() {
    root.querySelector(".result").dataset.jobState = "";
    title("Making your avatar.");
    at("result-progress").hidden = false;
    at("result-done").hidden = true;
    at("result-image").hidden = true;
    at("result-frame").hidden = false;
    at("result-frame").classList.add("skeleton");
    at("job-progress").value = 0;
    at("job-message").textContent = "Waiting";
    fill(at("result-refused"));
  }

  function refuse(parts) {
    events?.close();
    title(parts === CANCELLED ? "Nothing was made." : "This picture was not made.");
    at("result-progress").hidden = true;
    at("result-frame").hidden = true;
    const back = make("button", { class: "button", type: "button", onclick: restyle }, "Back to styles");
    fill(at("result-refused"), noteOf(parts, back));
    focusOn(at("result-title"));
  }

  function done(view) {
    events?.close();
    const address = `/api/outputs/${encodeURIComponent(view.output_id)}`;
    const image = at("result-image");
    image.onload = () => {
      image.hidden = false;
      at("result-frame").classList.remove("skeleton");
    };
    image.src = address;
    offer(view.output_id, address);
    at("result-progress").hidden = true;
    at("result-done").hidden = false;
    title("Here you are.");
    focusOn(at("result-title"));
  }

  // Pictures of earlier versions of the studio have fewer formats: the gallery knows which.
  async function offer(id, address) {
    fill(at("result-download"));
    const { outputs } = await get("/api/outputs").catch(() => ({ outputs: [] }));
    const formats = outputs.find((output) => output.id === id)?.formats ?? ["png"];
    fill(at("result-download"), ...downloadOf({ address, title: "your avatar", formats, look: "wide" }));
  }

  function hear(view) {
    if (view.refused) return refuse(view.refused);
    root.querySelector(".result").dataset.jobState = view.state;
    at("job-progress").value = view.progress;
    if (at("job-message").textContent !== view.message) announce(at("job-message"), view.message);
    if (view.state === "done") return done(view);
    if (view.state === "cancelled") return refuse(CANCELLED);
    if (view.state === "refused" || view.state === "failed") return refuse(view.refusal ?? FAILED);
    return undefined;
  }

  function follow(id) {
    job = id;
    history.replaceState(null, "", `/?job=${encodeURIComponent(id)}`);
    events?.close();
    events = new EventSource(`/api/jobs/${encodeURIComponent(id)}/events`);
    events.addEventListener("message", ({ data }) => hear(JSON.parse(data)));
  }

  async function shown() {
    arrive(at("result-title"));
    waiting();
    const asked = new URLSearchParams(location.search).get("job");
    if (asked) follow(asked);
    try {
      const sitting = await get("/api/sitting");
      at("result-synthetic").hidden = !sitting.baked_subject;
      if (asked) return;
      if (sitting.job_id) follow(sitting.job_id);
      else restyle();
    } catch (error) {
      refuse(partsOf(error));
    }
  }

  async function vary() {
    const last = JSON.parse(sessionStorage.getItem(LAST_MADE) ?? "null");
    if (!last) return restyle();
    const wish = { ...last, seed: Math.floor(Math.random() * MAX_SEED) };
    waiting();
    focusOn(at("result-title"));
    try {
      const { job_id: id } = await send("/api/jobs", wish);
      sessionStorage.setItem(LAST_MADE, JSON.stringify(wish));
      follow(id);
    } catch (error) {
      refuse(partsOf(error));
    }
    return undefined;
  }

  at("job-cancel").addEventListener("click", () => {
    send(`/api/jobs/${encodeURIComponent(job)}/cancel`).then(hear, (error) => refuse(partsOf(error)));
  });
  at("result-vary").addEventListener("click", vary);
  at("back-to-styles").addEventListener("click", restyle);
  whileVisible(root.querySelector(".result"), shown, () => {
    events?.close();
    at("result-image").removeAttribute("src");
    history.replaceState(null, "", "/");
  });
}
