"""The baked subjects: a manifest pinned in code, and frames that must be in it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Of assets/manifest.json, which lists the SHA-256 of every frame. Baking anew changes it.
MANIFEST_SHA256 = "785452c8b22db78279c03bbe9a3dbef709c148d84aa4f73d174424494c9ec03e"

STILL = "still"


class CastError(Exception):
    """A baked asset is missing or is not the pinned one; the installation is damaged."""


@dataclass(frozen=True, slots=True)
class BakedFrame:
    """One frame: its pixels and the hash that the manifest lists."""

    sha256: str
    image: NDArray[np.uint8]  # (H, W, 3) sRGB


@dataclass(frozen=True, slots=True)
class CastMember:
    """One baked subject: a name to say, looks to recognise, and clips by action."""

    id: str
    description: str
    clips: Mapping[str, tuple[str, ...]]  # action -> file names in playing order
    hashes: Mapping[str, str]  # file name -> SHA-256

    def frame(self, name: str) -> BakedFrame:
        """Return one frame.

        Raises:
            CastError: the file's hash is not the manifest's.
        """
        data = (resources.files("studio.subjects") / "assets" / self.id / name).read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        if digest != self.hashes[name]:
            raise CastError(f"{self.id}/{name} is not the pinned frame. Install the studio again.")
        with Image.open(io.BytesIO(data)) as picture:
            return BakedFrame(digest, np.asarray(picture.convert("RGB")))


def load_cast() -> Mapping[str, CastMember]:
    """Return the baked subjects by id.

    Raises:
        CastError: the manifest is not the one pinned in code.
    """
    data = (resources.files("studio.subjects") / "assets" / "manifest.json").read_bytes()
    if hashlib.sha256(data).hexdigest() != MANIFEST_SHA256:
        raise CastError("The list of baked subjects is not the pinned one. Install again.")
    subjects = json.loads(data)["subjects"]
    return {subject_id: _member(subject_id, entry) for subject_id, entry in subjects.items()}


def _member(subject_id: str, entry: Mapping[str, object]) -> CastMember:
    frames = entry["frames"]
    if not isinstance(frames, dict):
        raise CastError("The list of baked subjects is damaged. Install again.")
    clips: dict[str, list[str]] = {}
    for name in sorted(frames):
        clips.setdefault(name.rsplit("_", 1)[0], []).append(name)
    return CastMember(
        id=subject_id,
        description=str(entry["description"]),
        clips={action: tuple(names) for action, names in clips.items()},
        hashes=frames,
    )
