"""How each kind can run on the hardware at hand: the plans that fit, best first.

A plan's memory is reckoned from the weights (sizes.py) and from what a picture takes while it is
drawn. A plan that takes more than is reckoned runs out of memory once, and the engine goes on with
the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from studio.models.types import Kind
from studio.styles.diffusion.errors import NotAvailable
from studio.styles.diffusion.hardware import Hardware
from studio.styles.diffusion.sizes import EXPECTED, Sizes
from studio.styles.diffusion.states import TITLES
from studio.styles.diffusion.types import Dtype, Offload, Plan, Storage

NATIVE = {Kind.SD15: 512, Kind.SDXL: 1024, Kind.KLEIN: 1024}  # pixels that it was trained on
SMALLER = {Kind.SD15: 384, Kind.SDXL: 768, Kind.KLEIN: 768}  # where native does not fit
ON_PROCESSOR = {Kind.SD15: 512, Kind.SDXL: 768, Kind.KLEIN: 512}  # where time is what is short
SMALLER_ON_PROCESSOR = {Kind.SD15: 384, Kind.SDXL: 512, Kind.KLEIN: 384}
# GB in 16 bit, at the native size, for one picture: the tensors that live at once, counted over
# every layer with torch's fake tensors. One step (with the ControlNet; klein's with four pictures);
# decoding with the whole autoencoder (SDXL's in 32 bit), in a quarter at a time, with the tiny one
# (klein's whole one still reads the selfies).
STEP_GB = {Kind.SD15: 0.14, Kind.SDXL: 0.40, Kind.KLEIN: 1.56}
DECODE_GB = {Kind.SD15: 0.40, Kind.SDXL: 3.22, Kind.KLEIN: 1.61}
TILED_GB = {Kind.SD15: 0.10, Kind.SDXL: 0.81, Kind.KLEIN: 0.40}
TINY_GB = {Kind.SD15: 0.10, Kind.SDXL: 0.40, Kind.KLEIN: 1.35}
SLACK = 1.3  # what the allocator and the kernels take beside the tensors; an estimate
GROUP_SHARE = 0.1  # of the biggest module, that lies on the device with group offload
RUNTIME_GB = 0.8  # torch, its kernels and buffers, on the device
HOST_GB = 2.0  # of the machine's own memory, for the studio beside the weights
HEADROOM = 0.95  # of what is free; the rest is other programs'


@dataclass(frozen=True, slots=True)
class _Way:
    """What distinguishes the plans of one ladder."""

    storage: Storage
    offload: Offload
    slicing: bool = False
    tiny_vae: bool = False
    smaller: bool = False


FULL, EIGHT, SDNQ = Storage.FULL, Storage.EIGHT_BIT, Storage.SDNQ
NONE, MODEL, GROUP = Offload.NONE, Offload.MODEL, Offload.GROUP
# From the quickest to the most frugal: weights that stay on the card before those that travel, and
# full numbers before small ones where that costs no travel.
CARD = (
    _Way(FULL, NONE),
    _Way(FULL, NONE, slicing=True),
    _Way(EIGHT, NONE, slicing=True),
    _Way(FULL, MODEL, slicing=True),
    _Way(EIGHT, MODEL, slicing=True),
    _Way(EIGHT, MODEL, slicing=True, tiny_vae=True),
    _Way(EIGHT, MODEL, slicing=True, tiny_vae=True, smaller=True),
    _Way(FULL, GROUP, slicing=True, tiny_vae=True),
)
# Memory is one there: nothing is gained by moving weights about in it, and float8 is not known.
APPLE = (
    _Way(FULL, NONE),
    _Way(FULL, NONE, slicing=True, tiny_vae=True),
    _Way(FULL, NONE, slicing=True, tiny_vae=True, smaller=True),
)
# The whole autoencoder takes a processor longer than two steps.
PROCESSOR = (
    _Way(FULL, NONE, tiny_vae=True),
    _Way(FULL, NONE, slicing=True, tiny_vae=True),
    _Way(EIGHT, NONE, slicing=True, tiny_vae=True),
    _Way(EIGHT, NONE, slicing=True, tiny_vae=True, smaller=True),
)


def plans(kind: Kind, hardware: Hardware, sizes: Sizes | None = None) -> tuple[Plan, ...]:
    """Return the plans that fit into the memory that is free now, best first; at least one.

    On one device each takes less memory than the one before it.

    Args:
        kind: what is to run.
        hardware: with `free_gb` counting what could be made free.
        sizes: of the weights; None: as expected before they are here.

    Raises:
        NotAvailable: none fits; it says how much is needed, and how much there is.
    """
    sizes = sizes or EXPECTED[kind]
    every = tuple(_all(kind, hardware, sizes))
    found: list[Plan] = []
    for plan in every:
        before = [one.needs_gb for one in found if one.device == plan.device]
        if _fits(plan, hardware, sizes) and plan.needs_gb < min(before, default=float("inf")):
            found.append(plan)
    if not found:
        raise _too_little(kind, hardware, sizes, every)
    return tuple(found)


def working_gb(plan: Plan) -> float:
    """Return what one picture takes on the device beside the weights, GB."""
    kind = plan.kind
    share = (plan.size / NATIVE[kind]) ** 2 * (2 if plan.dtype is Dtype.FLOAT32 else 1)
    decode = TINY_GB if plan.tiny_vae else TILED_GB if plan.slicing else DECODE_GB
    return max(STEP_GB[kind], decode[kind]) * share * SLACK


def at_once(plan: Plan, hardware: Hardware, wanted: int) -> int:
    """Return how many pictures of a batch are drawn at once: what fits, at least one.

    A processor takes as long for two at once as for one after the other, and is heard less often.
    """
    if plan.device == "cpu":
        return 1
    spare = hardware.free_gb * HEADROOM - plan.needs_gb
    return max(1, min(wanted, 1 + int(spare / working_gb(plan))))


def _all(kind: Kind, hardware: Hardware, sizes: Sizes) -> Iterator[Plan]:
    """Yield every plan that the device knows, and those of the processor after a card's."""
    if not hardware.is_processor:
        ladder = APPLE if hardware.device == "mps" else CARD
        dtype = Dtype.BFLOAT16 if kind is Kind.KLEIN else Dtype.FLOAT16
        for way in ladder:
            yield from _plan(kind, hardware.device, dtype, way, sizes)
    natively = hardware.has_bfloat16 and hardware.is_processor
    for dtype in (Dtype.BFLOAT16,) if natively else (Dtype.FLOAT32, Dtype.BFLOAT16):
        for way in PROCESSOR:
            yield from _plan(kind, "cpu", dtype, way, sizes)


def _plan(kind: Kind, device: str, dtype: Dtype, way: _Way, sizes: Sizes) -> Iterator[Plan]:
    if sizes.is_quantised and (way.storage is EIGHT or way.offload is GROUP):
        return  # already small; its modules know no casting, and are not taken apart
    storage = SDNQ if sizes.is_quantised else way.storage
    if device == "cpu":
        size = (SMALLER_ON_PROCESSOR if way.smaller else ON_PROCESSOR)[kind]
    else:
        size = (SMALLER if way.smaller else NATIVE)[kind]
    plan = Plan(
        kind=kind,
        device=device,
        dtype=dtype,
        storage=storage,
        offload=way.offload,
        size=size,
        needs_gb=0.0,
        tiny_vae=way.tiny_vae and sizes.has_tiny_vae,
        slicing=way.slicing,
        attention="sliced" if way.slicing and device == "mps" else "sdpa",
    )
    needs = _on_device(plan, sizes) + working_gb(plan) + RUNTIME_GB
    yield replace(plan, needs_gb=round(needs, 1))


def _stored(plan: Plan, share_gb: float, *, big: bool) -> float:
    """Return what weights of so many GB in 16 bit take as the plan stores them."""
    if big and plan.storage is EIGHT:
        return share_gb / 2
    return share_gb * (2 if plan.dtype is Dtype.FLOAT32 else 1)


def _modules(plan: Plan, sizes: Sizes) -> tuple[float, float, float, float]:
    """Return GB of what denoises, of the text encoders, of the image encoder, the autoencoder."""
    return (
        _stored(plan, sizes.denoiser + sizes.control, big=True),
        _stored(plan, sizes.text, big=plan.kind is Kind.KLEIN),
        _stored(plan, sizes.eyes, big=False),
        _stored(plan, sizes.autoencoder, big=False),
    )


def _on_device(plan: Plan, sizes: Sizes) -> float:
    """Return what the weights take on the device, GB."""
    modules = _modules(plan, sizes)
    if plan.offload is NONE:
        return sum(modules)
    return max(modules) * (GROUP_SHARE if plan.offload is GROUP else 1.0)


def _while_loading(plan: Plan, sizes: Sizes) -> float:
    """Return what loading takes of the machine's memory, GB: full weights before they are cast.

    Both Stable Diffusions cast one module before the next is read. klein's files hold bfloat16:
    what is computed with is mapped from them, and needs no copy.
    """
    if plan.storage is not EIGHT or (plan.kind is Kind.KLEIN and plan.dtype is Dtype.BFLOAT16):
        return 0.0
    small, full = _modules(plan, sizes), _modules(replace(plan, storage=FULL), sizes)
    loaded = full if plan.kind is Kind.KLEIN else (full[0], *small[1:])
    return sum(loaded) + RUNTIME_GB


def _beside(plan: Plan, sizes: Sizes) -> float:
    """Return what a plan takes of the machine's own memory, GB."""
    if plan.device == "cpu":
        return max(plan.needs_gb, _while_loading(plan, sizes)) + HOST_GB
    return (0.0 if plan.offload is NONE else sum(_modules(plan, sizes))) + HOST_GB


def _fits(plan: Plan, hardware: Hardware, sizes: Sizes) -> bool:
    fits_on_device = plan.device == "cpu" or plan.needs_gb <= hardware.free_gb * HEADROOM
    return fits_on_device and _beside(plan, sizes) <= hardware.ram_free_gb * HEADROOM


def _too_little(
    kind: Kind, hardware: Hardware, sizes: Sizes, every: tuple[Plan, ...]
) -> NotAvailable:
    on_processor = min(_beside(plan, sizes) for plan in every if plan.device == "cpu")
    wanted = f"{on_processor / HEADROOM:.1f} GB of the machine's memory"
    has = f"{hardware.ram_free_gb:.1f} GB of it are free"
    on_card = [plan for plan in every if plan.device != "cpu"]
    if on_card:
        least = min(on_card, key=lambda plan: plan.needs_gb)
        beside = _beside(least, sizes) / HEADROOM
        card = f"{least.needs_gb / HEADROOM:.1f} GB on the graphics card and {beside:.1f} GB beside"
        wanted = f"{card}, or {wanted}"
        has = f"{hardware.free_gb:.1f} GB are free on the {hardware.name}, and {has}"
    return NotAvailable(
        "no_memory",
        f"{TITLES[kind]} needs {wanted} free; {has}.",
        why="A picture that runs out of memory may take the whole studio down with it.",
        next_step="Close other programs and try again, or pick a smaller engine or another style.",
    )
