"""Reads the label's words with somebody else's eyes: PP-OCRv4's recogniser, as RapidOCR ships it.

The lines are cut out where the label was burned and enlarged, as somebody does who looks closely;
finding text in a whole picture is not what is asked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

from benchmarks.survival.geometry import Pixels, Place, strip
from outputs.badge import art
from outputs.label import Placement
from outputs.label_words import WORDS
from outputs.types import Rect

PACKAGE = "rapidocr_onnxruntime"
MODEL = "models/ch_PP-OCRv4_rec_infer.onnx"
HEIGHT = 48  # pixels, of a line as the recogniser wants it
WIDTH = 320  # pixels at least, as the recogniser was trained
AROUND = 0.3  # of a line's height, left around it


class Recogniser:
    """Reads one line of text at a time."""

    def __init__(self, model: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(model), options, providers=["CPUExecutionProvider"]
        )
        listed = self._session.get_modelmeta().custom_metadata_map["character"]
        self._letters = ["", *listed.splitlines(), " "]

    def line(self, pixels: Pixels) -> str:
        """Return what one line says.

        Args:
            pixels: (HEIGHT, W, 3) sRGB.
        """
        frame = np.zeros((1, 3, HEIGHT, max(WIDTH, pixels.shape[1])), np.float32)
        bgr = pixels[..., ::-1].astype(np.float32) / np.float32(127.5) - 1
        frame[0, :, :, : pixels.shape[1]] = bgr.transpose(2, 0, 1)
        scores: NDArray[np.float32] = self._session.run(None, {"x": frame})[0][0]
        best = scores.argmax(axis=1)
        kept = np.flatnonzero((best != 0) & (best != np.concatenate([[-1], best[:-1]])))
        return "".join(self._letters[best[at]] for at in kept)

    def reads(self, pixels: Pixels, place: Place, placements: Sequence[Placement]) -> bool:
        """Tell whether any copy of the label still says what it says.

        Args:
            pixels: (H, W, 3) sRGB of the picture as it is now.
            place: Where the released picture's points went.
            placements: Where the copies were burned.
        """
        return any(self._says(pixels, place, one) for one in placements)

    def _says(self, pixels: Pixels, place: Place, placement: Placement) -> bool:
        words = WORDS[placement.design.locale]
        expected = words.generated if art(placement.design).word_cap else words.ai
        lines = (
            strip(pixels, place, box, around=AROUND * (box[3] - box[1]), height=HEIGHT)
            for box in _lines(placement)
        )
        said = "".join(self.line(line) for line in lines if line is not None)
        return expected.replace(" ", "") in said.replace(" ", "").upper()


def open_recogniser() -> Recogniser | None:
    """Return the recogniser, or None where RapidOCR is not installed."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        return None
    cv2.setNumThreads(1)
    return Recogniser(Path(found.origin).parent / MODEL)


def _lines(placement: Placement) -> list[Rect]:
    """Return the boxes of the label's lines in the released picture."""
    text = art(placement.design).text > 0.5
    rows = np.flatnonzero(text.any(axis=1))
    boxes = []
    for run in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1):
        columns = np.flatnonzero(text[run[0] : run[-1] + 1].any(axis=0))
        boxes.append(
            (
                float(placement.left + columns[0]),
                float(placement.top + run[0]),
                float(placement.left + columns[-1] + 1),
                float(placement.top + run[-1] + 1),
            )
        )
    return boxes
