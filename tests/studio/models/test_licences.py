from __future__ import annotations

from dataclasses import replace

import pytest

from studio.models.catalogue import load_catalogue
from studio.models.errors import ModelRefused
from studio.models.licences import Refused, require_licence
from studio.models.types import Licence

ENTRY = load_catalogue().find("sd15-base")
CLOSED = Licence("Some-Non-Commercial", "https://example.org/terms", commercial=False, note="No.")


def test_an_entry_that_allows_commercial_use_may_be_used() -> None:
    leave = require_licence(ENTRY, ())
    assert (leave.what, leave.licence, leave.accepted) == (ENTRY.name, ENTRY.licence.name, False)


def test_an_entry_that_does_not_is_refused_with_its_terms_and_the_way_out() -> None:
    with pytest.raises(ModelRefused) as refused:
        require_licence(replace(ENTRY, licence=CLOSED), {"MIT"})
    for word in ("Some-Non-Commercial", "https://example.org/terms", "accepted_licences"):
        assert word in str(refused.value)


def test_an_entry_whose_licence_the_operator_accepted_may_be_used() -> None:
    leave = require_licence(replace(ENTRY, licence=CLOSED), {" some-non-commercial "})
    assert leave.accepted


@pytest.mark.parametrize(
    "name",
    [
        "buffalo_l",
        "buffalo_l.zip",
        "antelopev2",
        "ante\u200blopev2",
        "pu\u00adlid",
        "AntelopeV2",
        "inswapper_128.onnx",
        "insightface",
        "h94/IP-Adapter-FaceID",
        "ip-adapter-faceid-plusv2_sdxl_lora.safetensors",
        "ip-adapter-faceid-portrait_sd15",
        "InstantX/InstantID",
        "instantid_controlnet.safetensors",
        "guozinan/PuLID",
        "pulid_flux_v0.9.0.safetensors",
        "PhotoMaker-V2",
        "black-forest-labs/FLUX.1-dev",
        "flux1-dev-fp8.safetensors",
        "flux1DevScaled_v2",
        "FLUX.1 [dev]",
        "Flux.1 D",
        "flux-1-dev/lora",
        "FLUX.1-Kontext-dev",
        "\uff26\uff2c\uff35\uff38.1-dev",
        "black-forest-labs/FLUX.2-dev",
        "black-forest-labs/FLUX.2-klein-9B",
        "flux-2-klein-base-9b-fp8.safetensors",
        "stabilityai/sdxl-turbo",
        "sd_xl_turbo_1.0_fp16.safetensors",
        "sd-turbo",
        "stabilityai/stable-diffusion-3.5-large",
        "sd3_medium.safetensors",
        "sd3.5_large",
        "Hyper-SDXL-4steps-lora.safetensors",
        "ByteDance/Hyper-SD",
        "codeformer-v0.1.0",
        "stable-cascade",
        "cc-by-nc-4.0",
        "CC BY-NC-SA 4.0",
        "non-commercial use only",
    ],
)
def test_known_weights_are_refused_by_any_of_their_names_with_the_reason(name: str) -> None:
    with pytest.raises(ModelRefused, match="accepted_licences"):
        require_licence(name, ())


@pytest.mark.parametrize(
    "name",
    [
        "",
        "dreamshaper_8.safetensors",
        "instant-ideas",
        "buffalo_lake.safetensors",
        "my-flux-devotion",
        "FLUX.1-schnell",
        "FLUX.2-klein-4B",
        "turbo_style_sdxl",
        "lcm-lora-sdv1-5",
        "ip-adapter-plus-face_sd15.safetensors",
        "photomaker-v1",
        "sdxl_lightning_4step_lora",
        "commercial",
        "x" * 1_000_000,
    ],
)
def test_other_names_are_no_reason_to_refuse(name: str) -> None:
    assert require_licence(name, ()).licence == ""


def test_a_name_whose_licence_the_operator_accepted_may_be_used() -> None:
    leave = require_licence("FLUX.2-klein-9B", {"FLUX-Non-Commercial"})
    assert (leave.licence, leave.accepted) == ("FLUX-Non-Commercial", True)


def test_accepting_one_licence_accepts_no_other() -> None:
    with pytest.raises(ModelRefused):
        require_licence("buffalo_l", {"FLUX-Non-Commercial", "MIT", ""})


def test_a_name_of_two_needs_both_licences() -> None:
    name = "PuLID-FLUX.1-dev"
    with pytest.raises(ModelRefused, match="PuLID"):
        require_licence(name, {"FLUX.1-dev-Non-Commercial"})
    with pytest.raises(ModelRefused, match="made of it"):
        require_licence(name, {"InsightFace-Non-Commercial"})
    both = {"FLUX.1-dev-Non-Commercial", "InsightFace-Non-Commercial"}
    assert require_licence(name, both).accepted


def test_the_list_of_names_is_an_argument() -> None:
    own = Refused("Ours", ("our weights",), "Ours-1", "https://example.org", "they are ours.")
    with pytest.raises(ModelRefused, match="they are ours"):
        require_licence("OurWeights-v2", (), [own])
    assert require_licence("buffalo_l", (), [own]).licence == ""
