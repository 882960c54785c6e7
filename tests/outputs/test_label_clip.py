from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from outputs.errors import ReleaseRefused
from outputs.label import burn_at, fits_chin, overlap, place_label
from outputs.label_clip import place_clip
from outputs.reading import read_label
from outputs.types import Render
from tests.outputs.samples import flat, render_of, textured


def moved(render: Render, dx: float, dy: float) -> Render:
    """The same face elsewhere in the picture."""

    def shifted(rect):
        return (rect[0] + dx, rect[1] + dy, rect[2] + dx, rect[3] + dy)

    return replace(
        render,
        face_box=shifted(render.face_box),
        keep_clear=tuple(shifted(rect) for rect in render.keep_clear),
        lower_face=shifted(render.lower_face),
    )


def trembling(count: int = 24, side: int = 512) -> tuple[Render, ...]:
    """A head that drifts to the right and whose measured place trembles."""
    rng = np.random.default_rng(4)
    still = render_of(textured(side))
    return tuple(moved(still, 1.5 * i + rng.normal(0, 3), rng.normal(0, 3)) for i in range(count))


def steps(lefts) -> float:
    return float(np.abs(np.diff(lefts, n=2)).mean())


def test_clip_of_one_frame_is_labelled_like_a_still():
    render = render_of(flat())
    (places,) = place_clip((render,), synthetic=True, locale="de")
    assert places == place_label(render, synthetic=True, locale="de")


def test_copy_on_the_chin_follows_the_face_without_jumps():
    frames = trembling()
    chins = [chin for _, chin in place_clip(frames, synthetic=False)]
    alone = [place_label(frame, synthetic=False)[1] for frame in frames]
    assert chins[-1].left - chins[0].left > 20, "it follows"
    assert steps([c.left for c in chins]) < 0.6 * steps([c.left for c in alone])
    assert len({chin.design for chin in chins}) == 1


def test_every_frame_s_label_is_legal_and_reads_back():
    frames = trembling()
    for frame, places in zip(frames, place_clip(frames, synthetic=False), strict=True):
        corner, chin = places
        assert fits_chin(frame, chin.rect)
        assert not any(overlap(corner.rect, clear) for clear in frame.keep_clear)
        read_label(burn_at(frame.pixels, places), places)


def test_tone_does_not_flicker_with_the_ground():
    light, dark = flat(), flat(colour=(10, 10, 10))
    frames = tuple(render_of(pixels) for pixels in (light, dark, light, dark))
    places = place_clip(frames, synthetic=False)
    assert len({copy.design.tone for copies in places for copy in copies}) == 1


def test_lowest_chin_sets_the_height_for_all():
    still = render_of(flat(1024, 1024))
    left, _, right, bottom = still.lower_face
    low = replace(still, lower_face=(left, bottom - 72, right, bottom))
    chins = [chin for _, chin in place_clip((still, low, still), synthetic=False)]
    assert {chin.design.height for chin in chins} == {chins[1].design.height}
    assert chins[0].design.height <= 72


def test_small_frames_carry_the_badge():
    frames = (render_of(flat(128, 128)), render_of(flat(128, 128)))
    assert [len(places) for places in place_clip(frames, synthetic=False)] == [1, 1]


def test_one_frame_without_a_place_refuses_the_clip():
    still = render_of(flat())
    with pytest.raises(ReleaseRefused):
        place_clip((still, still, replace(still, keep_clear=())), synthetic=False)
