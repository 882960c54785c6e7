"""Whatever two people do in whatever order, nothing is made or handed out outside a consent."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.studio.life.machine import ANATOMY, ConsentLife

QUICK = 200  # examples in `make test`; `make test-deep` runs 10,000 longer ones
USUAL = 100  # what hypothesis runs when it is told nothing


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Skip what only real portraits have."""
    monkeypatch.setattr("studio.jobs.stylists.anatomy", lambda portrait: ANATOMY)


examples = settings.default.max_examples
is_deep = examples > USUAL
ConsentLife.TestCase.settings = settings(
    max_examples=examples if is_deep else QUICK,
    stateful_step_count=30 if is_deep else 15,
    deadline=None,
)
TestConsentLife = ConsentLife.TestCase


def test_the_two_find_a_rule_that_is_missing():
    class Forgetful(ConsentLife):
        without = "NotExpired"

    looking = settings(
        max_examples=QUICK,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )
    with pytest.raises(AssertionError, match=r"consent|drawn"):
        run_state_machine_as_test(Forgetful, settings=looking)
