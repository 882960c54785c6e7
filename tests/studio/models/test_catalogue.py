from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.models.catalogue import OWN, load_catalogue
from studio.models.errors import ModelError, ModelRefused
from studio.models.places import file_place
from studio.models.types import Entry, Kind, Role
from studio.styles.catalogue import find_style
from studio.subjects.cast import load_cast

CATALOGUE = load_catalogue()
NEEDED = {
    Kind.SD15: {Role.BASE, Role.CONTROLNET, Role.ADAPTER, Role.FAST, Role.SAFETY},
    Kind.SDXL: {Role.BASE, Role.CONTROLNET, Role.ADAPTER, Role.FAST, Role.SAFETY},
    Kind.KLEIN: {Role.BASE, Role.SAFETY},
}


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_one_entry_for_each_role_that_it_needs(kind: Kind) -> None:
    models = CATALOGUE.of(kind)
    assert {entry.role for entry in models.needs} == NEEDED[kind]
    assert [entry.role for entry in models.helps] == [Role.TINY_VAE]
    assert all(kind in entry.kinds for entry in (*models.needs, *models.helps))


def test_every_sample_is_of_a_style_and_a_subject_that_there_are() -> None:
    subjects = load_cast()
    samples = [entry.sample for entry in CATALOGUE.entries if entry.sample]
    assert samples
    for sample in samples:
        assert find_style(sample.style).is_slow
        assert sample.subject in subjects


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_every_entry_says_all_that_there_is_to_say(entry: Entry, tmp_path: Path) -> None:
    assert entry.licence.commercial
    assert entry.licence.url.startswith("https://")
    assert entry.tier.cpu_gb
    assert entry.tier.gpu_gb
    assert entry.revision  # so that nothing changes under the studio between two pulls
    assert any(file.path.endswith(".safetensors") for file in entry.files)
    assert (entry.sample is not None) == (entry.role is Role.BASE)
    for file in entry.files:
        assert file_place(tmp_path, entry, file.path).is_relative_to(tmp_path)


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_no_entry_goes_by_a_name_that_is_refused(entry: Entry) -> None:
    for text in (entry.name, entry.title, entry.repo, *(file.path for file in entry.files)):
        assert not [item.title for item in CATALOGUE.refused if item.is_named_in(text)]


def test_files_that_two_entries_share_are_pinned_alike() -> None:
    pins: dict[tuple[str, str], tuple[object, ...]] = {}
    for entry in CATALOGUE.entries:
        for file in entry.files:
            pin = (entry.revision, file.size, file.sha256)
            assert pins.setdefault((entry.repo, file.path), pin) == pin


def test_no_two_files_of_one_hash_have_two_sizes() -> None:
    sizes: dict[str, int] = {}
    for file in (file for entry in CATALOGUE.entries for file in entry.files):
        if file.sha256 and file.size:
            assert sizes.setdefault(file.sha256, file.size) == file.size


@pytest.mark.parametrize(
    "name",
    ["sdxl-lightning", "ByteDance/SDXL-Lightning", " bytedance/sdxl-lightning ", "SDXL-LIGHTNING"],
)
def test_an_entry_is_found_by_its_name_and_its_repository(name: str) -> None:
    assert CATALOGUE.find(name).name == "sdxl-lightning"


def test_an_entry_is_found_by_the_address_of_its_repository() -> None:
    address = "https://huggingface.co/black-forest-labs/FLUX.2-klein-4B/"
    assert CATALOGUE.find(address).name == "klein-base"


def test_a_repository_of_several_entries_asks_which() -> None:
    with pytest.raises(ModelError, match="sd15-face, sdxl-face"):
        CATALOGUE.find("h94/IP-Adapter")


@pytest.mark.parametrize(
    "name",
    ["buffalo_l", "black-forest-labs/FLUX.1-dev", "https://huggingface.co/InstantX/InstantID"],
)
def test_a_name_that_is_refused_says_why(name: str) -> None:
    with pytest.raises(ModelRefused, match="does not fetch"):
        CATALOGUE.find(name)


def test_a_refused_name_whose_licence_was_accepted_says_what_does_go() -> None:
    for accepted in ((), ("InsightFace-Non-Commercial",)):
        with pytest.raises(ModelRefused, match="does not fetch") as refused:
            CATALOGUE.find("PuLID-FLUX.1-dev", accepted)
        assert "models add" not in str(refused.value)
    with pytest.raises(ModelRefused, match=r"accepted here.*models add FILE"):
        CATALOGUE.find(
            "PuLID-FLUX.1-dev", ("insightface-non-commercial", "FLUX.1-dev-Non-Commercial")
        )


@pytest.mark.parametrize(("name", "near"), [("sd15base", "sd15-base"), ("klein", "klein-base")])
def test_an_unknown_name_gets_the_nearest_ones(name: str, near: str) -> None:
    with pytest.raises(ModelError, match=near):
        CATALOGUE.find(name)


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_name_is_found_or_refused_in_words(name: str) -> None:
    try:
        assert CATALOGUE.find(name) in CATALOGUE.entries
    except ModelError as error:
        assert len(str(error)) < 1000  # noqa: PT017 - an error is one of two right answers


def test_a_very_long_name_is_not_repeated_whole() -> None:
    with pytest.raises(ModelError) as error:
        CATALOGUE.find("x" * 100_000)
    assert len(str(error.value)) < 1000


def test_what_could_play_a_role_begins_with_what_stands_for_it() -> None:
    names = [entry.name for entry in CATALOGUE.choices(Kind.KLEIN, Role.BASE)]
    assert names == ["klein-base", "klein-sdnq"]
    assert CATALOGUE.choices(Kind.KLEIN, Role.CONTROLNET) == ()


def test_everything_about_weights_is_told_without_loading_what_draws_with_them() -> None:
    """Listing, adding and refusing must not wait seconds for libraries that they do not need."""
    names = sorted(path.stem for path in OWN.parent.glob("*.py"))
    code = (
        "import sys\n"
        + "\n".join(f"import studio.models.{name}" for name in names)
        + "\nheavy = {'torch', 'diffusers', 'transformers', 'safetensors', 'numpy', 'PIL'}"
        + "\nsys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


GOOD = """
[licences.MIT]
url = "https://example.org"
commercial = true
[kinds.sd15]
needs = ["one"]
[[entries]]
name = "one"
title = "One"
repo = "some/one"
role = "base"
kinds = ["sd15"]
licence = "MIT"
files = [{ path = "unet/a.safetensors", size = 5 }]
"""


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "catalogue.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_small_catalogue_is_read(written: Callable[[str], Path]) -> None:
    catalogue = load_catalogue(written(GOOD))
    assert catalogue.find("one").files[0].size == 5
    assert catalogue.find("one").tier.gpu_gb is None
    with pytest.raises(ModelError, match="no weights for klein"):
        catalogue.of(Kind.KLEIN)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('name = "one"', 'name = "One!"'),
        ('repo = "some/one"', 'repo = "some"'),
        ('repo = "some/one"', 'repo = "../../one"'),
        ('repo = "some/one"', 'repo = "some/one"\nrevision = "main"'),
        ('role = "base"', 'role = "sampler"'),
        ('kinds = ["sd15"]', 'kinds = ["sd3"]'),
        ('kinds = ["sd15"]', 'kinds = ["sdxl"]'),
        ('licence = "MIT"', 'licence = "GPL"'),
        ('licence = "MIT"', 'licence = "MIT"\ngpu_gb = -1'),
        ("commercial = true", 'commercial = "yes"'),
        ("size = 5", "size = 0"),
        ("size = 5", 'size = "5"'),
        ("size = 5", "size = true"),
        ("size = 5", 'sha256 = "abc"'),
        ("size = 5", "bytes = 5"),
        ("a.safetensors", "a.ckpt"),
        ("a.safetensors", "a.py"),
        ("unet/a", "../a"),
        ("unet/a", "/a"),
        ('needs = ["one"]', 'needs = ["two"]'),
        ('needs = ["one"]', 'needs = ["one", "one"]'),
        ('title = "One"', 'title = " "'),
        ("[[entries]]", "[entries]"),
        ("[licences.MIT]", "[licences.MIT"),
    ],
)
def test_a_mistake_in_a_catalogue_is_told(
    written: Callable[[str], Path], right: str, wrong: str
) -> None:
    assert right in GOOD
    with pytest.raises(ModelError, match=r"catalogue\.toml"):
        load_catalogue(written(GOOD.replace(right, wrong)))


def test_a_catalogue_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        load_catalogue(tmp_path / "none.toml")


def test_the_studio_s_own_catalogue_is_read_once() -> None:
    assert load_catalogue() is CATALOGUE
    assert OWN.is_file()
