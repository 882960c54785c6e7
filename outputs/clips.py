"""What a clip must be before it may be marked: one size, one style, and within bounds."""

from __future__ import annotations

from outputs.encode import DecodedClip, Limits
from outputs.errors import MarkMissing, ReleaseRefused
from outputs.label import check_geometry
from outputs.types import Clip, Render

MAX_PIXELS = 64_000_000  # of one of our own pictures
MAX_FRAMES = 240  # ten seconds of 24 frames
MAX_CLIP_PIXELS = 2 * MAX_PIXELS  # of all frames: 240 of 720 px; each copy in memory takes 384 MB
SHORTEST = 0.02  # seconds a frame: browsers slow a GIF down that is faster
LONGEST = 5.0  # seconds a frame: past that it is a row of pictures


def check_clip(clip: Clip) -> None:
    """Refuse a clip that is empty, too large, uneven or badly timed, or has a frame without a face.

    Raises:
        ReleaseRefused: code `clip_empty`, `clip_too_large`, `clip_uneven`, `clip_odd`,
            `clip_timing`, `geometry_missing` or `picture_too_small`.
    """
    if not clip.frames:
        raise _refused("clip_empty", "There is no picture in it.", "Make the picture anew.")
    if len(clip.frames) > MAX_FRAMES:
        raise _refused(
            "clip_too_large",
            f"The animation has {len(clip.frames)} frames, more than {MAX_FRAMES}.",
            "Make a shorter one.",
        )
    for render in clip.frames:
        check_geometry(render)
    _check_size(clip)
    if len({_kind(render) for render in clip.frames}) > 1:
        raise _refused(
            "clip_uneven",
            "The frames differ in size, in style or in how they came about.",
            "Make the animation anew, in one style and one size.",
        )
    if not clip.is_still:
        _check_moving(clip)
    elif clip.seconds != 0:
        raise _refused("clip_timing", "One picture has no time.", "Make the picture anew.")


def limits_of(clip: Clip) -> Limits:
    """Return how much the finished file of a clip may hold: what was drawn, and nothing more."""
    height, width = clip.first.pixels.shape[:2]
    return Limits(height * width * len(clip.frames), len(clip.frames))


def check_shown(clip: Clip, decoded: DecodedClip) -> None:
    """Require that a finished file shows the frames of its clip, each when it is due.

    Raises:
        MarkMissing: it is longer or shorter, or has a frame that no frame of the clip stands for.
    """
    numbers = range(len(clip.frames))
    due = {decoded.number_at((number + 0.5) * clip.seconds) for number in numbers}
    if not decoded.is_whole or due != set(range(len(decoded.frames))):
        raise MarkMissing("picture", "the file shows more than was drawn")
    # Where all frames look alike an encoder makes a still of them, which has no time.
    joined = len(decoded.frames) == 1
    if not joined and abs(sum(decoded.durations) - len(numbers) * clip.seconds) > clip.seconds / 2:
        raise MarkMissing("picture", "the file is not as long as what was drawn")


def _check_size(clip: Clip) -> None:
    most = MAX_PIXELS if clip.is_still else MAX_CLIP_PIXELS
    pixels = sum(render.pixels.shape[0] * render.pixels.shape[1] for render in clip.frames)
    if pixels > most:
        raise _refused(
            "clip_too_large",
            f"It has {pixels / 1e6:.0f} million pixels, more than {most / 1e6:.0f}.",
            "Make it smaller, or shorter.",
        )


def _check_moving(clip: Clip) -> None:
    height, width = clip.first.pixels.shape[:2]
    if height % 2 or width % 2:
        raise _refused(
            "clip_odd",
            f"The animation is {width} x {height} pixels, and video needs even numbers.",
            "Make it one pixel larger or smaller.",
        )
    if not SHORTEST <= clip.seconds <= LONGEST:  # false for what is no number, too
        raise _refused(
            "clip_timing",
            f"Each frame would be shown for {clip.seconds} seconds.",
            f"Choose between {SHORTEST} and {LONGEST} seconds.",
        )


def _kind(render: Render) -> tuple[object, ...]:
    return (render.pixels.shape, render.style, render.family, render.digital_source_type)


def _refused(code: str, what: str, next_step: str) -> ReleaseRefused:
    return ReleaseRefused(
        code,
        what,
        why="Every frame must carry its marks, and every one is read back before it is shown.",
        next_step=next_step,
    )
