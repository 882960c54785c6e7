// What is chosen before the camera starts: slow colours, sounds; and the words that follow from it.

const CHOSEN_PACE = "selfsame-pace";
const CHOSEN_SOUNDS = "selfsame-sounds";
const WORDS = {
  standard: ["Your screen shows six calm colours for about four seconds.", "About 30 seconds."],
  gentle: ["Your screen goes softly through six calm colours, for about 13 seconds.", "About 40 seconds."],
};

export function mountChoices(root, { sounds }) {
  const at = (id) => root.querySelector(`#${id}`);
  const pace = () => (at("slow-colours").checked ? "gentle" : "standard");

  function restate() {
    [at("before-colours").textContent, at("before-time").textContent] = WORDS[pace()];
  }

  const chosen = localStorage.getItem(CHOSEN_PACE);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  at("slow-colours").checked = chosen ? chosen === "gentle" : calm;
  at("sounds").checked = localStorage.getItem(CHOSEN_SOUNDS) === "on";
  restate();
  at("slow-colours").addEventListener("change", () => {
    localStorage.setItem(CHOSEN_PACE, pace());
    restate();
  });
  at("sounds").addEventListener("change", () => {
    localStorage.setItem(CHOSEN_SOUNDS, at("sounds").checked ? "on" : "off");
    if (!at("sounds").checked) return;
    sounds.wake();
    sounds.play("step");
  });

  return {
    pace,
    wake: () => { if (at("sounds").checked) sounds.wake(); },
    play: (name) => { if (at("sounds").checked) sounds.play(name); },
  };
}
