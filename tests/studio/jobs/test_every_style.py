"""Every drawn style goes the whole way; one that is added goes it too.

Imagined styles need a model; with tiny ones they go theirs elsewhere.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from outputs.label import place_label
from outputs.types import Profile
from studio.jobs.stylists import STYLISTS
from studio.jobs.tries import Leave
from studio.styles.catalogue import STYLES
from studio.styles.portrait import prepare_portrait
from studio.styles.types import Family

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "docs" / "styles.md"
SAMPLES = ROOT / "docs" / "pictures" / "styles"
NAMES = [style.name for style in STYLES if style.family is not Family.IMAGINED]

# Run by a process of its own: the studio's command line with one more folder of styles.
COMMAND = """
import sys
import studio.styles.painted.styles as painted
painted.__path__.append(sys.argv[1])
import app
sys.exit(app.main(sys.argv[2:]))
"""


@pytest.fixture(scope="module")
def faces(house):
    """Every baked subject's portrait at the size of a preview."""
    meter = house.booth.meter
    found = []
    for member in house.cast.values():
        still = member.frame(member.clips["still"][0]).image
        found.append(prepare_portrait(still, meter.faces(still)[0], meter.person(still), size=512))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_every_style_becomes_a_released_avatar(name, house, token):
    job = house.make_now(token, name, {}, 3)
    assert job.output_id is not None, (job.message, job.refusal)
    released = house.output(token, job.output_id, "png")
    assert released.profile is Profile.FINAL
    assert (released.width, released.height) == (1024, 1024)


@pytest.mark.parametrize("name", NAMES)
def test_both_labels_find_their_place_on_everybody(name, faces):
    class Granted:
        style = name
        family = STYLISTS[name].style.family

    leave = Leave(Granted(), lambda: None)
    for portrait in faces:
        render = STYLISTS[name].render(leave, portrait, {}, 3)
        assert len(place_label(render, synthetic=True)) == 2


@pytest.mark.parametrize("name", NAMES)
def test_every_style_has_a_sample_and_a_place_in_the_document(name):
    assert (SAMPLES / f"{name}.webp").is_file(), f"python -m benchmarks.style_sheets {name}"
    assert f"(pictures/styles/{name}.webp)" in DOCUMENT.read_text(encoding="utf-8")


def test_no_sample_is_left_of_a_style_that_is_gone():
    assert {path.stem for path in SAMPLES.glob("*.webp")} == set(NAMES)


@pytest.fixture(scope="module")
def added(tmp_path_factory):
    """The folder of the style that the document shows."""
    folder = tmp_path_factory.mktemp("more")
    (source,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    body = [line for line in source[source.index("STYLE =") :].splitlines() if line.strip()]
    assert len(body) <= 32
    (folder / "screen_print.py").write_text(source, encoding="utf-8")
    return folder


def run(folder, *arguments, data):
    known = {key: value for key, value in os.environ.items() if not key.startswith("SELFSAME_")}
    return subprocess.run(
        [sys.executable, "-c", COMMAND, str(folder), *arguments],
        cwd=ROOT,
        env={**known, "SELFSAME_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_style_is_added_with_one_module(added, tmp_path):
    listed = run(added, "styles", "--json", data=tmp_path / "data")
    assert listed.returncode == 0, listed.stderr[-2000:]
    assert "screen_print" in {style["name"] for style in json.loads(listed.stdout)}
    out = tmp_path / "added.png"
    wish = ("--style", "screen_print", "--set", "vividness=1.3", "--out", str(out))
    drawn = run(added, "demo", *wish, data=tmp_path / "data")
    assert drawn.returncode == 0, drawn.stderr[-2000:]
    checked = run(added, "verify", "--json", str(out), data=tmp_path / "data")
    assert checked.returncode == 0
