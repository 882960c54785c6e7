"""The easel of a whole studio: frames that are released, drawing again, one's own photograph."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from dbos import error as dbos_error
from PIL import Image

from consent.adapters.tables import OutputRow
from consent.errors import ConsentRefused, Refusal
from outputs.encode import decode
from outputs.label_search import find_label
from outputs.report import State, Technique
from studio.house import MEDIA_TYPES
from studio.jobs.orders import MOST_UNFINISHED
from studio.jobs.stylists import STYLISTS
from studio.service.easel import NoLongerWanted
from studio.styles.words import ControlError
from tests.studio.jobs.seed import seed

SHAPES = {
    "circle": (1024, 1024),
    "banner": (1500, 500),
    "sticker": (512, 512),
    "print": (2048, 2048),
}
TRANSPARENT = {"circle", "sticker"}


def made(house, token, **controls) -> str:
    """Make a toon and return its output's id."""
    job = house.make_now(token, "toon", controls, 5)
    assert job.output_id is not None, (job.message, job.refusal)
    return job.output_id


@pytest.fixture(scope="module")
def chair(house):
    """The session in which what these tests share was made."""
    return seed(house)


@pytest.fixture(scope="module")
def shared(house, chair):
    """Ids of outputs by their controls, each made once."""
    return cache(lambda **controls: made(house, chair, **controls))


def pixels_of(released):
    return decode(released.data, max_pixels=10**8).pixels


@pytest.mark.parametrize("frame", list(SHAPES))
def test_a_frame_is_released_and_its_label_is_found_again(house, chair, shared, frame):
    output_id = shared(frame=frame)
    for file_format in MEDIA_TYPES:
        released = house.output(chair, output_id, file_format)
        assert (released.width, released.height) == SHAPES[frame]
        pixels = pixels_of(released)
        is_clear = frame in TRANSPARENT and file_format != "jpeg"
        assert (pixels.shape[2] == 4) is is_clear
        assert find_label(pixels)  # wherever it is; release has read both


def test_verify_reads_the_marks_of_a_sticker(house, chair, shared):
    released = house.output(chair, shared(frame="sticker"), "png")
    states = {f.technique: f.state for f in house.verify(released.data).findings}
    assert states[Technique.LABEL] is State.FOUND
    assert states[Technique.MANIFEST] is State.TRUSTED
    assert states[Technique.WATERMARK] is State.DETECTED


@pytest.mark.parametrize(
    ("frame", "cutout"),
    [("circle", "no"), ("circle", "yes"), ("banner", "yes"), ("sticker", "no"), ("poster", "no")],
)
def test_a_frame_is_previewed_small_and_labelled(house, chair, frame, cutout):
    shown = house.preview(chair, "toon", {"frame": frame, "cutout": cutout}, 5)
    assert shown.width * shown.height <= 512 * 512
    assert find_label(pixels_of(shown))


def test_a_cutout_is_released_transparent(house, chair, shared):
    output_id = shared(cutout="yes")
    alpha = pixels_of(house.output(chair, output_id, "png"))[..., 3]
    assert not alpha[:40, :40].any()
    assert alpha[700, 512] == 255


def test_drawing_again_gives_the_same_drawing_and_varying_another(house, chair, shared):
    output_id = shared(frame="sticker")
    subject_id = house.door.open_subject(chair)
    drawn = []
    for vary in (False, True):
        job_id = house.easel.again(chair, output_id, vary=vary)
        house.orders.engine._prepare(job_id)
        job = house.orders.engine.rows.load(job_id)
        assert job.subject_id == subject_id
        assert job.controls["frame"] == "sticker"
        drawn.append(job.seed)
        house.cancel(chair, job_id)
    (kept,) = [o for o in house.gallery(chair) if o.id == output_id]
    assert drawn[0] == kept.recipe["seed"]
    assert drawn[1] != kept.recipe["seed"]


def test_a_recipe_whose_controls_are_gone_is_refused(house, chair, shared, monkeypatch):
    output_id = shared()
    rows = type(house.library)
    find = rows.find

    def older(library, subject_id, output_id):
        output = find(library, subject_id, output_id)
        output.recipe["controls"]["glitter"] = "much"
        return output

    monkeypatch.setattr(rows, "find", older)
    with pytest.raises(ControlError):
        house.easel.again(chair, output_id, vary=False)


def test_an_output_without_a_recipe_says_why_it_cannot_be_drawn_again(
    house, chair, shared, monkeypatch
):
    output_id = shared()

    class Older:
        recipe = None
        frozen_at = None

    monkeypatch.setattr(type(house.library), "find", lambda *_: Older)
    with pytest.raises(ConsentRefused) as refused:
        house.easel.again(chair, output_id, vary=True)
    assert refused.value.code == "recipe_unknown"


def test_the_photograph_is_cropped_as_the_drawing_is(house, chair, shared):
    output_id = shared()
    drawn = pixels_of(house.output(chair, output_id, "png"))
    for jpeg in (house.easel.portrait_of(chair, output_id), house.easel.portrait(chair, "toon")):
        with Image.open(io.BytesIO(jpeg)) as opened:
            assert (opened.format, opened.size) == ("JPEG", (1024, 1024))
            assert not opened.getexif()
            photo = np.asarray(opened)
        faces = [house.booth.meter.faces(image)[0].landmarks for image in (photo, drawn)]
        eyes = np.linalg.norm(faces[0][33, :2] - faces[0][263, :2])
        away = np.linalg.norm(faces[0][:, :2] - faces[1][:, :2], axis=1).mean()
        assert away < 0.05 * eyes


def test_a_photograph_is_kept_from_closed_sessions_and_after_the_end(house, token):
    output_id = made(house, token)
    house.lock(token)
    for ask in (
        lambda: house.easel.portrait_of(token, output_id),
        lambda: house.easel.portrait(token, "toon"),
        lambda: house.easel.again(token, output_id, vary=True),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "closed"


def test_a_deleted_selfie_is_compared_with_no_more(house, token):
    output_id = made(house, token)
    subject_id = house.door.open_subject(token)
    with house.ledger.transaction() as unit:
        (job,) = house.orders.engine.rows.of_subject(subject_id)
        unit.captures.remove_probe(job.probe_id)
    with pytest.raises(Refusal):
        house.easel.portrait_of(token, output_id)


def test_a_preview_ends_where_nobody_waits_any_more(house, chair):
    passes = []

    def gone():
        passes.append(1)
        if len(passes) == 3:
            raise NoLongerWanted

    for draw in (house.preview, house.easel.measured):
        passes.clear()
        with pytest.raises(NoLongerWanted):
            draw(chair, "toon", {}, 1, still_wanted=gone)
        assert len(passes) == 3


def test_a_disc_shows_nothing_outside_of_itself(house, chair, shared):
    pixels = pixels_of(house.output(chair, shared(frame="circle"), "png"))
    outside = np.ones((1024, 1024), np.uint8)
    cv2.circle(outside, (512, 512), 514, (0,), -1)
    assert not pixels[outside == 1].any()


def test_what_is_held_back_is_neither_drawn_again_nor_compared(house, token):
    output_id = made(house, token)
    with house.ledger.transaction() as unit:
        unit.session.get(OutputRow, output_id).frozen_at = house.clock.now()
    for ask in (
        lambda: house.easel.again(token, output_id, vary=False),
        lambda: house.easel.portrait_of(token, output_id),
    ):
        with pytest.raises(Refusal) as refused:
            ask()
        assert refused.value.code == "frozen"


def test_a_few_pictures_of_one_person_wait_and_no_more(house, token):
    for number in range(MOST_UNFINISHED):
        house.make(token, "toon", {}, number)
    with pytest.raises(Refusal) as refused:
        house.make(token, "toon", {}, 9)
    assert refused.value.code == "too_many_jobs"
    subject_id = house.door.open_subject(token)
    house.cancel(token, house.orders.engine.rows.unfinished(subject_id)[0])
    assert house.make(token, "toon", {}, 9)
    house.orders.engine.stop(subject_id)


def test_a_job_that_is_cancelled_while_it_draws_stops_between_two_passes(house, token, monkeypatch):
    passes = []
    stylist = STYLISTS["toon"]
    running = []

    def cancelled_after_two(portrait, controls, rng):
        drawing = stylist.draw(portrait, controls, rng)
        for _ in range(2):
            passes.append(next(drawing))
            yield
        house.cancel(token, running[0])
        yield
        passes.append("went on")
        return (yield from drawing)

    monkeypatch.setitem(STYLISTS, "toon", replace(stylist, draw=cancelled_after_two))
    monkeypatch.setattr("studio.jobs.workshop.ASK_AFTER_SECONDS", 0.0)
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    running.append(job.id)
    with pytest.raises(dbos_error.DBOSException):
        house.orders.engine.run(job)
    ended = house.job(token, job.id)
    assert (ended.state.value, ended.output_id) == ("cancelled", None)
    assert "went on" not in passes
