"""Imagined styles with tiny weights: the whole way through gate, engine, guard and labels."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from dbos import error as dbos_error

from outputs.report import Technique
from outputs.types import Profile
from studio.assembly import open_house
from studio.models.types import Kind
from studio.settings import Settings
from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.guard import Guard
from studio.styles.diffusion.stylisation import Stylisation
from tests.studio.jobs.conftest import TickingClock
from tests.tiny.catalogue import tiny_shelf

WEIGHTS = Path(sys.prefix) / "share" / "selfsame" / "weights"
SCENERY = {"part": "background"}  # tiny weights keep the picture; a face of theirs is nobody's


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A models folder with tiny weights of every kind."""
    return tiny_shelf(tmp_path_factory.mktemp("tiny"))


def opened(folder, models, catalogue):
    settings = Settings(data=folder / "data", weights=WEIGHTS, models=str(models))
    return open_house(settings, TickingClock(), version="0", listen=False, catalogue=catalogue)


@pytest.fixture(scope="module")
def house(tmp_path_factory, models):
    with opened(tmp_path_factory.mktemp("imagined"), models.root, models.catalogue) as house:
        yield house


@pytest.fixture
def token(house):
    return somebody(house)


def somebody(house):
    token = house.new_session()
    for _ in house.play_subject(token, house.baked_subjects()[0].id):
        pass
    return token


@pytest.mark.parametrize("kind", list(Kind))
def test_a_picture_of_every_kind_is_released_with_all_its_marks(house, token, kind):
    told = []
    wish = {**SCENERY, "engine": kind.value, "words": "autumn"}
    job = house.make_now(token, "clay", wish, 3, told=lambda words, left: told.append(words))
    assert job.state.value == "done", job.refusal
    steps = [words.split("step ")[1] for words in told if words.startswith("Imagining, step")]
    total = steps[-1].split(" of ")[1]
    assert steps == [f"{n} of {total}" for n in range(1, int(total) + 1)]
    (output,) = house.gallery(token)
    assert output.recipe["controls"]["engine"] == kind.value
    assert output.likeness["band"] in {"strong", "fair"}
    released = house.output(token, job.output_id, "png")
    assert (released.profile, released.width) == (Profile.FINAL, 1024)
    found = {f.technique for f in house.verify(released.data).findings if f.tells_generated}
    assert {Technique.LABEL, Technique.WATERMARK, Technique.MANIFEST, Technique.XMP} <= found


def test_looks_at_an_unfinished_picture_carry_the_marks_of_a_preview(house, token, monkeypatch):
    looks = []
    note = house.orders.engine.glimpses.note

    def noted(job_id, subject_id, seconds_left, released):
        looks.append(released)
        note(job_id, subject_id, seconds_left, released)

    monkeypatch.setattr(house.orders.engine.glimpses, "note", noted)
    monkeypatch.setattr(Guard, "glimpse", lambda guard, pixels, *rest: pixels)
    monkeypatch.setattr(house.models.imagination, "_look_every", 0.0)
    house.make_now(token, "clay", SCENERY, 3)
    shown = [released for released in looks if released is not None]
    assert shown
    for released in shown:
        assert released.profile is Profile.PREVIEW
        assert house.verify(released.data).tells_generated


def test_a_second_picture_on_a_warm_pipeline_is_the_same_for_the_same_seed(house, token):
    first, second = (house.make_now(token, "clay", SCENERY, 9) for _ in range(2))
    pixels = [
        house.library.find(house.door.open_subject(token), j.output_id) for j in (first, second)
    ]
    assert pixels[0].recipe == pixels[1].recipe
    assert pixels[0].likeness == pixels[1].likeness


def test_cancelling_counts_between_two_steps_and_leaves_the_engine_at_work(house, token):
    job = house.orders._job(house.door.open_subject(token), "clay", SCENERY, 3)
    seen = []

    def cancel(words, left):
        seen.append(words)
        if words.startswith("Imagining, step 1"):
            house.cancel(token, job.id)

    with pytest.raises(dbos_error.DBOSException):
        house.orders.engine.run(job, told=cancel)
    assert house.job(token, job.id).state.value == "cancelled"
    assert seen[-1].startswith("Imagining, step 1")
    assert house.make_now(token, "clay", SCENERY, 3).state.value == "done"


def test_what_looks_like_a_photograph_ends_the_job_with_the_reason(house, token, monkeypatch):
    drawn = []

    def refuse(stylisation, pixels, *rest):
        drawn.append(pixels.shape)
        raise PictureRefused("photo_like", "Like a photograph.", why="W.", next_step="N.")

    monkeypatch.setattr(Stylisation, "require_drawn", refuse)
    job = house.make_now(token, "clay", {}, 3)
    assert (job.state.value, job.refusal["code"]) == ("refused", "photo_like")
    assert drawn
    assert not house.gallery(token)


def test_the_recipe_names_the_engine_that_drew(house, token):
    house.make_now(token, "clay", SCENERY, 3)
    (output,) = house.gallery(token)
    assert output.recipe["controls"]["engine"] == house.models.imagination.ready()[0].value


def test_a_print_of_an_imagined_picture_is_released(house, token):
    job = house.make_now(token, "clay", {**SCENERY, "frame": "print"}, 3)
    assert job.state.value == "done", job.refusal
    assert house.output(token, job.output_id, "png").width == 2048


def test_the_models_page_is_told_what_is_here(house):
    view = house.models.overview()
    assert house.models.can_imagine()
    assert {entry.state for entry in view.entries} == {"here"}
    assert all(kind.is_ready and kind.plan and kind.seconds for kind in view.kinds)
    assert next(iter(house.models.seconds())) in {kind.kind for kind in view.kinds}
    assert view.machine.memory_gb > view.machine.free_gb > 0
