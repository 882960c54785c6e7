// The whole screen, where the browser lends it: more light of the colours falls on the face.

let wished = false;

// Leaving it, as the Escape key does, is a wish to stop.
export function onLeftFullScreen(left) {
  document.addEventListener("fullscreenchange", () => {
    if (document.fullscreenElement || !wished) return;
    wished = false;
    left();
  });
}

const leave = () => document.exitFullscreen().catch(() => {});

export async function fillScreen() {
  const page = document.documentElement;
  if (wished || document.fullscreenElement || !page.requestFullscreen) return;
  // Asked without a click, a browser would refuse and complain.
  if (navigator.userActivation && !navigator.userActivation.isActive) return;
  wished = true;
  try {
    await page.requestFullscreen({ navigationUI: "hide" });
    if (!wished) leave();
  } catch {
    wished = false; // the colours fill the window instead
  }
}

export function leaveScreen() {
  wished = false;
  if (document.fullscreenElement) leave();
}
