from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from filelock import FileLock

from studio.models import collection as collections
from studio.models import folders
from studio.models.collection import Collection, Item
from studio.models.errors import ModelDamaged, ModelError, ModelMissing, ModelRefused
from studio.models.folders import find_weights
from studio.models.types import Kind
from tests.studio.models import headers as made


@pytest.fixture
def collection(tmp_path: Path) -> Collection:
    return Collection(tmp_path / "models")


def test_a_checkpoint_is_pinned_by_its_hash_and_waits_to_be_used(
    collection: Collection, tmp_path: Path
) -> None:
    path = made.weights(tmp_path / "own" / "My Base v2.safetensors", made.SD15)
    (item,) = collection.add(path)
    data = path.read_bytes()
    assert item == Item(
        "my-base-v2", path, Kind.SD15, False, hashlib.sha256(data).hexdigest(), len(data)
    )
    assert collection.chosen(Kind.SD15) == (None, ())


def test_what_was_added_is_there_for_whoever_opens_the_folder_next(
    collection: Collection, tmp_path: Path
) -> None:
    added = collection.add(made.weights(tmp_path / "a.safetensors", made.LORA_KLEIN))
    assert Collection(tmp_path / "models").items == added


def test_one_checkpoint_of_a_kind_is_used_at_a_time_and_any_number_of_loras(
    collection: Collection, tmp_path: Path
) -> None:
    for name, shapes in [
        ("a", made.SD15),
        ("b", made.SD15),
        ("x", made.SDXL),
        ("l", made.LORA_SD15),
        ("m", made.LORA_SD15),
    ]:
        collection.add(made.weights(tmp_path / f"{name}.safetensors", shapes))
    for name in ("a", "x", "l", "m", "b"):
        assert collection.use(name).in_use
    single, loras = collection.chosen(Kind.SD15)
    assert single is not None
    assert (single.name, [item.name for item in loras]) == ("b", ["l", "m"])
    assert collection.chosen(Kind.SDXL)[0] == collection.items[2]
    collection.use("b", on=False)
    collection.use("l", on=False)
    assert collection.chosen(Kind.SD15)[0] is None
    assert [item.name for item in collection.chosen(Kind.SD15)[1]] == ["m"]


def test_two_files_of_one_name_get_two_names(collection: Collection, tmp_path: Path) -> None:
    for folder in ("one", "two", "three"):
        collection.add(made.weights(tmp_path / folder / "a.safetensors", made.LORA_SD15))
    assert [item.name for item in collection.items] == ["a", "a-2", "a-3"]


@pytest.mark.parametrize("name", ["klein", "sd15-base", "SD15 base"])
def test_a_file_never_goes_by_the_name_of_a_kind_or_an_entry(
    collection: Collection, tmp_path: Path, name: str
) -> None:
    (item,) = collection.add(made.weights(tmp_path / f"{name}.safetensors", made.LORA_SD15))
    assert item.name.endswith("-2")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SD15)
    with pytest.raises(ModelError, match="cannot be written"):
        Collection(tmp_path / "models").add(path)


def test_a_list_that_another_command_is_writing_is_told(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collections, "PATIENCE", 0.05)
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SD15)
    (tmp_path / "models").mkdir()
    with (
        FileLock(tmp_path / "models" / "collection.lock"),
        pytest.raises(ModelError, match="Another command"),
    ):
        collection.add(path)


def test_a_file_of_odd_letters_gets_a_name(collection: Collection, tmp_path: Path) -> None:
    (item,) = collection.add(made.weights(tmp_path / "墨水.safetensors", made.LORA_SD15))
    assert item.name == "weights"


def test_adding_a_file_again_pins_it_anew_and_keeps_its_name_and_use(
    collection: Collection, tmp_path: Path
) -> None:
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SD15)
    (before,) = collection.add(path)
    collection.use("a")
    made.weights(path, made.LORA_SD15, dtype="F32")
    (after,) = collection.add(path)
    assert (after.name, after.in_use, len(collection.items)) == ("a", True, 1)
    assert after.sha256 != before.sha256


def test_a_removed_item_is_forgotten_and_its_file_stays(
    collection: Collection, tmp_path: Path
) -> None:
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SD15)
    collection.add(path)
    assert collection.remove("a").path == path
    assert collection.items == ()
    assert path.is_file()


@pytest.mark.parametrize("act", ["use", "remove"])
def test_a_name_that_was_not_added_is_told(
    collection: Collection, tmp_path: Path, act: str
) -> None:
    collection.add(made.weights(tmp_path / "a.safetensors", made.LORA_SD15))
    with pytest.raises(ModelError, match="There is: a"):
        getattr(collection, act)("b" * 10_000)


@pytest.mark.parametrize(
    ("name", "shapes", "why"),
    [
        ("a.safetensors", {"double_blocks.0.img_mod.lin.weight": (9, 3)}, "FLUX.1"),
        ("a.safetensors", made.FLUX2, "denoiser alone"),
        ("a.safetensors", {"conv_in.weight": (8, 4, 3, 3)}, "only a part"),
        ("a.safetensors", {"decoder.conv_in.weight": (8, 4, 3, 3)}, "autoencoder"),
        ("a.safetensors", {"lora_unet_x.lokr_w1": (4, 4)}, "LyCORIS"),
        (
            "a.safetensors",
            {"lora_unet_double_blocks_18_img_attn_qkv.lora_down.weight": (4, 3072)},
            "is for FLUX.1",
        ),
        ("flux1-dev-style.safetensors", made.LORA_KLEIN, "non-commercial"),
        ("InstantID/a.safetensors", made.LORA_SDXL, "research only"),
        ("sdxl-turbo/checkpoints/a.safetensors", made.SDXL, "revenue"),
        ("FLUX.1/dev/a.safetensors", made.LORA_SD15, "non-commercial"),
        ("IP-Adapter-FaceID/a/b/c.safetensors", made.LORA_SD15, "research only"),
        ("inst\u200bantid.safetensors", made.LORA_SD15, "research only"),
        ("a.gguf", made.SD15, r"\.safetensors"),
        ("a.ckpt", made.SD15, "can run a program"),
        ("a.pt", made.SD15, "can run a program"),
        ("a.bin", made.SD15, "can run a program"),
    ],
)
def test_what_the_studio_cannot_or_may_not_draw_with_is_refused_with_the_reason(
    collection: Collection,
    tmp_path: Path,
    name: str,
    shapes: dict[str, tuple[int, ...]],
    why: str,
) -> None:
    with pytest.raises(ModelRefused, match=why):
        collection.add(made.weights(tmp_path / name, shapes))
    assert collection.items == ()


@pytest.mark.parametrize("key", ["modelspec.license", "license", "Licence", "license_name"])
def test_a_file_is_refused_by_what_it_says_of_its_licence(
    collection: Collection, tmp_path: Path, key: str
) -> None:
    said = {key: "CC-BY-NC-SA-4.0"}
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SDXL, said=said)
    with pytest.raises(ModelRefused, match="says so"):
        collection.add(path)
    assert collection.add(path, accepted={"Non-Commercial"})[0].kind is Kind.SDXL


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("modelspec.description", "InstantID in one file"),
        ("modelspec.merged_from", "instantid"),
        ("ss_base_model_name", "flux1-dev"),
        ("ss_sd_model_name", "sd_xl_turbo_1.0.safetensors"),
        ("sd_merge_models", '{"3f2a": {"name": "flux1-dev.safetensors"}}'),
    ],
)
def test_a_file_is_refused_by_what_it_says_it_was_made_of(
    collection: Collection, tmp_path: Path, key: str, words: str
) -> None:
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SDXL, said={key: words})
    with pytest.raises(ModelRefused, match="accepted_licences"):
        collection.add(path)


def test_words_that_tell_of_no_licence_and_no_base_are_not_looked_at(
    collection: Collection, tmp_path: Path
) -> None:
    said = {"ss_tag_frequency": "instantid", "modelspec.thumbnail": "data:image/jpeg;base64,/sd3/"}
    assert collection.add(made.weights(tmp_path / "a.safetensors", made.LORA_SD15, said=said))


def test_a_link_goes_by_the_name_of_what_it_leads_to(
    collection: Collection, tmp_path: Path
) -> None:
    real = made.weights(tmp_path / "far" / "instantid.safetensors", made.LORA_SD15)
    (tmp_path / "nice.safetensors").symlink_to(real)
    with pytest.raises(ModelRefused, match="InstantID"):
        collection.add(tmp_path / "nice.safetensors")


def test_a_link_that_leads_to_itself_is_told(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").symlink_to(tmp_path / "a.safetensors")
    with pytest.raises(ModelError):
        collection.add(tmp_path / "a.safetensors")


@pytest.mark.parametrize("name", ["3Guofeng3_v34", "3_ink"])
def test_the_names_of_other_programs_folders_say_nothing_of_a_file(
    collection: Collection, tmp_path: Path, name: str
) -> None:
    assert collection.add(
        made.weights(tmp_path / "models/Stable-diffusion" / f"{name}.safetensors", made.SD15)
    )


def test_the_home_folder_says_nothing_of_a_file(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made.weights(tmp_path / "buffalo_l" / "a.safetensors", made.LORA_SD15)
    with pytest.raises(ModelRefused, match="InsightFace"):
        collection.add(path)
    monkeypatch.setenv("HOME", str(path.parent))
    assert collection.add(path)


def test_an_operator_who_accepted_the_licence_may_add_it(
    collection: Collection, tmp_path: Path
) -> None:
    path = made.weights(tmp_path / "sd_xl_turbo_1.0.safetensors", made.SDXL)
    assert collection.add(path, accepted={"stability-ai-community"})[0].kind is Kind.SDXL


def test_a_file_that_is_cut_short_is_not_added(collection: Collection, tmp_path: Path) -> None:
    path = made.weights(tmp_path / "a.safetensors", made.LORA_SD15)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ModelDamaged):
        collection.add(path)


def test_a_path_without_a_file_is_missing(collection: Collection, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        collection.add(tmp_path / "none.safetensors")


@pytest.mark.parametrize(
    ("checkpoints", "loras"),
    [("models/Stable-diffusion", "models/Lora"), ("models/checkpoints", "models/loras")],
    ids=["a1111", "comfyui"],
)
def test_a_folder_of_another_program_gives_its_checkpoints_and_loras(
    collection: Collection, tmp_path: Path, checkpoints: str, loras: str
) -> None:
    folder = tmp_path / "program"
    made.weights(folder / checkpoints / "base.safetensors", made.SD15)
    made.weights(folder / loras / "styles" / "ink.safetensors", made.LORA_SDXL)
    made.weights(folder / "models" / "embeddings" / "other.safetensors", {"emb_params": (1, 768)})
    (folder / checkpoints / "old.ckpt").write_bytes(b"\x80\x04.")
    skipped: dict[str, str] = {}
    items = collection.add(folder, skipped=lambda path, why: skipped.update({path.name: why}))
    assert [(item.name, item.kind) for item in items] == [
        ("base", Kind.SD15),
        ("ink", Kind.SDXL),
    ]
    assert list(skipped) == ["old.ckpt"]
    assert "can run a program" in skipped["old.ckpt"]
    assert collection.add(folder / "models") == items


def test_any_other_folder_gives_what_lies_below_it(collection: Collection, tmp_path: Path) -> None:
    made.weights(tmp_path / "mine" / "deep" / "a.safetensors", made.LORA_KLEIN)
    assert [item.name for item in collection.add(tmp_path / "mine")] == ["a"]


@pytest.mark.parametrize("content", ["nothing", "a pickle"])
def test_a_folder_without_anything_to_draw_with_is_told(
    collection: Collection, tmp_path: Path, content: str
) -> None:
    (tmp_path / "mine").mkdir()
    if content == "a pickle":
        (tmp_path / "mine" / "a.ckpt").write_bytes(b"\x80\x04.")
    with pytest.raises(ModelMissing, match="no checkpoint and no LoRA"):
        collection.add(tmp_path / "mine")


def test_a_folder_that_leads_to_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "a.safetensors").touch()
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert find_weights(tmp_path) == (tmp_path / "a.safetensors",)


def test_a_folder_of_more_files_than_anyone_means_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "MOST_FILES", 3)
    for number in range(4):
        (tmp_path / f"{number}.safetensors").touch()
    with pytest.raises(ModelRefused, match="one by one"):
        find_weights(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{", "[1]", '[{"name": "a"}]', '{"a": 1}', "[" * 100_000, '[{"path": 1}]']
)
def test_a_list_that_cannot_be_read_is_damaged_with_a_way_out(
    collection: Collection, tmp_path: Path, text: str
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "collection.json").write_text(text)
    with pytest.raises(ModelDamaged, match="models add"):
        _ = collection.items


def test_a_name_of_a_kind_that_does_not_exist_is_damaged(
    collection: Collection, tmp_path: Path
) -> None:
    collection.add(made.weights(tmp_path / "a.safetensors", made.LORA_SD15))
    path = tmp_path / "models" / "collection.json"
    rows = json.loads(path.read_text())
    rows[0]["kind"] = "sd9"
    path.write_text(json.dumps(rows))
    with pytest.raises(ModelDamaged):
        _ = collection.items
