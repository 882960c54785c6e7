// Soft tones, made here and off until somebody switches them on. Each one goes with words.

const VOLUME = 0.07;
const TONES = { // [hertz, seconds from the start, seconds long]
  step: [[587, 0, 0.22]],
  seat: [[440, 0, 0.25], [587, 0.18, 0.35]],
  finished: [[523, 0, 0.3], [659, 0.14, 0.3], [784, 0.28, 0.5]],
  refused: [[392, 0, 0.35], [330, 0.2, 0.5]],
};

export function tones() {
  let context = null;

  // Browsers let a page sound only from a click on.
  function wake() {
    context ??= new AudioContext();
    if (context.state === "suspended") context.resume().catch(() => {});
  }

  function play(name) {
    if (!context) return;
    for (const [hertz, wait, long] of TONES[name]) {
      const from = context.currentTime + 0.02 + wait;
      const voice = new OscillatorNode(context, { type: "sine", frequency: hertz });
      const swell = new GainNode(context, { gain: 0 });
      swell.gain.setValueAtTime(0, from);
      swell.gain.linearRampToValueAtTime(VOLUME, from + 0.03);
      swell.gain.exponentialRampToValueAtTime(0.0001, from + long);
      voice.connect(swell).connect(context.destination);
      voice.start(from);
      voice.stop(from + long);
    }
  }

  return { wake, play };
}
