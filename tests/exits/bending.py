"""Ways to apply a mark wrongly, by the mark's name: each must be noticed when it is read back."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from outputs.authority import make_authority
from outputs.encode import DecodedClip, encode, encode_clip
from outputs.marks import Draft, Mark
from outputs.provenance import Ingredient, ManifestState, Signer
from outputs.xmp import write_packet
from tests.outputs.samples import NOW, logged_leaf

Bend = Callable[[Mark, Draft], Draft]
NOBODY_TOOK_IT = "digitalCapture"


@dataclass(frozen=True)
class Bent:
    """A mark that is applied wrongly in some formats and read back as always."""

    mark: Mark
    bend: Bend

    @property
    def name(self) -> str:
        return self.mark.name

    @property
    def is_in_pixels(self) -> bool:
        return self.mark.is_in_pixels

    def apply(self, draft: Draft) -> Draft:
        return self.bend(self.mark, draft)

    def read_back(self, draft: Draft, decoded: DecodedClip) -> None:
        self.mark.read_back(draft, decoded)


def skipped(mark, draft):
    return draft


def framewise(change):
    """Change every frame, given what it was and what the mark made of it."""

    def bend(mark, draft):
        marked = mark.apply(draft)
        pairs = zip(draft.frames, marked.frames, strict=True)
        return replace(draft, frames=tuple(change(plain, done) for plain, done in pairs))

    return bend


def elsewhere(plain, done):
    """The label, a tenth of the side too low."""
    changed = (plain != done).any(axis=2)
    shift = plain.shape[0] // 10
    moved = np.roll(changed, shift, axis=0)
    result = plain.copy()
    result[moved] = np.roll(done, shift, axis=0)[moved]
    return result


def fainter(share):
    """Return a change that leaves a share of what the mark did."""

    def faint(plain, done):
        mixed = plain + share * (done.astype(float) - plain)
        return np.uint8(np.rint(mixed))

    return framewise(faint)


def upper_half(plain, done):
    """What lies in the upper half only: the copy in the corner, not the one on the chin."""
    return np.concatenate([done[: len(done) // 2], plain[len(done) // 2 :]])


def lower_half(plain, done):
    return np.concatenate([plain[: len(done) // 2], done[len(done) // 2 :]])


def painted_over(plain, done):
    result = done.copy()
    result[(plain != done).any(axis=2)] = 128
    return result


def missing_in(number):
    """The mark in every frame but one, counted from the end where negative."""

    def bend(mark, draft):
        frames = list(mark.apply(draft).frames)
        frames[number] = draft.frames[number]
        return replace(draft, frames=tuple(frames))

    return bend


def in_another_language(mark, draft):
    return replace(mark, locale="ja").apply(draft)


def claiming(**changes):
    """The mark of another claim."""

    def bend(mark, draft):
        wrong = replace(draft.claim, **changes)
        return replace(mark.apply(replace(draft, claim=wrong)), claim=draft.claim)

    return bend


def claiming_another_person(mark, draft):
    return claiming(synthetic=not draft.claim.synthetic)(mark, draft)


def encoded(draft, packet, frames=None, parameters=""):
    frames = frames or draft.frames
    if draft.clip.is_still:
        data = encode(frames[0], draft.media_type, xmp=packet, parameters=parameters)
    else:
        seconds = draft.clip.seconds
        data = encode_clip(frames, draft.media_type, seconds=seconds, xmp=packet)
    return replace(draft, data=data)


def saying(**fields):
    """A packet that says something else."""

    def bend(mark, draft):
        return encoded(draft, write_packet(replace(mark._fields(draft), **fields)))

    return bend


def no_packet(mark, draft):
    return encoded(draft, b"<x/>")


def of_unmarked_pixels(mark, draft):
    """The file is made from the pixels as they were drawn."""
    drawn = replace(draft, frames=tuple(render.pixels for render in draft.clip.frames))
    return replace(mark.apply(drawn), frames=draft.frames)


def of_smaller_pixels(mark, draft):
    small = tuple(np.ascontiguousarray(frame[:-2, :-2]) for frame in draft.frames)
    return replace(mark.apply(replace(draft, frames=small)), frames=draft.frames)


def a_byte_appended_later(mark, draft):
    signed = mark.apply(draft)
    return replace(signed, data=signed.data + b"\0")


def a_byte_changed_later(share):
    def bend(mark, draft):
        data = bytearray(mark.apply(draft).data)
        data[int(share * len(data))] ^= 1
        return replace(draft, data=bytes(data))

    return bend


def signed_before_the_last_word(mark, draft):
    """The pixels are encoded again after signing, with the same packet: the manifest is gone."""
    return replace(draft, data=mark.apply(draft).data[: len(draft.data) // 2])


def signed_by_somebody_else(mark, draft):
    stranger = Signer(make_authority(now=NOW, serial=itertools.count(9).__next__))
    return replace(mark, signer=stranger).apply(draft)


BENDS: dict[str, dict[str, Bend]] = {
    "label": {
        "skipped": skipped,
        "at the wrong place": framewise(elsewhere),
        "too faint": fainter(1 / 3),
        "without the copy on the chin": framewise(upper_half),
        "without the copy in the corner": framewise(lower_half),
        "painted over": framewise(painted_over),
        "missing in the last frame": missing_in(-1),
        "missing in the frame after the first": missing_in(1),
        "in another language": in_another_language,
        "of somebody where it is nobody": claiming_another_person,
    },
    "watermark": {
        "skipped": skipped,
        "of another id": claiming(watermark=0x1357_9BDF),
        "of an id with three other bits": claiming(watermark=0x2B7E_1516 ^ 0b1011),
        "too faint": fainter(1 / 10),
        "missing in the last frame": missing_in(-1),
        "missing in the frame after the first": missing_in(1),
    },
    "xmp": {
        "without a packet": no_packet,
        "of another type": claiming(digital_source_type=NOBODY_TOOK_IT),
        "of another generated type": claiming(digital_source_type="trainedAlgorithmicMedia"),
        "of another output": claiming(output_id="output-2"),
        "of another version": claiming(version="9.9.9"),
        "without the word generated": saying(aigc=""),
        "without words for those who do not see": saying(alt_texts={}),
        "around pixels without marks": of_unmarked_pixels,
        "around a smaller picture": of_smaller_pixels,
    },
    "manifest": {
        "skipped": skipped,
        "of another output": claiming(output_id="output-2"),
        "of another version": claiming(version="9.9.9"),
        "of another job": claiming(job_id="job-2"),
        "of another consent": claiming(receipt_hash="00" * 32),
        "of another consent's entry in the log": claiming(logged=logged_leaf(before=2)),
        "of another source": claiming(digital_source_type="trainedAlgorithmicMedia"),
        "of another family": claiming(family="painted"),
        "of another watermark": claiming(watermark=7),
        "of other ingredients": claiming(
            ingredients=(Ingredient("own picture", ManifestState.NONE),)
        ),
        "of somebody where it is nobody": claiming_another_person,
        "signed by somebody else": signed_by_somebody_else,
        "before a byte was appended": a_byte_appended_later,
        "before an early byte changed": a_byte_changed_later(0.3),
        "before a byte in the middle changed": a_byte_changed_later(0.5),
        "before a late byte changed": a_byte_changed_later(0.9),
        "before the file was cut off": signed_before_the_last_word,
    },
}
MOVING_ONLY = {"missing in the last frame", "missing in the frame after the first"}
