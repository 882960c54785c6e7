"""Portraits prepared from verified selfies, kept in memory for as long as they are in use."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from consent.deletions import Found
from consent.errors import IdentityRefused, QualityRefused
from studio.sitting.images import decode_photo
from studio.styles.alignment import align_photo
from studio.styles.portrait import Portrait, prepare_portrait

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from consent.types import Grant
    from studio.face.meter import FaceMeter
    from studio.face.types import Face
    from studio.styles.alignment import Aligned

KEPT = 6  # portraits; one of 1024 px takes about 9 MB
LARGEST_KEPT = 1024  # pixels; one of 4096 px takes 150 MB and serves one poster
WORDS = ("prepared portrait in memory", "prepared portraits in memory")


class SelfieStore(Protocol):
    """Reads the sealed bytes of a verified selfie."""

    def read(self, subject_id: str, probe_id: str) -> bytes:
        """Return the JPEG bytes, or raise a refusal when they are gone."""
        ...


class Portraits:
    """Prepares portraits, least recently used dropped first. Safe to call from any thread."""

    def __init__(self, selfies: SelfieStore, meter: FaceMeter) -> None:
        self._selfies = selfies
        self._meter = meter
        self._kept: OrderedDict[tuple[str, str, int], Portrait] = OrderedDict()
        self._lock = threading.Lock()
        self._purges = 0

    def of(self, grant: Grant, probe_id: str, *, size: int) -> Portrait:
        """Return the portrait of a granted probe, `size` pixels square.

        Raises:
            IdentityRefused: the stored bytes are not the ones that were matched.
            QualityRefused: the stored selfie shows no face (it was measured when it was added).
        """
        key = (grant.subject_id, probe_id, size)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            purges = self._purges
        portrait = prepare_portrait(*self._measured(grant, probe_id), size=size)
        with self._lock:
            if purges != self._purges or size > LARGEST_KEPT:
                return portrait  # used once, kept nowhere; or somebody withdrew meanwhile
            self._kept[key] = portrait
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return portrait

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say how many portraits of a subject lie in memory (consent.ports.Purger)."""
        with self._lock:
            return [Found(sum(key[0] == subject_id for key in self._kept), *WORDS)]

    def subjects(self) -> frozenset[str]:
        """Return whose portraits lie in memory."""
        with self._lock:
            return frozenset(key[0] for key in self._kept)

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Forget every portrait of a subject."""
        with self._lock:
            self._purges += 1
            gone = [key for key in self._kept if key[0] == subject_id]
            for key in gone:
                del self._kept[key]
        return [Found(len(gone), *WORDS)]

    def photo(self, grant: Grant, probe_id: str, *, size: int) -> Aligned:
        """Return a granted probe cropped as its portrait is, and otherwise as it was taken.

        Nothing of it is kept. It raises what `of` raises.
        """
        return align_photo(*self._measured(grant, probe_id), size=size)

    def _measured(
        self, grant: Grant, probe_id: str
    ) -> tuple[NDArray[np.uint8], Face, NDArray[np.float32]]:
        """Return a selfie's pixels, its face, and where the person is in it."""
        jpeg = self._selfies.read(grant.subject_id, probe_id)
        if hashlib.sha256(jpeg).hexdigest() not in grant.probe_hashes:
            raise IdentityRefused(
                "other_selfie",
                "This is not the selfie that was matched to you.",
                why="Only the very picture that was compared with your face may be drawn.",
                next_step="Look into the camera once more.",
            )
        image = decode_photo(jpeg)
        faces = self._meter.faces(image)
        if not faces:
            raise QualityRefused(
                "no_face",
                "No face was found in this selfie.",
                why="An avatar is drawn from your own face only.",
                next_step="Look into the camera once more.",
            )
        return image, faces[0], self._meter.person(image)
