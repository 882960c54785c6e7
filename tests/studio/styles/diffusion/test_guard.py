"""Nothing imagined is shown before it passed every check."""

from __future__ import annotations

import math
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from studio.face.types import Box, Face, Pose
from studio.models.errors import ModelMissing
from studio.styles.diffusion.errors import NotAvailable, PictureRefused
from studio.styles.diffusion.guard import COLOURS, Guard, colours_only
from studio.styles.diffusion.one_face import ENLARGED
from studio.styles.diffusion.stylisation import Stylisation, Term

PICTURE = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
FACE = Face(Box(30, 30, 98, 98), np.full((478, 3), 64, np.float32), {}, Pose(0, 0, 0))
DRAWN = Stylisation({}, bias=1.0, threshold=0.0)
PHOTO = Stylisation({}, bias=-1.0, threshold=0.0)


class Safety:
    """Says what it was made to say, and remembers what it saw."""

    def __init__(self, raised=None):
        self.raised = raised
        self.seen = []

    def require_ready(self):
        if isinstance(self.raised, ModelMissing):
            raise self.raised

    def require_safe(self, pixels):
        self.seen.append(pixels.shape)
        if self.raised is not None:
            raise self.raised


class Finder:
    """Finds the faces that it was given, in whole pictures."""

    def __init__(self, *faces):
        self.found = faces

    def faces(self, image):
        return () if image.shape[0] == ENLARGED else self.found


UNSAFE = PictureRefused("unsafe", "What.", why="Why.", next_step="Next.")


def guard(*, safety=None, faces=(FACE,), stylisation=DRAWN):
    return Guard(safety or Safety(), Finder(*faces), stylisation, monotonic=lambda: 0.0)


def refusal(which, pixels=PICTURE, mask=None):
    with pytest.raises(PictureRefused) as refused:
        which.require_showable(pixels, mask)
    for part in ("what", "why", "next_step"):
        assert getattr(refused.value, part).endswith((".", "NaN")), part
    return refused.value.code


def test_a_drawn_safe_picture_of_one_face_is_shown_with_the_evidence():
    shown = guard().require_showable(PICTURE)
    assert shown.face is FACE
    assert shown.drawn == 1.0


def test_no_face_is_what_flat_drawings_have_and_the_carried_landmarks_count():
    assert guard(faces=()).require_showable(PICTURE).face is None


def test_a_second_face_is_somebody_who_never_agreed():
    assert refusal(guard(faces=(FACE, FACE))) == "faces"


def test_a_photograph_is_refused():
    assert refusal(guard(stylisation=PHOTO)) == "photo_like"


def test_a_measure_that_is_no_number_is_refused():
    spoilt = Stylisation({"flat": Term(math.nan, 1.0, 1.0)}, bias=9.0, threshold=0.0)
    assert refusal(guard(stylisation=spoilt)) == "photo_like"


def test_an_unsafe_picture_is_refused():
    assert refusal(guard(safety=Safety(UNSAFE))) == "unsafe"


@pytest.mark.parametrize(
    "pixels",
    [
        np.zeros((128, 128, 3), np.uint8),
        np.full((128, 128, 3), 200, np.uint8),
        PICTURE[:8, :8],
        PICTURE[..., :1],
        PICTURE[..., 0],
        PICTURE.astype(np.float32),
        np.full((128, 128, 3), np.nan, np.float32),
        np.zeros((0, 0, 3), np.uint8),
    ],
    ids=["black", "one colour", "a few pixels", "grey", "flat", "floats", "NaN", "nothing"],
)
def test_what_is_no_picture_is_refused_before_any_model_sees_it(pixels):
    safety = Safety()
    assert refusal(guard(safety=safety), pixels) == "broken"
    assert not guard(safety=safety).glimpse_allowed(pixels)
    assert not safety.seen


def test_without_a_safety_checker_nothing_is_shown():
    without = guard(safety=Safety(ModelMissing("/home/somebody/models is not here")))
    with pytest.raises(NotAvailable, match="not here") as early:
        without.require_ready()
    assert "/home" not in early.value.what + early.value.next_step
    with pytest.raises(NotAvailable) as refused:
        without.require_showable(PICTURE)
    assert refused.value.code == "no_safety_checker"
    assert not without.glimpse_allowed(PICTURE)
    assert without.glimpse(PICTURE) is None


def test_with_a_safety_checker_it_is_ready():
    guard().require_ready()


def test_a_glimpse_may_look_like_nobody_yet():
    assert guard(faces=()).glimpse_allowed(PICTURE)
    assert guard(faces=(FACE, FACE)).glimpse_allowed(PICTURE)
    assert guard().glimpse(PICTURE) is PICTURE


def test_of_a_glimpse_that_is_still_the_photograph_only_colours_are_shown():
    careful = guard(stylisation=PHOTO)
    assert not careful.glimpse_allowed(PICTURE)
    shown = careful.glimpse(PICTURE)
    assert shown.shape == (COLOURS, COLOURS, 3)
    assert shown.dtype == np.uint8


def test_in_the_colours_of_a_photograph_no_face_is_found(portraits, meter):
    for portrait in portraits.values():
        colours = colours_only(portrait.image)
        assert not meter.faces(cv2.resize(colours, (512, 512), interpolation=cv2.INTER_CUBIC))


def test_of_an_unsafe_glimpse_nothing_is_shown_even_if_it_is_a_photograph():
    safety = Safety(UNSAFE)
    assert guard(safety=safety, stylisation=PHOTO).glimpse(PICTURE) is None
    assert safety.seen == [(128, 128, 3)]


def collage():
    """Stripes, and in their middle what lens and light leave of anybody."""
    stripes = np.tile(
        np.array([[[20, 20, 20]], [[240, 200, 40]]], np.uint8).repeat(8, 0), (32, 512, 1)
    )
    rng = np.random.default_rng(0)
    soft = cv2.GaussianBlur(rng.integers(0, 256, (512, 512, 3)).astype(np.float32), (0, 0), 12)
    mask = np.zeros((512, 512), np.float32)
    cv2.ellipse(mask, (256, 256), (90, 120), 0, 0, 360, 1, -1)
    return np.where(mask[..., None] > 0, soft.astype(np.uint8), stripes), mask


LARGE = Face(Box(160, 130, 350, 380), np.full((478, 3), 256, np.float32), {}, Pose(0, 0, 0))


@pytest.mark.parametrize("faces", [(), (LARGE,)])
def test_what_was_imagined_is_looked_at_by_itself(faces):
    sides = []

    class Watched(Stylisation):
        def over(self, window):
            sides.append(window.shape)
            return 1.0 if len(sides) % 2 else -1.0  # of the whole, then of what was imagined

    picture, mask = collage()
    watching = guard(faces=faces, stylisation=Watched({}, 0.0, 0.0))
    assert refusal(watching, picture, mask) == "photo_like"
    assert not watching.glimpse_allowed(picture, mask)
    assert len(sides) == 4


def test_looks_at_glimpses_take_no_more_than_a_fifth_of_the_time():
    now = [0.0]

    class Slow(Safety):
        def require_safe(self, pixels):
            super().require_safe(pixels)
            now[0] += 2.0

    watched = Guard(Slow(), Finder(FACE), DRAWN, monotonic=lambda: now[0])
    assert watched.glimpse(PICTURE) is PICTURE
    now[0] += 7.9
    assert watched.glimpse(PICTURE) is None
    now[0] += 0.1
    assert watched.glimpse(PICTURE) is PICTURE


def test_a_painted_face_before_an_imagined_background_is_not_asked_whether_it_is_drawn():
    picture, mask = collage()
    photographs = SimpleNamespace(require_drawn=refuse_all)
    shown = guard(faces=(), stylisation=photographs).require_showable(picture, 1 - mask)
    assert shown.drawn is None
    assert guard(faces=(), stylisation=photographs).glimpse_allowed(picture, 1 - mask)
    for imagined in (mask, None):
        assert refusal(guard(faces=(), stylisation=photographs), picture, imagined) == "photo_like"


def refuse_all(pixels, face, mask=None):
    raise PictureRefused("photo_like", "Like a photograph.", why="W.", next_step="N.")
