// A studio's side of the capture, played from a script, and a camera that shows moving stripes.
// `window.scripted` says what is told when, and notes what the page does.

(() => {
  if (!navigator.mediaDevices) return; // not a page of the studio
  const HEADER = 13;
  const scripted = Object.assign({
    steps: [], // [{after: seconds since the socket opened, say: message}]
    answers: true, // whether pictures are answered
    socket: true, // whether the script speaks; without it, the served studio does
    pictures: true, // whether the camera gives pictures
  }, window.scripted, { addresses: [], sent: [], unanswered: 0, cameras: 0, running: 0, tones: 0 });
  window.scripted = scripted;

  class ScriptedSocket extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 3;
    readyState = 0;

    constructor(address) {
      super();
      scripted.addresses.push(String(address));
      scripted.socket = this;
      this.told = {};
      setTimeout(() => {
        this.readyState = 1;
        this.timers = scripted.steps.map(({ after, say }) => setTimeout(() => this.tell(say), after * 1000));
      }, 0);
    }

    tell(message) {
      if (this.readyState !== 1) return;
      if (message.instruction) this.told = message;
      this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
    }

    async send(blob) {
      const head = new DataView(await blob.slice(0, HEADER).arrayBuffer());
      const sequence = head.getUint32(1, true);
      scripted.sent.push({ kind: head.getUint8(0), sequence, at: performance.now() });
      scripted.unanswered += 1;
      if (scripted.answers && this.told.instruction) {
        scripted.unanswered -= 1;
        this.tell({ ...this.told, sequence });
      }
    }

    close() {
      if (this.readyState === 3) return;
      this.readyState = 3;
      this.timers?.forEach(clearTimeout);
      setTimeout(() => this.dispatchEvent(new CloseEvent("close")), 0);
    }
  }
  if (scripted.socket) window.WebSocket = ScriptedSocket;

  navigator.mediaDevices.getUserMedia = async () => {
    scripted.cameras += 1;
    scripted.running += 1;
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 480];
    const pen = canvas.getContext("2d", { alpha: false });
    const track = canvas.captureStream(0).getVideoTracks()[0];
    let count = 0;
    const timer = setInterval(() => {
      if (track.readyState === "ended") {
        scripted.running -= 1;
        clearInterval(timer);
        return;
      }
      if (!scripted.pictures) return;
      pen.fillStyle = `hsl(${count * 7} 30% 50%)`;
      pen.fillRect(0, 0, 640, 480);
      pen.fillStyle = "white";
      pen.fillRect((count += 1) * 9 % 640, 0, 24, 480);
      track.requestFrame();
    }, 33);
    return new MediaStream([track]);
  };

  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...from) {
    scripted.tones += 1;
    return start.apply(this, from);
  };
})();
