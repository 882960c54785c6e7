"""Styles that take their time: drawn in batches, watched while they come about, stopped between."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from dbos import error as dbos_error

from consent.adapters.tables import JobRow
from consent.errors import ConsentRefused, Refusal
from outputs.types import Profile
from studio.jobs.stylists import STYLISTS
from studio.jobs.tries import ROUNDS, Tries, seeds
from studio.likeness.gauge import Gauge
from studio.models.types import Kind
from studio.styles.diffusion import stepping
from studio.styles.diffusion.errors import NotAvailable, PictureRefused
from studio.styles.diffusion.types import Attempt
from studio.styles.types import Glimpse, finished

STEPS = 3
UNLIKE = PictureRefused("photo_like", "It looked like a photograph.", why="W.", next_step="N.")


class SlowToon:
    """Toon, in steps, with a look at the selfie's colours after the first; some seeds fail."""

    def __init__(self, *, spoilt=()):
        self.spoilt, self.asked, self.portraits = set(spoilt), [], []
        self.after = {}  # number of a step: what happens then
        self.is_here = True

    def require(self, controls):
        if not self.is_here:
            raise NotAvailable("no_models", "Nothing can draw.", why="W.", next_step="N.")

    def several(self, portrait, controls, wanted):
        self.asked.append(tuple(wanted))
        self.portraits.append(portrait)
        for step in range(1, STEPS + 1):
            pixels = portrait.image[::8, ::8] if step == 2 else None
            yield Glimpse("Imagining", step, STEPS, float(STEPS - step), pixels)
            self.after.get(step, lambda: None)()
        return [self.attempt(portrait, controls, seed) for seed in wanted]

    def attempt(self, portrait, controls, seed):
        if seed in self.spoilt:
            return Attempt(seed, None, UNLIKE)
        rng = np.random.default_rng(seed)
        return Attempt(seed, finished(TOON.draw(portrait, TOON.style.accept(controls), rng)))


TOON = STYLISTS["toon"]


@pytest.fixture
def slow(monkeypatch):
    batch = SlowToon()
    style = replace(TOON.style, is_slow=True, selfies=3)
    monkeypatch.setitem(STYLISTS, "toon", replace(TOON, style=style, batch=batch))
    monkeypatch.setattr("studio.jobs.orders.find_style", lambda name: style)
    return batch


def test_a_slow_style_goes_the_whole_way_and_tells_its_steps(house, token, slow, monkeypatch):
    told = []
    report = house.orders.engine.rows.report
    monkeypatch.setattr(
        house.orders.engine.rows,
        "report",
        lambda *words: told.append(words[1:]) or report(*words),
    )
    job = house.make_now(token, "toon", {}, 5)
    assert job.state.value == "done", job.refusal
    assert slow.asked == [(5,)]
    steps = [words for words in told if words[0].startswith("Imagining")]
    assert [words for words, _ in steps] == [f"Imagining, step {n} of 3" for n in (1, 2, 3)]
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert house.output(token, job.output_id, "png").profile is Profile.FINAL


def test_a_look_at_an_unfinished_picture_is_marked_and_its_owners_alone(house, token, slow):
    seen, job = [], house.orders._job(house.door.open_subject(token), "toon", {}, 1)

    def look():
        view = house.job(token, job.id)
        seen.append((view.glimpse, view.seconds_left, house.easel.glimpse(token, job.id)))
        with pytest.raises(Refusal, match="no such picture"):
            house.easel.glimpse(a_stranger(house), job.id)

    slow.after[2] = look
    house.orders.engine.run(job)
    ((number, left, released),) = seen
    assert (number, left, released.profile) == (1, 1.0, Profile.PREVIEW)
    report = house.verify(released.data)
    assert all(word in str(report) for word in ("label", "watermark"))
    assert house.orders.engine.glimpses.of(job.id) is None
    with pytest.raises(ConsentRefused) as refused:
        house.easel.glimpse(token, job.id)
    assert refused.value.code == "no_glimpse"


def a_stranger(house):
    token = house.new_session()
    other = next(reversed(house.baked_subjects())).id
    for _ in house.play_subject(token, other):
        pass
    return token


def test_before_the_first_look_there_is_none(house, token, slow):
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    codes = []

    def look():
        assert house.job(token, job.id).glimpse == 0
        with pytest.raises(ConsentRefused) as refused:
            house.easel.glimpse(token, job.id)
        codes.append(refused.value.code)

    slow.after[1] = look
    house.orders.engine.run(job)
    assert codes == ["no_glimpse"]


def test_a_withdrawal_between_two_steps_ends_the_drawing_and_takes_its_looks(
    house, token, slow, monkeypatch
):
    monkeypatch.setattr("studio.jobs.workshop.ASK_AFTER_SECONDS", 0.0)
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    went_on = []
    slow.after[2] = lambda: house.withdraw(token)
    slow.after[3] = lambda: went_on.append(True)
    with pytest.raises(dbos_error.DBOSException):
        house.orders.engine.run(job)
    assert not went_on
    assert house.orders.engine.glimpses.of(job.id) is None
    assert house.orders.engine.rows.load(job.id) is None


def test_looks_in_memory_go_with_their_subject(house, token, slow):
    glimpses = house.orders.engine.glimpses
    glimpses.note("job", "subject", 3.0, None)
    assert [found.number for found in glimpses.count("subject")] == [1]
    assert [found.number for found in glimpses.purge("other")] == [0]
    assert [found.number for found in glimpses.purge("subject")] == [1]
    assert glimpses.of("job") is None


def test_a_cancelled_drawing_goes_no_step_further(house, token, slow):
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    went_on = []
    slow.after[1] = lambda: house.cancel(token, job.id)
    slow.after[2] = lambda: went_on.append(True)
    with pytest.raises(dbos_error.DBOSException):
        house.orders.engine.run(job)
    assert house.job(token, job.id).state.value == "cancelled"
    assert not went_on


def test_of_several_the_most_alike_is_kept_out_of_one_batch(house, token, slow):
    job = house.make_now(token, "toon", {"best_of": 3}, 5)
    assert slow.asked == [tuple(seeds(5, 3))]
    (output,) = house.gallery(token)
    assert output.id == job.output_id
    assert output.recipe["seed"] in seeds(5, 3)
    assert len(output.likeness["dropped"]) == 2


def test_a_picture_that_fails_a_check_is_drawn_anew_and_the_reason_is_kept(house, token, slow):
    slow.spoilt = {5}
    house.make_now(token, "toon", {}, 5)
    second = seeds(5, ROUNDS)[1]
    assert slow.asked == [(5,), (second,)]
    (output,) = house.gallery(token)
    assert output.recipe["seed"] == second
    assert [each["reason"] for each in output.likeness["dropped"]] == [UNLIKE.what]


def test_several_tries_are_one_round_and_none_more(house, token, slow):
    slow.spoilt = set(seeds(5, 2))
    job = house.make_now(token, "toon", {"best_of": 2}, 5)
    assert (job.state.value, job.refusal["code"]) == ("refused", "photo_like")
    assert slow.asked == [tuple(seeds(5, 2))]


def test_a_later_try_says_which_it_is(house, token, slow):
    slow.spoilt, told = {5}, []
    house.make_now(token, "toon", {}, 5, told=lambda words, left: told.append(words))
    assert told[STEPS] == "Try 2 of 3: imagining, step 1 of 3"


def test_each_of_several_tries_has_to_be_nearer_than_one_alone(house, token, slow, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "studio.jobs.tries.require_alike",
        lambda style, judged, tries: asked.append(tries),
    )
    for number in (1, 2, 6):
        house.make_now(token, "toon", {"best_of": number}, 5)
    assert asked == [3, *[3] * 2, *[6] * 6]


def test_the_recipe_names_the_engine_that_auto_came_to():
    tries = Tries(None, None, {"engine": "auto"}, 1)
    tries._keep(Attempt(7, None, None, Kind.SDXL))
    assert (tries.seed, tries.controls["engine"]) == (7, "sdxl")


def test_what_a_slow_picture_says_fits_where_it_is_kept():
    folder = Path(stepping.__file__).parent
    said = [
        words
        for path in folder.rglob("*.py")
        for words in re.findall(r'Glimpse\(\s*(?:words=)?f?"([^"]+)"', path.read_text("utf-8"))
    ]
    assert len(said) >= 6
    for words in said:
        whole = words.replace("{cause}", "Compiling did not go well")
        assert "{" not in whole
        told = f"Try {ROUNDS} of {ROUNDS}: {whole}"
        assert len(told) <= JobRow.__table__.c.message.type.length, told


def test_slow_pictures_wait_in_a_queue_of_their_own(house, token, slow, monkeypatch):
    queues = []
    monkeypatch.setattr(
        "studio.jobs.engine.DBOS.enqueue_workflow", lambda queue, *rest: queues.append(queue)
    )
    job = house.orders._job(house.door.open_subject(token), "toon", {}, 1)
    house.orders.engine.submit(job)
    imagined = replace(job, id="f" * 32, family="imagined")
    house.orders.engine.submit(imagined)
    assert queues == ["avatars", "imagined"]
    assert ("f" * 32, "imagined") in house.orders.engine.rows.queued()
    house.orders.engine.stop(job.subject_id)


def test_when_every_round_fails_the_job_ends_with_the_reason(house, token, slow):
    slow.spoilt = set(seeds(5, ROUNDS))
    job = house.make_now(token, "toon", {}, 5)
    assert (job.state.value, job.refusal["code"]) == ("refused", "photo_like")
    assert len(slow.asked) == ROUNDS
    assert not house.gallery(token)


def test_a_picture_that_looks_like_anybody_is_not_kept(house, token, slow, monkeypatch):
    judge = Gauge.judge

    def unlike(gauge, *arguments):
        judged = judge(gauge, *arguments)
        return replace(judged, measures=replace(judged.measures, shape_error=9.0))

    monkeypatch.setattr(Gauge, "judge", unlike)
    job = house.make_now(token, "toon", {}, 5)
    assert job.state.value == "refused"
    assert not house.gallery(token)


def test_further_selfies_of_the_same_look_into_the_camera_are_drawn_from(house, slow):
    house.make_now(a_stranger(house), "toon", {}, 5)
    (portrait,) = slow.portraits
    assert len(portrait.others) == 2
    for other in portrait.others:
        assert other.size == 1024
        assert not np.array_equal(other.image, portrait.image)


def test_without_weights_an_order_says_what_would_be_needed(house, token):
    assert not house.models.can_imagine()
    assert house.models.seconds() == {}
    with pytest.raises(NotAvailable, match=r"python app\.py models pull"):
        house.make(a_stranger(house), "clay", {}, 1)
    view = house.models.overview()
    assert {entry.state for entry in view.entries} == {"missing"}
    assert not any(kind.is_ready for kind in view.kinds)
    assert all(kind.command.startswith("python app.py models pull") for kind in view.kinds)


def test_the_models_page_opens_when_the_pins_cannot_be_read(house):
    lock = house.models.shelf.root / "models.lock.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text("{")
    try:
        view = house.models.overview()
    finally:
        lock.unlink()
    assert {entry.state for entry in view.entries} == {"unreadable"}
    assert all("models.lock.json" in kind.note for kind in view.kinds)


def test_a_slow_style_is_not_previewed_while_others_wait(house, token, slow):
    for ask in (house.preview, house.orders.measured_preview):
        who = token if ask == house.preview else house.door.open_subject(token)
        with pytest.raises(ConsentRefused) as refused:
            ask(who, "toon", {}, 1)
        assert refused.value.code == "slow_style"
    assert not slow.asked


def test_an_order_that_nothing_can_draw_is_refused_before_it_waits(house, token, slow):
    slow.is_here = False
    with pytest.raises(NotAvailable, match="Nothing can draw"):
        house.make(token, "toon", {}, 1)
    assert not house.orders.engine.rows.unfinished(house.door.open_subject(token))
