"""The only exit: mark, read every mark back, and only then is there something to show.

`Released` is made here and nowhere else.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce

from consent.log import LoggedLeaf
from consent.ports import Clock
from consent.types import Grant, SubjectKind
from outputs.clips import MAX_PIXELS, check_clip, check_shown, limits_of
from outputs.encode import MOVING, STILLS, MediaType, decode, decode_clip
from outputs.errors import MarkMissing, ReleaseRefused
from outputs.marks import Draft, LabelMark, ManifestMark, Mark, WatermarkMark, XmpMark
from outputs.provenance import Claim, ManifestReader, Signer, ingredient_of
from outputs.registry import PREVIEW_WORD
from outputs.sizes import shrink
from outputs.types import Clip, Profile, Released, Render
from outputs.watermark import Watermarker
from outputs.xmp import GENERATED_TYPES, SOURCE_TYPES

PREVIEW_SIDE = 512  # pixels: a preview has no more of them than a square of this side
REQUIRED: Mapping[Profile, tuple[str, ...]] = {
    Profile.PREVIEW: ("label", "watermark", "xmp"),
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
        locale: str = "en",
    ) -> None:
        """Compose the marks of both profiles.

        Args:
            signer: Signs manifests.
            reader: Reads them back against this installation's own root.
            watermarker: Writes and reads the invisible watermark.
            clock: Tells whether a grant still holds.
            version: Of this program, for the manifest and the packet.
            locale: Language of the visible label, a key of `outputs.label_words.WORDS`.
        """
        self._clock = clock
        self._version = version
        shown: tuple[Mark, ...] = (LabelMark(locale), WatermarkMark(watermarker), XmpMark())
        self._marks: Mapping[Profile, Sequence[Mark]] = {
            Profile.PREVIEW: shown,
            Profile.FINAL: (*shown, ManifestMark(signer, reader)),
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
        """Return a final picture in every format of STILLS; see `mark_clip`."""
        return self.mark_clip(
            Clip((render,)),
            grant,
            output_id=output_id,
            job_id=job_id,
            watermark=watermark,
            parameters=parameters,
        )

    def mark_clip(
        self,
        clip: Clip,
        grant: Grant,
        *,
        output_id: str,
        job_id: str,
        watermark: int,
        parameters: Mapping[str, str | float],
    ) -> tuple[Released, ...]:
        """Return the final output in every format that fits it, each with its marks read back.

        Nothing is stored here: `Library.put_objects` and `Library.add_row` do that.

        Args:
            clip: What was drawn: one frame leaves as STILLS, several as MOVING.
            grant: Leave to draw it; its subject's kind decides whether the label says synthetic.
            output_id: Random id of the output, quoted in manifest and packet.
            job_id: The job that made it.
            watermark: 32 random bits that no other output has.
            parameters: Style, controls and seed, for creators; nothing of a person.

        Raises:
            ReleaseRefused: the clip is not one, the grant does not hold, or a mark is missing.
        """
        self._check(clip, grant)
        claim = replace(self._claim(clip.first, grant, output_id, job_id), watermark=watermark)
        formats = STILLS if clip.is_still else MOVING
        return self._release(clip, claim, parameters, formats, Profile.FINAL)

    def preview(self, render: Render, grant: Grant) -> Released:
        """Return a small WebP for the subject's own eyes, its marks read back.

        Raises:
            ReleaseRefused: the grant does not hold, or a mark is missing.
        """
        self._check(Clip((render,)), grant)
        small = Clip((shrink(render, preview_side(render)),))
        claim = replace(self._claim(render, grant, "", ""), watermark=PREVIEW_WORD)
        return self._release(small, claim, {}, (MediaType.WEBP,), Profile.PREVIEW)[0]

    def _release(
        self,
        clip: Clip,
        claim: Claim,
        parameters: Mapping[str, str | float],
        formats: Sequence[MediaType],
        profile: Profile,
    ) -> tuple[Released, ...]:
        """Mark the pixels once, then finish every format; where one fails, none is released."""
        marks = self._marks[profile]
        if tuple(mark.name for mark in marks) != REQUIRED[profile]:
            raise _refused(MarkMissing("marks", "the list is not the profile's"))
        frames = tuple(render.pixels for render in clip.frames)
        draft = Draft(clip, claim, parameters, formats[0], frames)
        try:
            draft = _marked(draft, [mark for mark in marks if mark.is_in_pixels])
            return tuple(_finished(replace(draft, media_type=m), marks, profile) for m in formats)
        except MarkMissing as error:
            raise _refused(error) from error

    def _claim(self, render: Render, grant: Grant, output_id: str, job_id: str) -> Claim:
        synthetic = grant.subject_kind is SubjectKind.SYNTHETIC
        return Claim(
            output_id=output_id,
            job_id=job_id,
            receipt_hash=grant.receipt_hash,
            digital_source_type=render.digital_source_type.removeprefix(SOURCE_TYPES),
            synthetic=synthetic,
            version=self._version,
            family=grant.family,
            logged=_logged(grant),
            ingredients=tuple(ingredient_of(each, synthetic=synthetic) for each in grant.origins),
        )

    def _check(self, clip: Clip, grant: Grant) -> None:
        check_clip(clip)
        render = clip.first
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


def preview_side(render: Render) -> int:
    """Return the longest side in pixels that a preview of a render may have."""
    height, width = render.pixels.shape[:2]
    return math.floor(PREVIEW_SIDE * math.sqrt(max(height, width) / min(height, width)))


def _marked(draft: Draft, marks: Sequence[Mark]) -> Draft:
    return reduce(lambda unmarked, mark: mark.apply(unmarked), marks, draft)


def _finished(draft: Draft, marks: Sequence[Mark], profile: Profile) -> Released:
    """Turn marked pixels into a marked file, and read every mark from that file."""
    draft = _marked(draft, [mark for mark in marks if not mark.is_in_pixels])
    decoded = decode_clip(draft.data, limits_of(draft.clip))
    check_shown(draft.clip, decoded)
    for mark in marks:
        mark.read_back(draft, decoded)
    height, width = decoded.frames[0].shape[:2]
    return Released(
        data=draft.data,
        media_type=draft.media_type,
        sha256=hashlib.sha256(draft.data).hexdigest(),
        width=width,
        height=height,
        profile=profile,
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
