"""What is noted about a drawing is kept with its output, draws it again, and goes with it."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import numpy as np
import pytest
from dbos import DBOS
from PIL import Image
from sqlalchemy import text

from consent.adapters.tables import OutputRow
from consent.errors import ConsentRefused
from outputs.types import Profile
from studio.likeness.types import Band
from tests.studio.jobs.seed import seed


def pixels_of(house, token, output_id):
    data = house.output(token, output_id, "png").data
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(np.int16)


@pytest.fixture(scope="module")
def sitter(house):
    """The token of an open session whose drawings no test deletes."""
    return seed(house)


@pytest.fixture(scope="module")
def made(house, sitter):
    """An output, the best of three tries."""
    job = house.make_now(sitter, "toon", {"best_of": 3, "line_weight": 1.2}, 11)
    assert job.output_id is not None, job.refusal
    (output,) = house.gallery(sitter)
    return output


@pytest.fixture
def mine(house, token):
    """An output that a test may delete."""
    house.make_now(token, "toon", {}, 11)
    (output,) = house.gallery(token)
    return output


def test_an_output_says_how_much_it_looks_like_its_subject_and_why_tries_were_dropped(made):
    likeness = made.likeness
    assert likeness["band"] in set(Band)
    assert likeness["title"].endswith("likeness")
    assert len(likeness["sentences"]) >= 4
    assert likeness["measures"]["skin_drift"] <= 5
    assert len(likeness["dropped"]) == 2
    assert all(each["reason"].endswith(".") for each in likeness["dropped"])
    tried = {each["seed"] for each in likeness["dropped"]} | {made.recipe["seed"]}
    assert 11 in tried
    assert len(tried) == 3


def test_a_recipe_draws_the_same_picture_again(house, sitter, made):
    recipe = made.recipe
    assert recipe["controls"]["line_weight"] == 1.2
    again = house.make_now(sitter, recipe["style"], recipe["controls"], recipe["seed"])
    second = house.library.find(made.subject_id, again.output_id)
    assert second.recipe == recipe
    assert second.likeness["measures"] == made.likeness["measures"]
    # Each carries a watermark of its own: nearly the same, and not the same.
    apart = np.abs(pixels_of(house, sitter, made.id) - pixels_of(house, sitter, second.id))
    assert 0 < apart.mean() < 2
    varied = house.make_now(sitter, recipe["style"], recipe["controls"], recipe["seed"] + 1)
    other = np.abs(pixels_of(house, sitter, made.id) - pixels_of(house, sitter, varied.output_id))
    assert other.mean() > 2 * apart.mean()


def test_a_measured_preview_is_labelled_and_kept_nowhere(house, token):
    subject_id = house.door.open_subject(token)
    made = house.orders.measured_preview(subject_id, "toon", {"best_of": 2}, 4)
    assert made.released.profile is Profile.PREVIEW
    assert made.likeness.band in set(Band)
    assert len(made.likeness.dropped) == 1
    assert made.recipe["controls"]["best_of"] == 1
    assert house.gallery(token) == []
    assert house.orders.newest(subject_id) is None


def test_a_preview_that_nobody_waits_for_ends_between_its_tries(house, token):
    subject_id, asked = house.door.open_subject(token), []

    def gone():
        asked.append(True)
        if len(asked) > 9:
            raise TimeoutError

    with pytest.raises(TimeoutError):
        house.orders.measured_preview(subject_id, "toon", {"best_of": 6}, 4, still_wanted=gone)
    assert len(asked) == 10


def test_the_copy_of_somebodys_data_holds_what_is_noted(house, sitter, made):
    data = b"".join(house.rights.archive(sitter))
    archive = zipfile.ZipFile(io.BytesIO(data))
    told = json.loads(archive.read(f"avatars/{made.id}.json"))
    assert told["likeness"] == json.loads(json.dumps(made.likeness))
    assert told["recipe"] == made.recipe
    assert "how much it looks like your" in archive.read("README.txt").decode()


def test_the_engine_forgets_what_it_noted_soon_after_a_job_has_ended(house, token, mine):
    engine, now = house.orders.engine, house.clock.now()
    status = DBOS.get_workflow_status(mine.job_id)
    ended = now.fromtimestamp(status.updated_at / 1000, tz=now.tzinfo)
    engine.forget_ended(ended)
    assert DBOS.get_workflow_status(mine.job_id) is not None
    engine.forget_ended(ended + timedelta(minutes=2))
    assert DBOS.get_workflow_status(mine.job_id) is None
    with house.ledger.reading() as unit:
        left = text("SELECT count(*) FROM datasource_outputs WHERE workflow_id = :id")
        assert unit.session.execute(left, {"id": mine.job_id}).scalar() == 0
    assert house.library.find(mine.subject_id, mine.id).likeness == mine.likeness
    engine.forget_ended(ended + timedelta(days=1))  # a second time


def test_a_deleted_output_leaves_no_note(house, token, mine):
    house.delete_output(token, mine.id)
    with house.ledger.reading() as unit:
        assert unit.session.get(OutputRow, mine.id) is None


def test_a_withdrawal_leaves_no_note_on_the_disk(house, token, mine, data):
    with house.ledger.reading() as unit:
        sealed = unit.session.get(OutputRow, mine.id).sealed_notes
    assert any(sealed in path.read_bytes() for path in data.glob("app.db*"))
    house.withdraw(token)
    for path in data.rglob("*"):
        assert not path.is_file() or sealed not in path.read_bytes()
    with pytest.raises(ConsentRefused):
        house.gallery(token)
