"""Files as the world writes them, without any of our metadata."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from outputs.luma import over_white

Pixels = NDArray[np.uint8]  # (H, W, 3 or 4) sRGB, straight alpha

FRAMES_A_SECOND = 12
H264_PRESET = "veryfast"


def png(pixels: Pixels) -> bytes:
    """Return a PNG."""
    order = cv2.COLOR_RGB2BGR if pixels.shape[2] == 3 else cv2.COLOR_RGBA2BGRA
    done, data = cv2.imencode(".png", cv2.cvtColor(pixels, order))
    if not done:
        raise RuntimeError("OpenCV cannot write PNG")
    return data.tobytes()


def jpeg(pixels: Pixels, quality: int) -> bytes:
    """Return a JPEG with halved chroma, alpha over white."""
    return _saved(_opaque(pixels), "JPEG", quality=quality, subsampling=2)


def webp(pixels: Pixels, quality: int) -> bytes:
    """Return a lossy WebP."""
    return _saved(pixels, "WEBP", quality=quality, method=4)


def avif(pixels: Pixels, quality: int) -> bytes:
    """Return an AVIF."""
    return _saved(pixels, "AVIF", quality=quality, speed=8)


def through_h264(pixels: Pixels, crf: int) -> Pixels:
    """Return the middle frame of a second of H.264 that shows the picture, alpha over white."""
    shown = _opaque(pixels)
    height, width = shown.shape[:2]
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=FRAMES_A_SECOND)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": str(crf), "preset": H264_PRESET, "threads": "1"}
        for number in range(FRAMES_A_SECOND):
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with av.open(io.BytesIO(file.getvalue()), "r") as clip:
        frames = list(clip.decode(video=0))
    return np.ascontiguousarray(frames[len(frames) // 2].to_ndarray(format="rgb24"))


def _opaque(pixels: Pixels) -> Pixels:
    return over_white(pixels) if pixels.shape[2] == 4 else pixels


def _saved(pixels: Pixels, name: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, name, **options)
    return buffer.getvalue()
