// Step 4: progress in words, then the picture and its ways out.

import { get, noteOf, partsOf, send } from "./api.js";
import { isComparable, mountCompare } from "./compare.js";
import { announce, arrive, fill, focusOn, make, whileVisible } from "./dom.js";
import { about, capital } from "./duration.js";
import { downloadOf } from "./formats.js";
import { mountGlimpses } from "./glimpses.js";
import { creditOf, likenessOf } from "./likeness.js";
import { onceMore, remember } from "./orders.js";

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
  let made = null; // id of the output that is shown
  let drawn = 0; // number of the newest glimpse
  const compare = mountCompare(at("result-compare"), at("result-frame"), {
    address: () => `/api/outputs/${encodeURIComponent(made)}/selfie`,
    refused: (error) => fill(at("result-refused"), noteOf(partsOf(error))),
  });

  const glimpses = mountGlimpses(at("result-glimpse"), (isShown) => {
    at("result-frame").classList.toggle("skeleton", !isShown && made === null);
    at("glimpse-words").hidden = !isShown;
  });

  function title(text) {
    at("result-title").textContent = text;
  }

  function waiting() {
    root.querySelector(".result").dataset.jobState = "";
    compare.hide();
    made = null;
    glimpses.end();
    title("Making your avatar.");
    at("job-left").hidden = true;
    at("result-progress").hidden = false;
    at("result-done").hidden = true;
    at("result-image").hidden = true;
    at("result-frame").hidden = false;
    at("result-frame").classList.add("skeleton");
    at("job-progress").value = 0;
    at("job-message").textContent = "Waiting";
    fill(at("result-refused"));
  }

  function refuse(parts, wish = null) {
    events?.close();
    glimpses.end();
    title(parts === CANCELLED ? "Nothing was made." : "This picture was not made.");
    at("result-progress").hidden = true;
    at("result-frame").hidden = true;
    const again = wish && make("button", { class: "button", type: "button", id: "try-again", onclick: () => order(wish) }, "Try again");
    const back = make("button", { class: wish ? "button plain" : "button", type: "button", onclick: restyle }, "Back to styles");
    fill(at("result-refused"), noteOf(parts, ...[again, back].filter(Boolean)));
    focusOn(at("result-title"));
  }

  function done(view) {
    events?.close();
    made = view.output_id;
    const address = `/api/outputs/${encodeURIComponent(made)}`;
    const image = at("result-image");
    image.onload = () => {
      glimpses.end();
      image.hidden = false;
      const { naturalWidth: width, naturalHeight: height } = image;
      at("result-frame").style.aspectRatio = `${width} / ${height}`;
      at("result-frame").classList.remove("skeleton");
      at("result-compare").hidden = !isComparable(width, height);
    };
    image.src = `${address}?format=webp`; // a poster as PNG takes many megabytes
    offer(made, address);
    at("result-progress").hidden = true;
    at("result-done").hidden = false;
    title("Here you are.");
    focusOn(at("result-title"));
  }

  // Pictures of earlier versions of the studio have fewer formats: the gallery knows which.
  async function offer(id, address) {
    fill(at("result-download"));
    const { outputs } = await get("/api/outputs").catch(() => ({ outputs: [] }));
    const output = outputs.find((each) => each.id === id);
    const formats = output?.formats ?? ["png"];
    at("result-frame").classList.toggle("see-through", Boolean(output?.see_through));
    fill(at("result-likeness"), likenessOf(output?.likeness));
    fill(at("result-credit"), creditOf(output?.credit));
    at("result-vary").hidden = !output?.can_repeat;
    fill(at("result-download"), ...downloadOf({ address, title: "your avatar", formats, look: "wide" }));
  }

  function hear(view) {
    if (view.refused) return refuse(view.refused);
    root.querySelector(".result").dataset.jobState = view.state;
    at("job-progress").value = view.progress;
    if (at("job-message").textContent !== view.message) announce(at("job-message"), view.message);
    at("job-left").hidden = view.seconds_left === null;
    if (view.seconds_left !== null) at("job-left").textContent = `${capital(about(view.seconds_left))} left.`;
    if (view.state === "done") return done(view);
    if (view.state === "cancelled") return refuse(CANCELLED);
    if (view.state === "refused" || view.state === "failed") return refuse(view.refusal ?? FAILED, onceMore(job));
    if (view.glimpse !== drawn) {
      drawn = view.glimpse;
      glimpses.follow(job, drawn);
    }
    return undefined;
  }

  function follow(id) {
    [job, drawn] = [id, 0];
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

  async function begin(path, body) {
    waiting();
    focusOn(at("result-title"));
    try {
      const { job_id: id } = await send(path, body);
      follow(id);
      return id;
    } catch (error) {
      refuse(partsOf(error));
      return null;
    }
  }

  const vary = () => begin(`/api/outputs/${encodeURIComponent(made)}/again`, { vary: true });

  async function order(wish) {
    const id = await begin("/api/jobs", wish);
    if (id) remember(id, wish);
  }

  at("job-cancel").addEventListener("click", () => {
    send(`/api/jobs/${encodeURIComponent(job)}/cancel`).then(hear, (error) => refuse(partsOf(error)));
  });
  at("result-vary").addEventListener("click", vary);
  at("back-to-styles").addEventListener("click", restyle);
  whileVisible(root.querySelector(".result"), shown, () => {
    events?.close();
    glimpses.end();
    compare.hide();
    at("result-image").removeAttribute("src");
    history.replaceState(null, "", "/");
  });
}
