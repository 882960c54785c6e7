"""Files that say of themselves that a program made them: no selfies, whoever they show.

Four places are read: the C2PA manifest with all its ingredients, XMP and IPTC terms, the text
fields in which image generators leave their settings, and the visible label of this studio. A file
that says nothing passes: this finds honest makers, not liars (docs/threat-model.md).
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from c2pa import C2paError, Context, Reader, Settings
from numpy.typing import NDArray

from consent.errors import QualityRefused
from consent.types import Origin, OriginKind
from outputs.errors import TooLarge
from outputs.label_search import find_label
from outputs.manifest_report import UNTRUSTED, evidence_of
from outputs.parts import require_few_parts
from outputs.provenance import MOST_REPORT, OFFLINE, ManifestState
from studio.face.quality import REC709
from studio.sitting.makers import is_generated, names_maker, packets_say, texts_say

if TYPE_CHECKING:
    from studio.face.types import Face

_MANIFEST_MARKS = (b"jumb", b"jumd", b"c2pa", b"caBX")
LABEL_DARK, LABEL_LIGHT = 80.0, 180.0  # luma of the label's pill and letters on any picture
LABEL_LEAST = 0.05  # share of the chin that each of them fills
MOST_TYPES = 4  # digital source types that are kept of one manifest
WHY = "An avatar is drawn from a camera's picture of you, so that nobody's face is invented."


class GeneratedFilter:
    """Refuses files whose own marks say generated. Safe to share between threads."""

    def __init__(self) -> None:
        self._context = Context(Settings.from_dict(dict(OFFLINE)))

    def require_camera(self, data: bytes) -> Origin:
        """Return what a file says of its making, if it is not that it was generated.

        Args:
            data: a picture's or a video's bytes, of any format.

        Raises:
            QualityRefused: `generated` or `manifest_unreadable`.
        """
        store = self._manifests(data)
        if _says_generated(store) or packets_say(data) or texts_say(data):
            raise generated()
        return _origin(store)

    def require_unlabelled(self, image: NDArray[np.uint8], face: Face) -> None:
        """Pass an (H, W, 3) uint8 sRGB picture whose face does not bear this studio's label.

        The label is sought in full (60 to 220 ms) only where something below the mouth is black
        and white at once, as the copy on the chin is.

        Raises:
            QualityRefused: `generated`.
        """
        if _black_on_white(image, face) and find_label(image):
            raise generated()

    def _manifests(self, data: bytes) -> object:
        """Return c2pa's report: the active manifest and every ingredient's, whoever signed them."""
        try:
            require_few_parts(data)
            with Reader(None, io.BytesIO(data), context=self._context) as reader:
                report = reader.json()
            if len(report) > MOST_REPORT:
                raise _unreadable()
            return json.loads(report)
        except TooLarge as error:
            raise _unreadable() from error
        except (C2paError.ManifestNotFound, C2paError.NotSupported, C2paError.RemoteManifest):
            return None  # none inside; one that lies elsewhere is not fetched
        except (C2paError, ValueError, RecursionError) as error:
            if any(mark in data for mark in _MANIFEST_MARKS):
                raise _unreadable() from error
            return None  # a file that is broken altogether: decoding tells


def _black_on_white(image: NDArray[np.uint8], face: Face) -> bool:
    points = face.landmarks
    left, right = sorted((int(points[61, 0]), int(points[291, 0])))  # corners of the mouth
    top, bottom = int(points[17, 1]), int(points[152, 1])  # below the lip, and the chin
    part = image[max(0, top) : bottom + 1, max(0, left) : right + 1]
    if part.size == 0:
        return False
    luma = part.astype(np.float32) @ REC709
    dark, light = float((luma < LABEL_DARK).mean()), float((luma > LABEL_LIGHT).mean())
    return dark >= LABEL_LEAST and light >= LABEL_LEAST


def _origin(store: object) -> Origin:
    """Keep of a manifest what an avatar's own may tell later: no thumbnail, no name, no number."""
    if store is None:
        return Origin(OriginKind.UPLOAD)
    evidence = evidence_of(store)
    # Nobody's signature is looked up here, so no manifest is more than intact.
    holds = all(code == UNTRUSTED for code in evidence.why)
    return Origin(
        OriginKind.UPLOAD,
        manifest=(ManifestState.VALID if holds else ManifestState.INVALID).value,
        digital_source_types=tuple(sorted(set(evidence.digital_source_types)))[:MOST_TYPES],
    )


def generated() -> QualityRefused:
    """Return the refusal of a file that a program made."""
    return QualityRefused(
        "generated",
        "This file says that it was made or altered by a program.",
        why=WHY,
        next_step="Choose a picture or a video just as your camera took it.",
    )


def _unreadable() -> QualityRefused:
    return QualityRefused(
        "manifest_unreadable",
        "This file carries a signed note about its making that cannot be read.",
        why="The note could say that the picture was generated, so it is not passed over.",
        next_step="Choose the original file, just as your camera wrote it.",
    )


def _says_generated(node: object) -> bool:
    """Walk a manifest store: any assertion of any manifest may name a source type or a maker."""
    if isinstance(node, Mapping):
        return any(_entry_says(str(key), value) for key, value in node.items())
    return isinstance(node, list) and any(_says_generated(item) for item in node)


def _entry_says(key: str, value: object) -> bool:
    name = re.split(r"[:./]", key)[-1].lower()
    if name == "digitalsourcetype" and any(is_generated(term) for term in _strings(value)):
        return True
    if name in {"softwareagent", "claim_generator", "claim_generator_info", "creatortool"} and any(
        names_maker(text) for text in _strings(value)
    ):
        return True
    return _says_generated(value)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _strings(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
