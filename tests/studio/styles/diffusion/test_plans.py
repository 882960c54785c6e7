"""Which plan each kind gets on which machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.models.types import Kind
from studio.styles.diffusion.errors import NotAvailable
from studio.styles.diffusion.plans import at_once, plans, working_gb
from studio.styles.diffusion.sizes import EXPECTED
from studio.styles.diffusion.types import Dtype, Offload, Storage
from tests.studio.styles.diffusion.fakes import CARD, PROCESSOR

GIBI = 2**30 / 1e9


def card(gibibytes, ram=64.0):
    """A card as it is sold, with half a gigabyte in use."""
    total = gibibytes * GIBI
    return replace(CARD, total_gb=total, free_gb=total - 0.5, ram_gb=ram, ram_free_gb=ram - 4)


def processor(ram, *, has_bfloat16=True):
    free = ram - 3
    return replace(
        PROCESSOR,
        total_gb=ram,
        free_gb=free,
        ram_gb=ram,
        ram_free_gb=free,
        has_bfloat16=has_bfloat16,
    )


def plans_or_none(kind, hardware):
    try:
        return plans(kind, hardware)
    except NotAvailable:
        return ()


@pytest.mark.parametrize(
    ("kind", "gibibytes", "storage", "offload"),
    [
        (Kind.SD15, 4, Storage.FULL, Offload.MODEL),
        (Kind.SD15, 8, Storage.FULL, Offload.NONE),
        (Kind.SDXL, 8, Storage.EIGHT_BIT, Offload.MODEL),
        (Kind.SDXL, 12, Storage.EIGHT_BIT, Offload.NONE),
        (Kind.SDXL, 24, Storage.FULL, Offload.NONE),
        (Kind.KLEIN, 8, Storage.EIGHT_BIT, Offload.MODEL),
        (Kind.KLEIN, 16, Storage.EIGHT_BIT, Offload.NONE),
        (Kind.KLEIN, 24, Storage.FULL, Offload.NONE),
    ],
)
def test_a_card_gets_the_quickest_plan_that_fits(kind, gibibytes, storage, offload):
    best = plans(kind, card(gibibytes))[0]
    assert (best.device, best.storage, best.offload) == ("cuda:0", storage, offload)
    assert best.size == (512 if kind is Kind.SD15 else 1024)
    assert best.dtype is (Dtype.BFLOAT16 if kind is Kind.KLEIN else Dtype.FLOAT16)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("hardware", [card(8), card(24), processor(64), processor(32)])
def test_each_further_plan_of_a_device_takes_less_and_all_fit(kind, hardware):
    found = plans(kind, hardware)
    assert len(found) >= 2
    for device in {plan.device for plan in found}:
        needs = [plan.needs_gb for plan in found if plan.device == device]
        assert needs == sorted(set(needs), reverse=True)
    free = {hardware.device: hardware.free_gb, "cpu": hardware.ram_free_gb}
    assert all(plan.needs_gb <= free[plan.device] for plan in found)


def test_the_processor_comes_after_every_plan_of_the_card():
    devices = [plan.device for plan in plans(Kind.SD15, card(4))]
    assert devices == sorted(devices, reverse=True)
    assert set(devices) == {"cuda:0", "cpu"}


def test_a_card_that_is_too_small_leaves_the_processor():
    assert {plan.device for plan in plans(Kind.SDXL, card(2))} == {"cpu"}


def test_offload_needs_room_beside_the_card():
    assert all(
        plan.offload is Offload.NONE or plan.device == "cpu"
        for plan in plans(Kind.KLEIN, card(24, ram=8.0))
    )
    with pytest.raises(NotAvailable):
        plans(Kind.KLEIN, card(8, ram=8.0))


def test_a_processor_computes_in_what_it_multiplies_itself():
    assert plans(Kind.SD15, processor(32))[0].dtype is Dtype.BFLOAT16
    slow = plans(Kind.SD15, processor(32, has_bfloat16=False))
    assert slow[0].dtype is Dtype.FLOAT32
    small = plans(Kind.SDXL, processor(20, has_bfloat16=False))
    assert small[0].dtype is not slow[0].dtype or small[0].storage is Storage.EIGHT_BIT


def test_a_processor_draws_small_and_decodes_with_the_tiny_autoencoder():
    sizes = {kind: plans(kind, processor(64))[0].size for kind in Kind}
    assert sizes == {Kind.SD15: 512, Kind.SDXL: 768, Kind.KLEIN: 512}
    assert all(plans(kind, processor(64))[0].tiny_vae for kind in Kind)


def test_a_processor_needs_room_for_full_weights_before_they_are_made_small():
    for ram in range(8, 40, 2):
        for plan in plans_or_none(Kind.SD15, processor(ram, has_bfloat16=False)):
            bytes_a_number = 4 if plan.dtype is Dtype.FLOAT32 else 2
            assert EXPECTED[Kind.SD15].total / 2 * bytes_a_number < ram - 3


def test_without_a_tiny_autoencoder_no_plan_has_one():
    sizes = replace(EXPECTED[Kind.SD15], has_tiny_vae=False)
    found = plans(Kind.SD15, processor(64), sizes)
    assert not any(plan.tiny_vae for plan in found)


def test_weights_that_were_quantised_before_are_neither_cast_nor_taken_apart():
    sizes = replace(EXPECTED[Kind.KLEIN], denoiser=2.6, text=2.7, is_quantised=True)
    found = plans(Kind.KLEIN, card(8), sizes)
    assert {plan.storage for plan in found} == {Storage.SDNQ}
    assert Offload.GROUP not in {plan.offload for plan in found}
    assert plans(Kind.KLEIN, card(12), sizes)[0].offload is Offload.NONE


def test_apples_graphics_keep_everything_in_their_one_memory():
    apple = replace(CARD, device="mps", total_gb=48.0, free_gb=40.0, ram_free_gb=40.0)
    for kind in Kind:
        found = [plan for plan in plans(kind, apple) if plan.device == "mps"]
        assert {plan.offload for plan in found} == {Offload.NONE}
        assert {plan.storage for plan in found} == {Storage.FULL}


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("hardware", [processor(4), card(1, ram=5.0)])
def test_too_little_memory_is_refused_with_how_much_is_needed(kind, hardware):
    with pytest.raises(NotAvailable, match=r"needs .* GB .* are free") as caught:
        plans(kind, hardware)
    assert caught.value.code == "no_memory"
    assert ("graphics card" in caught.value.what) is not hardware.is_processor


def test_a_batch_is_as_large_as_memory_allows_and_never_empty():
    plan = plans(Kind.SD15, card(8))[0]
    assert at_once(plan, card(8), 1) == 1
    assert at_once(plan, card(24), 3) == 3
    roomy = 1 + int((card(8).free_gb * 0.95 - plan.needs_gb) / working_gb(plan))
    assert at_once(plan, card(8), 50) == roomy
    assert at_once(plan, replace(card(8), free_gb=0.0), 4) == 1


def test_a_processor_draws_one_picture_after_another():
    assert at_once(plans(Kind.SD15, processor(64))[0], processor(64), 6) == 1


def test_full_numbers_take_twice_the_memory_while_drawing():
    plan = plans(Kind.SD15, processor(32))[0]
    assert working_gb(replace(plan, dtype=Dtype.FLOAT32)) == 2 * working_gb(plan)
    assert working_gb(replace(plan, size=256)) == working_gb(plan) / 4
