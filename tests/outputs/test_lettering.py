from __future__ import annotations

from importlib import resources

import numpy as np
import pytest

from outputs.lettering import IDEOGRAPHS, LATIN, Line, draw, justify, width_of


@pytest.mark.parametrize("face", [*LATIN.values(), IDEOGRAPHS], ids=lambda face: face.file)
def test_fonts_and_their_licences_are_shipped(face):
    assets = resources.files("outputs").joinpath("assets")
    assert assets.joinpath(face.file).is_file()
    licence = assets.joinpath(f"{face.file.partition('-')[0]}-OFL.txt").read_text()
    assert "SIL Open Font License, Version 1.1" in licence


@pytest.mark.parametrize("cap", [14, 20, 52])
def test_ideographs_are_at_least_as_high_as_asked(cap):
    for letter in "生成":
        canvas = np.zeros((3 * cap, 3 * cap), np.float32)
        draw(canvas, Line(letter, cap, 0.0), left=3.0, top=cap)
        rows = np.flatnonzero(canvas.max(axis=1) > 0.3)
        assert rows[-1] - rows[0] + 1 >= cap
        assert rows[-1] - rows[0] + 1 <= 1.15 * cap


def test_accents_rise_above_the_capitals():
    plain, accented = (np.zeros((60, 60), np.float32) for _ in range(2))
    draw(plain, Line("E", 30, 0.0), left=3.0, top=20)
    draw(accented, Line("É", 30, 0.0), left=3.0, top=20)
    assert plain[:19].max() == 0
    assert accented[:19].max() > 0.9


@pytest.mark.parametrize("cap", [14, 20, 31, 52, 103])
def test_capitals_are_exactly_as_high_as_asked(cap):
    canvas = np.zeros((2 * cap, 2 * cap), np.float32)
    draw(canvas, Line("I", cap, 0.0), left=3.5, top=10)
    rows = np.flatnonzero(canvas.max(axis=1) > 0.5)
    assert (rows[0], rows[-1]) == (10, 10 + cap - 1)
    assert canvas[9].max() == 0
    assert canvas[10 + cap].max() == 0


def test_justified_line_has_the_width_asked():
    line = justify(Line("SYNTHETIC SUBJECT", 17, 0.1), 200.0)
    assert width_of(line) == pytest.approx(200.0, abs=0.3)


def test_ink_starts_where_it_should():
    canvas = np.zeros((60, 240), np.float32)
    draw(canvas, Line("GENERATED", 31, 0.07), left=12.0, top=14)
    columns = np.flatnonzero(canvas.max(axis=0) > 0.05)
    assert columns[0] in (12, 13)  # the G is round: little of it reaches its first column
    assert columns[-1] == pytest.approx(12 + width_of(Line("GENERATED", 31, 0.07)), abs=1.5)
