// What no part owns: the framework's leftovers that would speak to people or to other sites.

const app = document.querySelector("gradio-app");

// The framework marks <body> as dark once; following the system keeps both in step.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.body.classList.toggle("dark", dark.matches);
dark.addEventListener("change", follow);

// Its step buttons point at panels that do not exist until they are visited.
function mendSteps() {
  for (const button of app.querySelectorAll("#steps [role=tab]")) {
    const panel = button.getAttribute("aria-controls");
    if (panel && !document.getElementById(panel)) button.removeAttribute("aria-controls");
  }
}
new MutationObserver(mendSteps).observe(app, { childList: true, subtree: true });

// The later steps are fetched while the person reads the first one.
const LATER = ["capture", "style_cards", "result"];
if (location.pathname === "/") setTimeout(() => LATER.forEach((name) => import(`/parts/${name}.js`)), 1500);
