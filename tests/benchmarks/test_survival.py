"""What is promised of the marks is measured, and a mark that breaks breaks the promise."""

from __future__ import annotations

import secrets
import sys
from dataclasses import replace
from datetime import UTC, datetime

import cv2
import numpy as np
import pytest

from benchmarks.survival import peers, reading
from benchmarks.survival.__main__ import draw_cast
from benchmarks.survival.attacks import ATTACKS, Original
from benchmarks.survival.floor import LEAST_STRANGERS, promises, stranger_promises
from benchmarks.survival.kinds import KINDS, render
from benchmarks.survival.ocr import open_recogniser
from benchmarks.survival.press import Press
from benchmarks.survival.reading import Case, Quality, measure
from benchmarks.survival.strangers import Glance, Stranger, look, strangers
from benchmarks.survival.tables import percent
from benchmarks.survival.work import QUICK_ATTACKS, cases
from outputs.authority import make_authority
from outputs.encode import decode
from outputs.label import place_label
from outputs.provenance import ManifestState
from outputs.watermark import Watermarker

CASE = Case("toon", "ash", 512)
FACE = (150.0, 120.0, 360.0, 390.0)
QUICK = [attack for attack in ATTACKS if attack.name in QUICK_ATTACKS]


class Silent(Watermarker):
    """Writes nothing and says that all is well."""

    def residual(self, pixels, word):
        return np.zeros(pixels.shape[:2], np.float32)

    def check(self, pixels, word):
        return None


@pytest.fixture(scope="module")
def drawn():
    return draw_cast(1)["ash"]


def press(watermarker=None):
    now = datetime.now(UTC)
    authority = make_authority(now=now, serial=lambda: secrets.randbits(158) + 1)
    return Press(authority, watermarker or Watermarker(), now)


@pytest.fixture(scope="module")
def whole(drawn):
    return measure(press(), None, drawn, CASE, QUICK)


@pytest.fixture(scope="module")
def without_watermark(drawn):
    return measure(press(Silent()), None, drawn, CASE, QUICK)


def kept(result):
    return [promise.kept for promise in promises(result.outcomes, [result.quality])]


def test_a_released_picture_keeps_every_promise(whole):
    assert kept(whole) == [True, True, True]


def test_without_the_watermark_its_promise_breaks_and_the_other_marks_still_tell(
    without_watermark,
):
    assert kept(without_watermark)[:2] == [True, False]


def test_without_label_and_watermark_nothing_tells_once_the_manifest_is_gone(without_watermark):
    bare = [replace(one, label=False) for one in without_watermark.outcomes]
    first, *_ = promises(bare, [without_watermark.quality])
    assert not first.kept
    told = {one.attack for one in bare if one.told}
    assert told == {"as released, PNG"}


def test_a_label_that_is_not_found_counts_as_missing(drawn, monkeypatch):
    monkeypatch.setattr(reading, "find_label", lambda pixels: ())
    result = measure(press(Silent()), None, drawn, CASE, QUICK[:2])
    assert not any(one.label for one in result.outcomes)
    assert not kept(result)[0]


def test_a_damaged_manifest_does_not_tell(whole):
    one = next(one for one in whole.outcomes if one.manifest is ManifestState.TRUSTED)
    alone = replace(one, label=False, tag=False)
    assert alone.told
    assert not replace(alone, manifest=ManifestState.INVALID).told


def test_one_silent_file_among_many_breaks_the_promise(whole):
    silent = replace(
        whole.outcomes[0], label=False, tag=False, manifest=ManifestState.NONE, attack="JPEG 50"
    )
    first, *_ = promises([*whole.outcomes] * 50 + [silent], [whole.quality])
    assert not first.kept


def test_small_outputs_are_not_promised(whole):
    small = replace(whole.outcomes[0], case=Case("toon", "ash", 192), label=False, tag=False)
    silent = replace(small, manifest=ManifestState.NONE)
    first, *_ = promises([*whole.outcomes, silent], [whole.quality])
    assert first.kept


def test_crops_under_half_count_for_any_mark_but_not_for_the_watermark(whole):
    cut = replace(whole.outcomes[0], keeps_half=False, tag=False, label=True)
    assert all(one.kept for one in promises([*whole.outcomes, *[cut] * 40], [whole.quality]))
    mute = replace(cut, label=False, manifest=ManifestState.NONE)
    first, *_ = promises([*whole.outcomes, mute], [whole.quality])
    assert not first.kept


def test_nothing_measured_keeps_no_promise():
    assert not any(promise.kept for promise in promises([], []))
    assert not stranger_promises([])[0].kept


def test_pictures_below_512_px_are_not_promised_an_unseen_watermark(whole):
    assert promises(whole.outcomes, [whole.quality, Quality(Case("toon", "ash", 256), 30, 0.5)])[
        2
    ].kept


@pytest.mark.parametrize("changes", [{"psnr": 37.9}, {"ssim": 0.95}, {"psnr": float("nan")}])
def test_a_watermark_that_shows_breaks_the_promise(whole, changes):
    seen = replace(Quality(CASE, 45.0, 0.99), **changes)
    assert not promises(whole.outcomes, [seen])[2].kept


def test_one_mark_in_an_unmarked_picture_breaks_the_promise():
    clean = Glance(Stranger("made patterns", "1"), 9, 1, tag=False, possible=False, label=False)
    many = [clean] * LEAST_STRANGERS
    assert stranger_promises(many)[0].kept
    assert not stranger_promises(many[1:])[0].kept
    assert not stranger_promises([*many, replace(clean, tag=True)])[0].kept
    assert not stranger_promises([*many, replace(clean, label=True)])[0].kept


def test_there_are_enough_unmarked_pictures_and_none_of_each_group_is_taken_for_marked(drawn):
    listed = strangers(["ash"])
    assert len(listed) >= LEAST_STRANGERS
    groups = {one.group: one for one in listed}
    seen = [look(one, {"ash": drawn}, Watermarker()) for one in groups.values()]
    assert not any(one.tag or one.label for one in seen if one is not None)


def dotted(alpha=False):
    """A dark picture with a bright dot whose way can be followed."""
    pixels = np.full((512, 512, 4 if alpha else 3), 60, np.uint8)
    pixels[..., 3:] = 255
    cv2.circle(pixels, (230, 300), 9, (255, 250, 245, 255), -1)
    return pixels


ON_PIXELS = [attack for attack in ATTACKS if attack.is_on_pixels]


@pytest.mark.parametrize("attack", ON_PIXELS, ids=lambda attack: attack.name)
@pytest.mark.parametrize("alpha", [False, True])
def test_every_attack_tells_where_a_point_went(attack, alpha):
    rng = np.random.default_rng(3)
    shot = attack.apply(Original(dotted(alpha=alpha), {}, FACE), rng)
    pixels = decode(shot.data, max_pixels=sys.maxsize).pixels
    luma = pixels[..., :3].astype(np.float32).mean(axis=2)
    x, y, _ = shot.place @ np.array([230.0, 300.0, 1.0])
    near = luma[max(0, int(y) - 3) : int(y) + 4, max(0, int(x) - 3) : int(x) + 4]
    around = luma[max(0, int(y) - 60) : int(y) + 60, max(0, int(x) - 60) : int(x) + 60]
    assert near.max() > np.median(around) + 80


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.name.startswith("crop")])
def test_crops_keep_the_whole_face(attack):
    rng = np.random.default_rng(4)
    for _ in range(20):
        shot = attack.apply(Original(dotted(), {}, FACE), rng)
        height, width = decode(shot.data, max_pixels=sys.maxsize).pixels.shape[:2]
        left, top, _ = shot.place @ np.array([FACE[0], FACE[1], 1.0])
        right, bottom, _ = shot.place @ np.array([FACE[2], FACE[3], 1.0])
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height


def test_the_same_seed_gives_the_same_file():
    crop = next(attack for attack in ATTACKS if attack.name.startswith("crop to 70"))
    original = Original(dotted(), {}, FACE)
    one, other = (crop.apply(original, np.random.default_rng(5)).data for _ in range(2))
    assert one == other


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("side", [1024, 192])
def test_every_kind_is_drawn_at_every_size(drawn, kind, side):
    made = render(drawn, kind, side)
    assert made.pixels.shape == (side, side, 4 if kind == "sticker with alpha" else 3)
    assert made.lower_face[3] <= side


def test_flat_kinds_have_few_colours(drawn):
    for kind, most in (("pixel art", 16), ("flat, 6 colours", 7)):
        pixels = render(drawn, kind, 1024).pixels.reshape(-1, 3)
        assert len(np.unique(pixels, axis=0)) <= most


def test_every_subject_is_released_in_the_shipped_style():
    listed = cases(["a", "b", "c"], quick=False)
    assert {one.subject for one in listed if one.kind == "toon"} == {"a", "b", "c"}
    assert {one.kind for one in listed if one.side == 256} == set(KINDS)


def test_only_all_is_a_hundred_per_cent():
    assert percent([True] * 999 + [False]) == "99 %"
    assert percent([False] * 999 + [True]) == "1 %"
    assert percent([True] * 3) == "100 %"


def test_a_peer_that_is_not_installed_is_left_out(drawn, monkeypatch):
    monkeypatch.setattr(peers, "open_peers", dict)
    (ours,) = peers.compare(drawn, "toon")
    assert ours.mark == "ours"
    assert ours.right["JPEG 75"] == 1
    assert "| ours" in peers.peers_table([ours])


def test_words_are_read_where_the_label_is_and_nowhere_else(drawn):
    recogniser = open_recogniser()
    if recogniser is None:
        pytest.skip("the recogniser comes with `make survival`")
    result = measure(press(), recogniser, drawn, CASE, QUICK[:1])
    assert result.outcomes[0].words
    picture = render(drawn, "toon", 512)
    placements = place_label(picture, synthetic=True)
    assert not recogniser.reads(picture.pixels, np.eye(3), placements)
