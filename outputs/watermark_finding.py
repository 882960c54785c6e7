"""What Verify tells of the invisible watermark: the tag, and the id where it is certain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from outputs.opening import Frame
from outputs.registry import PREVIEW_WORD, Match
from outputs.report import Finding, State, Technique
from outputs.watermark import DETECTED, Detection, Watermarker, WatermarkEvidence, distance
from outputs.watermark_code import BITS

Nearest = Callable[[int], Match | None]


@dataclass(frozen=True, slots=True)
class Sighting:
    """The best reading among the frames that were looked at."""

    evidence: WatermarkEvidence
    frame: int  # from 0
    looked_at: int  # frames
    match: Match | None  # the registered id that is nearest; None where nobody here can know

    @property
    def certain(self) -> Match | None:
        """The registered output that the id leads to, if it does so certainly."""
        is_seen = self.evidence.detection is not Detection.ABSENT
        return self.match if is_seen and self.match and self.match.is_certain else None

    @property
    def is_preview(self) -> bool:
        """Whether the id is the one that every preview has, wherever it was drawn."""
        is_seen = self.evidence.detection is Detection.DETECTED
        return is_seen and distance(self.evidence.id, PREVIEW_WORD) <= DETECTED

    @property
    def state(self) -> State:
        """How surely the watermark is there; a certain id is as good as a certain tag."""
        if self.evidence.detection is Detection.DETECTED or self.certain:
            return State.DETECTED
        is_possible = self.evidence.detection is Detection.POSSIBLE
        return State.POSSIBLE if is_possible else State.NOT_FOUND

    @property
    def by_chance(self) -> float:
        """Chance that a search of as many random frames finds a tag with as few errors."""
        return min(1.0, self.looked_at * self.evidence.by_chance)


def look_for_watermark(
    frames: Sequence[Frame], watermarker: Watermarker, nearest: Nearest | None
) -> Sighting:
    """Search frames in their order until one certainly carries the tag.

    Args:
        frames: At least one.
        watermarker: Reads.
        nearest: Looks an id up; None where the ids of another studio are read.
    """
    best: tuple[int, WatermarkEvidence] | None = None
    for frame in frames:
        evidence = watermarker.read(frame.pixels)
        if best is None or evidence.errors < best[1].errors:
            best = (frame.number, evidence)
        if evidence.detection is Detection.DETECTED:
            break
    if best is None:
        raise RuntimeError("there is at least one frame")
    number, evidence = best
    may_ask = nearest is not None and evidence.detection is not Detection.ABSENT
    match = nearest(evidence.id) if nearest is not None and may_ask else None
    return Sighting(evidence, number, len(frames), match)


def watermark_finding(
    sighting: Sighting, *, knows_ids: bool, manifest_output: str | None
) -> Finding:
    """Tell what was read.

    Args:
        sighting: From `look_for_watermark`.
        knows_ids: Whether ids could be looked up.
        manifest_output: The output that a trusted manifest names.
    """
    evidence, state = sighting.evidence, sighting.state
    details: dict[str, object] = {
        "tag": evidence.detection.value,
        "wrong_bits": evidence.errors,
        "clarity": round(float(evidence.clarity), 1),
        "bits": BITS,
        "chance": float(f"{sighting.by_chance:.2g}"),
        "readings_tried": evidence.trials * sighting.looked_at,
        "frame": sighting.frame + 1,
    }
    if state is State.NOT_FOUND:
        return Finding(Technique.WATERMARK, state, _ABSENT, details=details)
    certain = sighting.certain
    if certain is not None:
        details["id"] = f"{certain.registered.word:08x}"
        details["id_wrong_bits"] = certain.errors
    elif sighting.is_preview:
        details["id"] = "preview"
    elif state is State.DETECTED:
        details["id"] = "uncertain or unknown here"
    sentence = f"{_SEEN[state]} {_whose(sighting, knows_ids, manifest_output)} {_UNSIGNED}"
    return Finding(
        Technique.WATERMARK,
        state,
        sentence,
        tells_generated=state is State.DETECTED,
        details=details,
    )


def _whose(sighting: Sighting, knows_ids: bool, manifest_output: str | None) -> str:  # noqa: FBT001
    if (certain := sighting.certain) is not None:
        if manifest_output not in {None, certain.registered.output_id}:
            return _ANOTHER_PICTURE
        return "Its id is that of a picture made here."
    if sighting.is_preview:
        return _PREVIEW
    if sighting.state is State.POSSIBLE:
        return "That may be chance."
    if not knows_ids:
        return "Only the studio that made the picture knows which one it is."
    # One answer for both: whoever tries ids must not learn that one is nearly right.
    return _ELSEWHERE


_SEEN = {
    State.DETECTED: "The colours carry Selfsame's invisible watermark of generated pictures.",
    State.POSSIBLE: (
        "The colours may carry Selfsame's invisible watermark; too little is left to be sure."
    ),
}
_ABSENT = "The colours carry no invisible watermark of Selfsame that can still be read."
_ANOTHER_PICTURE = (
    "Its id is that of another picture than the manifest's: one of the two was copied here."
)
_PREVIEW = (
    "Its id is that of previews and of the copies that Verify shows: no finished picture has it."
)
_ELSEWHERE = (
    "Its id leads to no picture of this studio for certain: it was made by another Selfsame "
    "installation, state unknown, or too much of the id was lost."
)
_UNSIGNED = "It is not signed: anybody could copy it into another picture."
