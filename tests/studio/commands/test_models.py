from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

import app
from studio.commands import models
from studio.commands.models import DONE, FAILED, STOPPED, run_models
from studio.models import patience
from studio.models import pull as pulling
from studio.models.types import ModelFile, Role, Sample
from studio.settings import Settings
from tests.studio.models.shelves import (
    CLOSED,
    CONFIG,
    FILES,
    WEIGHTS,
    a_catalogue,
    an_entry,
    lay,
    pinned,
)
from tests.tiny.hub import COMMIT, tiny_hub

BASE = an_entry(files=pinned())
FAST = an_entry("fast", files=[ModelFile("lora.safetensors")], role=Role.FAST)
TINY = an_entry("tiny", files=[ModelFile("config.json")], role=Role.TINY_VAE)
OTHER = an_entry("other", files=[ModelFile("config.json")])
SHUT = an_entry("shut", licence=CLOSED)


@pytest.fixture
def hub():
    held = {
        "owner/base": dict(FILES),
        "owner/fast": {"lora.safetensors": WEIGHTS},
        "owner/tiny": {"config.json": CONFIG},
        "owner/other": {"config.json": CONFIG},
    }
    with tiny_hub(files=held) as hub:
        yield hub


@pytest.fixture
def told(tmp_path, hub):
    """Run `models ...`; returns its status."""

    def run(*words, **chosen) -> int:
        options = app._parser().parse_args(["models", *words])
        settings = Settings(tmp_path, tmp_path, models_mirror=hub.address, **chosen)
        catalogue = a_catalogue(BASE, FAST, OTHER, SHUT, helps=[TINY])
        return run_models(settings, options, catalogue=catalogue)

    return run


@pytest.fixture
def as_json(told, capsys):
    """Run `models ... --json`; returns what it printed."""

    def run(*words, **chosen):
        capsys.readouterr()
        told(*words, "--json", **chosen)
        return json.loads(capsys.readouterr().out)

    return run


def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def test_what_there_is_and_what_is_missing_is_listed(told, as_json, tmp_path, capsys):
    lay(folder(tmp_path), BASE)
    assert told() == told("list") == DONE
    out = capsys.readouterr().out
    assert "here    *base" in out
    assert "missing *fast" in out
    assert "Closed-NC, not for commercial use" in out
    assert "sd15: misses fast; python app.py models pull sd15" in out
    found = as_json("list")
    assert found["missing"] == {"sd15": ["fast"]}
    assert found["folder"] == str(folder(tmp_path))
    by_name = {row["name"]: row for row in found["entries"]}
    assert by_name["base"]["bytes"] == len(WEIGHTS) + len(CONFIG)
    assert by_name["fast"]["bytes"] is None
    assert (by_name["base"]["in_use"], by_name["other"]["in_use"]) == (True, False)
    assert not by_name["shut"]["commercial"]


def test_json_may_be_asked_for_before_the_action_too(told, capsys):
    assert told("--json", "list") == DONE
    assert json.loads(capsys.readouterr().out)["own"] == []


def test_a_kind_is_pulled_with_all_that_it_draws_with(as_json, hub, tmp_path):
    found = as_json("pull", "sd15")["pulled"]
    assert [row["name"] for row in found] == ["base", "fast", "tiny"]
    assert {row["revision"] for row in found} == {COMMIT}
    assert as_json("list")["missing"] == {"sd15": []}
    assert as_json("pull", "sd15", "base")["pulled"][0]["files"] == 0
    assert as_json("verify")["is_whole"]


def test_a_pull_says_what_comes_and_what_it_is_for(told, capsys):
    assert told("pull", "base", "other") == DONE
    out, err = capsys.readouterr()
    assert "base: 2 files, 1.0 MB. Under Apache-2.0, https://example.org/apache" in out
    assert "python app.py models use other" in out
    assert "models use base" not in out
    assert "owner/base/unet/model.safetensors (1.0 MB)" in err
    assert "\r" not in err


def test_weights_that_draw_come_with_the_command_of_their_sample(tmp_path, hub, capsys):
    drawn = replace(BASE, sample=Sample("clay", "birch", 1))
    options = app._parser().parse_args(["models", "pull", "sd15"])
    settings = Settings(tmp_path, tmp_path, models_mirror=hub.address)
    assert run_models(settings, options, catalogue=a_catalogue(drawn, FAST)) == DONE
    command = "python app.py demo --style clay --subject birch --seed 1 --set engine=sd15"
    assert command in capsys.readouterr().out


def test_the_list_as_json_says_all_that_the_catalogue_says(as_json):
    row = next(row for row in as_json("list")["entries"] if row["name"] == "base")
    assert row["revision"] == BASE.revision
    assert [file["path"] for file in row["files"]] == [file.path for file in BASE.files]
    assert (row["steps"], row["defaults"], row["sample"]) == (None, {}, None)


def test_what_only_helps_a_kind_stops_nothing_when_it_cannot_be_had(told, hub, capsys):
    del hub.files["owner/tiny"]
    assert told("pull", "sd15") == DONE
    out, err = capsys.readouterr()
    assert "sd15: all that it needs is here" in out
    assert "It is drawn without tiny." in err
    assert told("pull", "sd15", "tiny") == FAILED  # asked for by its name, it is needed


def test_names_that_are_unknown_closed_or_non_commercial_are_refused(told, hub, capsys):
    assert told("pull", "bsae") == FAILED
    assert "Did you mean base" in capsys.readouterr().err
    assert told("pull", "base", "shut") == FAILED
    assert "Closed-NC" in capsys.readouterr().err
    assert hub.asked == []


def test_an_accepted_licence_is_pulled(told, hub):
    hub.files["owner/shut"] = dict(FILES)
    assert told("pull", "shut", accepted_licences=("Closed-NC",)) == DONE


def test_offline_nothing_is_asked_for(told, hub, capsys):
    assert told("pull", "sd15", models_offline=True) == FAILED
    assert "models_offline is set" in capsys.readouterr().err
    assert hub.asked == []


def test_nothing_but_pull_asks_the_hub(told, hub, tmp_path):
    lay(folder(tmp_path), BASE)
    for words in (["list"], ["verify"], ["where"], ["use", "other"], ["remove", "base"]):
        assert told(*words) == DONE
    assert hub.asked == []


def test_the_library_stays_offline_while_weights_are_pulled(told, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert told("pull", "base") == DONE


@pytest.mark.parametrize("mirror", ["ftp://example.org", "example.org", "https://", "http://[::"])
def test_a_mirror_that_is_no_address_is_told(told, tmp_path, capsys, mirror):
    options = app._parser().parse_args(["models", "pull", "base"])
    settings = Settings(tmp_path, tmp_path, models_mirror=mirror)
    assert run_models(settings, options, catalogue=a_catalogue(BASE)) == FAILED
    assert "models_mirror" in capsys.readouterr().err


def test_a_hub_that_is_not_there_is_told(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(patience, "TRIES", 1)
    options = app._parser().parse_args(["models", "pull", "base"])
    settings = Settings(tmp_path, tmp_path, models_mirror="http://127.0.0.1:9")
    assert run_models(settings, options, catalogue=a_catalogue(BASE)) == FAILED
    assert "cannot be reached" in capsys.readouterr().err


def test_the_password_of_a_mirror_is_not_printed(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(patience, "TRIES", 1)
    options = app._parser().parse_args(["models", "pull", "base"])
    settings = Settings(tmp_path, tmp_path, models_mirror="http://me:secret@127.0.0.1:9")
    assert run_models(settings, options, catalogue=a_catalogue(BASE)) == FAILED
    assert "secret" not in "".join(capsys.readouterr())


@pytest.mark.parametrize(
    "mirror", ["htps://me:secret@host", "me:secret@host", "https://me:secret/@", "http://[:secret@"]
)
def test_the_password_of_a_mistyped_mirror_is_not_printed(tmp_path, capsys, mirror):
    options = app._parser().parse_args(["models", "pull", "base"])
    settings = Settings(tmp_path, tmp_path, models_mirror=mirror)
    assert run_models(settings, options, catalogue=a_catalogue(BASE)) == FAILED
    printed = "".join(capsys.readouterr())
    assert "models_mirror" in printed
    assert "secret" not in printed


def test_a_pull_that_is_stopped_says_how_to_go_on(told, hub, monkeypatch, capsys):
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pulling, "_fetch", stopped)
    assert told("pull", "base") == STOPPED
    assert "the same command goes on" in capsys.readouterr().err


def test_verify_names_what_is_damaged_and_fails(told, as_json, tmp_path, capsys):
    assert told("verify") == DONE
    assert "Nothing is here yet." in capsys.readouterr().out
    lay(folder(tmp_path), BASE, {**FILES, "unet/model.safetensors": WEIGHTS[::-1]})
    assert told("verify") == FAILED
    assert "unet/model.safetensors" in capsys.readouterr().out
    assert told("verify", "fast") == FAILED
    found = as_json("verify", "base")
    assert (found["is_whole"], found["entries"][0]["name"]) == (False, "base")


def test_where_prints_the_folders(told, as_json, tmp_path, capsys):
    assert told("where") == DONE
    assert capsys.readouterr().out == f"{folder(tmp_path)}\n"
    assert told("where", "base") == DONE
    assert capsys.readouterr().out == f"{folder(tmp_path) / 'owner--base'}\n"
    assert set(as_json("where", "sd15")) == {"base", "fast", "tiny"}


def test_remove_frees_the_disk_and_keeps_the_pins(told, as_json, hub, tmp_path, capsys):
    told("pull", "sd15")
    assert as_json("remove", "fast") == {"freed": {"fast": len(WEIGHTS)}}
    hub.files["owner/fast"]["lora.safetensors"] = WEIGHTS[::-1]
    assert told("pull", "fast") == FAILED
    assert "models remove fast --forget" in capsys.readouterr().err
    assert told("remove", "fast", "--forget") == DONE
    assert told("pull", "fast") == DONE
    assert told("remove", "sd15") == DONE
    assert not (folder(tmp_path) / "owner--base").exists()


def test_another_entry_is_put_to_use_and_back(told, as_json):
    assert told("use", "other") == DONE
    assert as_json("list")["missing"] == {"sd15": ["other", "fast"]}
    assert told("use", "other", "--not") == DONE
    assert as_json("list")["missing"] == {"sd15": ["base", "fast"]}


def a_lora(path: Path) -> Path:
    name = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
    shapes = {"lora_down.weight": (4, 768), "lora_up.weight": (320, 4), "alpha": ()}
    tensors = {f"{name}.{part}": np.ones(shape, np.float16) for part, shape in shapes.items()}
    save_file(tensors, path)
    return path


def test_a_lora_of_one_s_own_is_added_used_and_forgotten(told, as_json, tmp_path, capsys):
    file = a_lora(tmp_path / "My Look.safetensors")
    assert told("add", str(file)) == DONE
    assert "my-look: a LoRA for sd15" in capsys.readouterr().out
    assert told("use", "my-look") == DONE
    (row,) = as_json("list")["own"]
    assert (row["name"], row["in_use"], row["is_here"]) == ("my-look", True, True)
    assert told() == DONE
    assert "your own LoRA for sd15" in capsys.readouterr().out
    assert told("where", "my-look") == DONE
    assert capsys.readouterr().out == f"{file}\n"
    assert told("verify", "my-look") == told("verify") == DONE
    assert told("remove", "my-look") == DONE
    assert "its file stays" in capsys.readouterr().out
    assert file.is_file()


def test_what_is_not_taken_of_one_s_own_says_why(told, tmp_path, capsys):
    pickled = tmp_path / "model.ckpt"
    pickled.write_bytes(b"\x80\x04")
    assert told("add", str(pickled)) == FAILED
    assert "model.ckpt" in capsys.readouterr().err


def test_nothing_of_a_hub_s_words_reaches_the_terminal_as_a_command(told, hub, capsys):
    hub.statuses = [302]
    assert told("pull", "base") == FAILED
    assert "\x1b" not in "".join(capsys.readouterr())


PULL = """
import sys
from pathlib import Path
import app
from studio.commands.models import run_models
from studio.settings import Settings
from tests.studio.models.shelves import a_catalogue, an_entry
data, mirror = Path(sys.argv[1]), sys.argv[2]
options = app._parser().parse_args(["models", "pull", "base", "--json"])
settings = Settings(data, data, models_mirror=mirror)
sys.exit(run_models(settings, options, catalogue=a_catalogue(an_entry())))
"""


def start(tmp_path, hub):
    return subprocess.Popen(
        [sys.executable, "-c", PULL, str(tmp_path), hub.address],
        cwd=Path(app.__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_pull_that_is_killed_is_gone_on_with_by_the_next(tmp_path, hub):
    reached, gone = threading.Event(), threading.Event()

    def holding():
        reached.set()
        gone.wait(30)

    hub.midway = (300_000, holding)
    first = start(tmp_path, hub)
    assert reached.wait(60)
    part = folder(tmp_path) / "owner--base/unet/model.safetensors.part"
    while not part.exists() or part.stat().st_size < 300_000:
        assert first.poll() is None
    first.kill()
    first.communicate(timeout=30)
    gone.set()
    hub.midway = None
    second = start(tmp_path, hub)
    out, err = second.communicate(timeout=120)
    assert (second.returncode, err) == (DONE, "")
    assert json.loads(out)["pulled"][0]["revision"] == COMMIT
    assert "bytes=300000-" in [each.headers.get("Range") for each in hub.asked]
    assert part.with_suffix("").read_bytes() == WEIGHTS


def test_the_command_line_refuses_in_a_sentence(tmp_path):
    done = subprocess.run(
        [sys.executable, "app.py", "models", "pull", "FLUX.1-dev"],
        cwd=Path(app.__file__).parent,
        env={**os.environ, "SELFSAME_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == FAILED
    assert "non-commercial" in done.stderr
    assert "Traceback" not in done.stderr


def test_every_action_is_one_of_the_parser_s():
    with pytest.raises(SystemExit):
        app._parser().parse_args(["models", "sell"])
    assert app._parser().parse_args(["models"]).action is None
    assert callable(models.run_models)
