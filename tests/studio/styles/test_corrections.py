"""What a person says about themselves goes before what was measured."""

from dataclasses import asdict, fields, replace

import pytest

from studio.styles.attributes.colours import MONK, lab_of
from studio.styles.attributes.corrections import (
    AUTO,
    CORRECTABLE,
    corrected,
    correction_controls,
)
from studio.styles.attributes.skin import monk_step
from studio.styles.attributes.types import NEUTRAL, Attributes
from studio.styles.words import ControlError


def test_every_attribute_can_be_corrected_and_skin_through_its_tone():
    assert {*CORRECTABLE, "skin"} == {field.name for field in fields(Attributes)}


def test_controls_come_in_the_order_asked_for_and_default_to_what_was_measured():
    controls = correction_controls(("fringe", "monk", "hair_colour"))
    assert [control.name for control in controls] == ["fringe", "monk", "hair_colour"]
    assert all(control.default == AUTO for control in controls)
    assert all(next(iter(control.options)) == AUTO for control in controls)


def test_an_attribute_that_does_not_exist_has_no_control():
    with pytest.raises(ValueError, match="no attribute"):
        correction_controls(("hair_length", "age"))


def test_without_corrections_nothing_changes():
    assert corrected(NEUTRAL, {}) == NEUTRAL
    assert corrected(NEUTRAL, dict.fromkeys(CORRECTABLE, AUTO)) == NEUTRAL


def test_controls_that_correct_nothing_are_passed_over():
    assert corrected(NEUTRAL, {"line_weight": 1.2, "frame": "circle"}) == NEUTRAL


@pytest.mark.parametrize("name", CORRECTABLE)
def test_each_correction_changes_its_attribute_and_no_other(name):
    (control,) = correction_controls((name,))
    seen = set()
    for option in control.options:
        if option == AUTO:
            continue
        after = asdict(corrected(NEUTRAL, {name: option}))
        before = asdict(NEUTRAL)
        changed = {key for key in before if after[key] != before[key]}
        assert changed <= ({"monk", "skin"} if name == "monk" else {name})
        seen.add(after[name])
        assert type(after[name]) is type(before[name])
    assert len(seen) == len(control.options) - 1


def test_a_corrected_tone_brings_skin_of_that_step():
    for step in range(1, len(MONK) + 1):
        after = corrected(NEUTRAL, {"monk": str(step)})
        assert after.monk == step
        assert monk_step(lab_of(after.skin)) == step


@pytest.mark.parametrize(
    ("name", "value"), [("monk", "11"), ("monk", 3.0), ("glasses", "monocle"), ("fringe", "")]
)
def test_a_value_that_is_not_offered_is_refused(name, value):
    with pytest.raises(ControlError, match="is one of"):
        corrected(NEUTRAL, {name: value})


def test_natural_and_dyed_hair_are_offered_by_name():
    (control,) = correction_controls(("hair_colour",))
    dyed = [name for name in control.options if name.startswith("dyed_")]
    assert len(dyed) == 4
    assert len(control.options) - len(dyed) - 1 >= 12


@pytest.mark.parametrize("step", range(1, 11))
def test_to_confirm_the_measured_tone_changes_nothing(step):
    measured = replace(NEUTRAL, monk=step, skin="#2f2320")
    assert corrected(measured, {"monk": str(step)}) == measured
