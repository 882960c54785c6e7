// The camera as the capture needs it: opened, measured, stopped; and words for when it is not there.

const LONG_SIDE = 640;

const WORDS = {
  insecure: {
    code: "insecure_origin",
    what: "This address is not private enough for a camera.",
    why: "Browsers lend the camera only to https pages and to this computer itself, so that nobody listens in between.",
    next: "On this computer, open the studio at http://localhost. A phone needs the studio's https address: ask whoever runs it.",
  },
  denied: {
    code: "camera_denied",
    what: "The browser may not use the camera.",
    why: "It asks you first, and it remembers a no.",
    next: "Click the camera sign beside the address, allow the camera for this page, then try again.",
  },
  missing: {
    code: "camera_missing",
    what: "No camera was found.",
    why: "Only a live camera can show that it is really you.",
    next: "Plug one in, or open its shutter, then try again.",
  },
  busy: {
    code: "camera_busy",
    what: "Another program is using the camera.",
    why: "Two programs cannot share it.",
    next: "Close video calls and other camera pages, then try again.",
  },
  gone: {
    code: "camera_gone",
    what: "The camera went away.",
    why: "A gap is where one face could be swapped for another, so the camera begins again.",
    next: "Plug it in again, or open its shutter, then try again.",
  },
};

export function wordsFor(error) {
  if (!window.isSecureContext || !navigator.mediaDevices) return WORDS.insecure;
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return WORDS.denied;
  if (error.name === "NotReadableError" || error.name === "AbortError") return WORDS.busy;
  return WORDS.missing;
}

export async function openCamera(video, deviceId) {
  if (!window.isSecureContext || !navigator.mediaDevices) throw new DOMException("", "SecurityError");
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: false,
    video: {
      deviceId: deviceId ? { exact: deviceId } : undefined,
      facingMode: deviceId ? undefined : "user",
      width: { ideal: 1280 },
      height: { ideal: 960 },
      frameRate: { ideal: 30 },
    },
  });
  video.srcObject = stream;
  await video.play();
  return stream;
}

export function closeCamera(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

// Calls `gone` with words when the camera is unplugged or taken away; returns how to stop listening.
export function onCameraGone(video, gone) {
  const [track] = video.srcObject?.getVideoTracks() ?? [];
  const report = () => gone(WORDS.gone);
  track?.addEventListener("ended", report);
  return () => track?.removeEventListener("ended", report);
}

export async function cameras() {
  if (!navigator.mediaDevices?.enumerateDevices) return [];
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput");
}

// Frames and stills share one crop, so that a still can be laid over its neighbouring frames.
function cropOf(video) {
  const { videoWidth: width, videoHeight: height } = video;
  const ratio = width >= height ? 4 / 3 : 3 / 4;
  const cropWidth = Math.min(width, height * ratio);
  const cropHeight = cropWidth / ratio;
  return { x: (width - cropWidth) / 2, y: (height - cropHeight) / 2, width: cropWidth, height: cropHeight };
}

export function photographer(video) {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { alpha: false });
  const shoot = (scaleTo, quality) => new Promise((resolve) => {
    const crop = cropOf(video);
    const scale = scaleTo ? scaleTo / Math.max(crop.width, crop.height) : 1;
    canvas.width = Math.round(crop.width * scale);
    canvas.height = Math.round(crop.height * scale);
    pen.drawImage(video, crop.x, crop.y, crop.width, crop.height, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(resolve, "image/jpeg", quality);
  });
  return {
    frame: () => shoot(LONG_SIDE, 0.8),
    still: () => shoot(null, 0.92),
    forget: () => { canvas.width = canvas.height = 0; },
  };
}

// Calls `tick` for each new camera picture until it is told to stop, with the time at which the
// picture came: a busy page may look at it later, and motion must not seem faster for that.
export function eachPicture(video, tick) {
  let running = true;
  const next = (_now, picture) => {
    if (!running) return;
    tick(picture?.presentationTime ?? performance.now());
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(next);
    else setTimeout(next, 33);
  };
  next();
  return () => { running = false; };
}
