"""A drawing stops where it stands when its consent ends, and costs nothing to stop."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from consent.entries import log_capture, log_consent, opening, output_payload
from consent.errors import ConsentRefused, Refusal
from consent.log import LeafKind, verify_opening
from consent.records import narrowed_record, receipt_hash
from outputs.errors import OutputMissing
from outputs.library import Library
from outputs.objects import ObjectStore
from studio.jobs.stylists import STYLISTS
from studio.jobs.types import Job
from studio.jobs.workshop import ASK_AFTER_SECONDS, Recheck, Workshop
from studio.service import JobState
from studio.styles.types import Picture, finished
from tests.fakes import (
    NOON,
    SIGNER,
    FixedClock,
    MemoryLedger,
    a_capture,
    a_choice,
    a_gate,
    a_probe,
    a_record,
    a_subject,
    identifier,
)
from tests.studio.jobs.gauges import ToldGauge

PASSES = 20
SECONDS_A_PASS = 0.3


class Ticks:
    """Seconds that pass only when something takes time."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


class Sitting:
    """A subject with a consent and a selfie, and a stylist that takes six seconds."""

    def __init__(self, monkeypatch):
        self.ledger, self.clock, self.ticks = MemoryLedger(), FixedClock(), Ticks()
        subject = a_subject()
        choice = a_choice(families=frozenset({"painted", "illustrated"}))
        self.record = a_record(subject, choice=choice)
        capture = a_capture(self.record)
        probe = a_probe(capture)
        self.ledger.keep(subject, self.record, capture, probe)
        self.clock.advance(minutes=5)
        self.drawn = []  # passes
        self.meanwhile = {}  # number of a pass: what happens while it is drawn
        stylist = STYLISTS["toon"]
        monkeypatch.setitem(STYLISTS, "toon", replace(stylist, draw=self.draw))
        anatomy = SimpleNamespace(face_box=None, keep_clear=(), lower_face=None)
        monkeypatch.setattr("studio.jobs.stylists.anatomy", lambda portrait: anatomy)
        self.put = []
        self.workshop = Workshop(
            ledger=self.ledger,
            gate=a_gate(self.clock),
            portraits=SimpleNamespace(of=lambda grant, probe_id, size: None),
            releaser=SimpleNamespace(
                mark=lambda *a, **k: [SimpleNamespace(sha256="", media_type="", width=1, height=1)],
                preview=lambda render, grant: "preview",
            ),
            library=SimpleNamespace(
                put_objects=lambda *a: self.put.append(a) or "key", draw_word=lambda rng: 1
            ),
            clock=self.clock,
            gauge=ToldGauge(),
            monotonic=self.ticks,
        )
        self.job = Job(
            id="job",
            subject_id=subject.id,
            record_id=self.record.record_id,
            capture_id=capture.id,
            probe_id=probe.id,
            style="toon",
            family="painted",
            controls={},
            seed=1,
            state=JobState.RUNNING,
            message="",
            progress=0.0,
            output_id=None,
            refusal=None,
            created_at=NOON,
        )

    def draw(self, portrait, controls, rng):
        for number in range(PASSES):
            self.meanwhile.get(number, lambda: None)()
            self.ticks.seconds += SECONDS_A_PASS
            self.clock.advance(seconds=SECONDS_A_PASS)
            self.drawn.append(number)
            yield
        figure = np.zeros((8, 8, 4), np.uint8)
        return Picture(figure, lambda width, height: np.zeros((height, width, 3), np.uint8), None)

    def withdraw(self):
        self.ledger.records.withdraw(self.record.record_id, self.clock.now())


@pytest.fixture
def sitting(monkeypatch):
    return Sitting(monkeypatch)


def test_a_consent_that_lasts_lets_the_drawing_end(sitting):
    made = sitting.workshop.render_and_release(sitting.job)
    assert made.output.id == "job"
    assert sitting.drawn == list(range(PASSES))


@pytest.mark.parametrize("moment", [0, 7, PASSES - 1])
def test_a_withdrawal_stops_a_drawing_within_half_a_second(sitting, moment):
    sitting.meanwhile[moment] = sitting.withdraw
    with pytest.raises(ConsentRefused) as refused:
        sitting.workshop.render_and_release(sitting.job)
    assert refused.value.code == "withdrawn"
    assert len(sitting.drawn) - 1 - moment <= ASK_AFTER_SECONDS / SECONDS_A_PASS
    assert sitting.put == []


def test_a_preview_stops_too(sitting):
    sitting.meanwhile[3] = sitting.withdraw
    request = sitting.job.request()
    with pytest.raises(ConsentRefused):
        sitting.workshop.preview(request, {}, 1)
    assert len(sitting.drawn) < 7


def test_a_consent_that_runs_out_stops_a_drawing(sitting):
    left = timedelta(seconds=2)
    sitting.clock.at = sitting.record.expires_at - left
    capture = sitting.ledger.captures.load(sitting.job.capture_id)
    sitting.ledger.captures.add(replace(capture, captured_at=sitting.clock.at))
    with pytest.raises(ConsentRefused) as refused:
        sitting.workshop.render_and_release(sitting.job)
    assert refused.value.code == "consent_expired"
    assert len(sitting.drawn) * SECONDS_A_PASS <= left.total_seconds() + 2 * ASK_AFTER_SECONDS


def test_a_clock_that_was_set_back_stops_a_drawing(sitting):
    capture = sitting.ledger.captures.load(sitting.job.capture_id)
    log_capture(sitting.ledger, capture, sitting.clock.now())
    sitting.meanwhile[2] = lambda: sitting.clock.advance(minutes=-1)
    with pytest.raises(Refusal) as refused:
        sitting.workshop.render_and_release(sitting.job)
    assert refused.value.code == "clock_back"
    assert len(sitting.drawn) < 6


def test_an_output_and_its_entry_name_the_consent_that_stood_when_it_was_stored(sitting):
    made = sitting.workshop.render_and_release(sitting.job)
    ledger, now = sitting.ledger, sitting.clock.now()
    narrower = narrowed_record(
        ledger.records.load(sitting.record.record_id),
        scope=replace(sitting.record.scope, families=frozenset({"painted"})),
        expires_at=sitting.record.expires_at,
        summary="Less.",
        record_id=identifier("narrower"),
        nonce=identifier("nonce of it"),
        now=now,
    )
    signed = SIGNER.sign(narrower)
    index = log_consent(ledger, signed, now)
    ledger.records.add(replace(signed, log_index=index, assented_at=now))
    ledger.records.replace(sitting.record.record_id, signed.record_id, now)
    kept = []
    library = SimpleNamespace(
        add_row=lambda rows, output, key, *, receipt_hash: kept.append((output, receipt_hash)),
        require_objects=lambda key: None,
    )
    replace(sitting.workshop, library=library).store(sitting.job, made, ledger, None)
    ((output, quoted),) = kept
    assert output.record_id == signed.record_id
    assert quoted == receipt_hash(signed)  # what the watermark's id leads to
    key = opening(ledger.vault, output.subject_id, LeafKind.OUTPUT, output.id)
    payload = output_payload(output.id, output.record_id, output.sha256)
    verify_opening(ledger.log.leaf(output.log_index), key, payload)


def test_of_a_picture_that_was_removed_meanwhile_nothing_is_logged(sitting):
    made = sitting.workshop.render_and_release(sitting.job)
    library = Library(SimpleNamespace(objects=ObjectStore("memory://")), None)
    size = sitting.ledger.log.size()
    with pytest.raises(OutputMissing):
        replace(sitting.workshop, library=library).store(sitting.job, made, sitting.ledger, None)
    assert sitting.ledger.log.size() == size


def test_the_gate_is_asked_again_not_more_often_than_told():
    ticks, asked = Ticks(), []
    recheck = Recheck(lambda: asked.append(ticks.seconds), ticks)
    for _ in range(100):
        recheck()
        ticks.seconds += 0.125
    assert asked == [ASK_AFTER_SECONDS * number for number in range(1, 25)]


def test_a_refusal_is_asked_for_again_at_the_next_pass():
    ticks, asked = Ticks(), []

    def refuse():
        asked.append(ticks.seconds)
        raise ConsentRefused("withdrawn", "No.", why="A test.", next_step="None.")

    recheck = Recheck(refuse, ticks)
    ticks.seconds = 1.0
    for _ in range(2):
        with pytest.raises(ConsentRefused):
            recheck()
    assert asked == [1.0, 1.0]


def test_a_drawing_that_is_stopped_is_closed():
    closed = []

    def draw():
        try:
            yield
            yield
        finally:
            closed.append(True)

    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        finished(draw(), between=stop)
    assert closed == [True]
