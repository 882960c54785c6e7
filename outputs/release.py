"""The only exit: mark, read every mark back, and only then is there something to show.

`Released` is made here and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from consent.log import LoggedLeaf
from consent.ports import Clock
from consent.types import Grant, SubjectKind
from outputs.encode import MediaType, decode
from outputs.errors import MarkMissing, ReleaseRefused
from outputs.label import check_geometry
from outputs.marks import Draft, LabelMark, ManifestMark, Mark, WatermarkMark, XmpMark
from outputs.provenance import Claim, ManifestReader, Signer, ingredient_of
from outputs.types import Profile, Rect, Released, Render
from outputs.watermark import Watermarker
from outputs.xmp import GENERATED_TYPES, SOURCE_TYPES

PREVIEW_SIDE = 512  # pixels, the longest side that a preview may have
MAX_PIXELS = 64_000_000  # of our own outputs when they are read back
REQUIRED: Mapping[Profile, tuple[str, ...]] = {
    Profile.PREVIEW: ("label", "xmp"),
    Profile.FINAL: ("label", "watermark", "xmp", "manifest"),
}


class Releaser:
    """Turns renders into marked bytes under a grant; safe to share between threads."""

    def __init__(
        self,
        signer: Signer,
        reader: ManifestReader,
        watermarker: Watermarker,
        clock: Clock,
        *,
        version: str,
        formats: tuple[MediaType, ...] = (MediaType.PNG, MediaType.WEBP),
    ) -> None:
        """Compose the marks of both profiles.

        Args:
            signer: Signs manifests.
            reader: Reads them back against this installation's own root.
            watermarker: Writes and reads the invisible watermark.
            clock: Tells whether a grant still holds.
            version: Of this program, for the manifest and the packet.
            formats: In which a final output leaves; the first names it in the library.
        """
        self._clock = clock
        self._version = version
        self._formats = formats
        self._marks: Mapping[Profile, Sequence[Mark]] = {
            Profile.PREVIEW: (LabelMark(), XmpMark()),
            Profile.FINAL: (
                LabelMark(),
                WatermarkMark(watermarker),
                XmpMark(),
                ManifestMark(signer, reader),
            ),
        }

    def mark(
        self,
        render: Render,
        grant: Grant,
        *,
        output_id: str,
        job_id: str,
        watermark: int,
        parameters: Mapping[str, str | float],
    ) -> tuple[Released, ...]:
        """Return the final output in every format, each with its marks read back.

        Nothing is stored here: `Library.put_objects` and `Library.add_row` do that.

        Args:
            render: What was drawn.
            grant: Leave to draw it; its subject's kind decides whether the label says synthetic.
            output_id: Random id of the output, quoted in manifest and packet.
            job_id: The job that made it.
            watermark: 32 random bits that no other output has.
            parameters: Style, controls and seed, for creators; nothing of a person.

        Raises:
            ReleaseRefused: the grant does not hold, or a mark is missing.
        """
        self._check(render, grant)
        claim = replace(self._claim(render, grant, output_id, job_id), watermark=watermark)
        return tuple(
            self._release(
                Draft(render, claim, parameters, media_type, render.pixels), Profile.FINAL
            )
            for media_type in self._formats
        )

    def preview(self, render: Render, grant: Grant) -> Released:
        """Return a small WebP for the subject's own eyes, its marks read back.

        Raises:
            ReleaseRefused: the grant does not hold, or a mark is missing.
        """
        self._check(render, grant)
        small = shrink(render, PREVIEW_SIDE)
        claim = self._claim(render, grant, "", "")
        draft = Draft(small, claim, {}, MediaType.WEBP, small.pixels)
        return self._release(draft, Profile.PREVIEW)

    def _release(self, draft: Draft, profile: Profile) -> Released:
        marks = self._marks[profile]
        if tuple(mark.name for mark in marks) != REQUIRED[profile]:
            raise _refused(MarkMissing("marks", "the list is not the profile's"))
        try:
            for mark in marks:
                draft = mark.apply(draft)
            decoded = decode(draft.data, max_pixels=MAX_PIXELS)
            for mark in marks:
                mark.read_back(draft, decoded)
        except MarkMissing as error:
            raise _refused(error) from error
        height, width = decoded.pixels.shape[:2]
        return Released(
            data=draft.data,
            media_type=draft.media_type,
            sha256=hashlib.sha256(draft.data).hexdigest(),
            width=width,
            height=height,
            profile=profile,
        )

    def _claim(self, render: Render, grant: Grant, output_id: str, job_id: str) -> Claim:
        return Claim(
            output_id=output_id,
            job_id=job_id,
            receipt_hash=grant.receipt_hash,
            digital_source_type=render.digital_source_type.removeprefix(SOURCE_TYPES),
            synthetic=grant.subject_kind is SubjectKind.SYNTHETIC,
            version=self._version,
            family=grant.family,
            logged=_logged(grant),
            ingredients=tuple(ingredient_of(origin) for origin in grant.origins),
        )

    def _check(self, render: Render, grant: Grant) -> None:
        check_geometry(render)
        if not grant.granted_at <= self._clock.now() < grant.expires_at:
            raise ReleaseRefused(
                "grant_expired",
                "The leave to make this picture has run out.",
                why="Consent is asked anew for every step, so that a withdrawal counts at once.",
                next_step="Make the picture again.",
            )
        if render.digital_source_type.removeprefix(SOURCE_TYPES) not in GENERATED_TYPES:
            raise ReleaseRefused(
                "source_type_unknown",
                f"The style does not say how its pixels came about ({render.digital_source_type}).",
                why="The manifest must say what is true of the picture.",
                next_step="Report this: the style's data lacks one of the IPTC terms.",
            )
        if (render.style, render.family) != (grant.style, grant.family):
            raise ReleaseRefused(
                "grant_of_another_style",
                f"Leave was given for {grant.style}, and this is {render.style}.",
                why="A grant covers the one picture that it was asked for.",
                next_step="Choose the style again and make the picture anew.",
            )


def reopen(data: bytes, media_type: MediaType, *, expected_sha256: str) -> Released:
    """Return stored bytes as released ones, if they are what was released.

    Raises:
        ReleaseRefused: the bytes are not those of the hash, or do not decode.
    """
    digest = hashlib.sha256(data).hexdigest()
    if digest != expected_sha256:
        raise _refused(MarkMissing("picture", "the stored bytes changed"))
    try:
        height, width = decode(data, max_pixels=MAX_PIXELS).pixels.shape[:2]
    except MarkMissing as error:
        raise _refused(error) from error
    return Released(data, media_type, digest, width, height, Profile.FINAL)


def shrink(render: Render, side: int) -> Render:
    """Return the render with its longest side at most `side` pixels, geometry included."""
    height, width = render.pixels.shape[:2]
    if max(height, width) <= side:
        return render
    scale = side / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    pixels = _resize(render.pixels, size)
    sx, sy = size[0] / width, size[1] / height

    def scaled(rect: Rect) -> Rect:
        return (rect[0] * sx, rect[1] * sy, rect[2] * sx, rect[3] * sy)

    return replace(
        render,
        pixels=pixels,
        face_box=scaled(render.face_box),
        keep_clear=tuple(scaled(rect) for rect in render.keep_clear),
        lower_face=scaled(render.lower_face),
    )


def _resize(pixels: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Average areas, weighted by alpha where there is one."""
    if pixels.shape[2] == 3:
        return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    share = pixels.astype(np.float32)
    share[..., :3] *= share[..., 3:] / np.float32(255)
    small = np.asarray(cv2.resize(share, size, interpolation=cv2.INTER_AREA), np.float32)
    small[..., :3] *= np.float32(255) / np.maximum(small[..., 3:], 1)
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)


def _logged(grant: Grant) -> LoggedLeaf:
    if grant.logged is None:
        raise ReleaseRefused(
            "grant_not_logged",
            "Nothing shows that the consent to this picture was logged.",
            why="Anybody must be able to check that the consent was there before the picture.",
            next_step="Give your consent again and make the picture anew.",
        )
    return grant.logged


def _refused(error: MarkMissing) -> ReleaseRefused:
    return ReleaseRefused(
        "mark_missing",
        f"The picture was not released: {error}.",
        why="Nothing leaves without marks that say it was generated.",
        next_step="Make the picture again; if it happens twice, report it with this message.",
    )
