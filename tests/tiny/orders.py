"""Small orders and plans: pictures of nothing, 64 pixels wide."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.models.types import Kind
from studio.styles.diffusion.types import Dtype, Offload, Order, Plan, Storage

SIZE = 64


def blots(seed: int, side: int = SIZE) -> NDArray[np.uint8]:
    """Large blots of colour: an autoencoder keeps something of them."""
    rough = np.random.default_rng(seed).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return np.kron(rough, np.ones((side // 4, side // 4, 1), np.uint8))


def tiny_order(**changes: Any) -> Order:
    order = Order(
        prompt="a figure of clay with glasses",
        negative_prompt="photograph",
        start=blots(1),
        lines=blots(2),
        faces=(blots(3, 48),),
        strength=0.6,
        guidance_scale=1.5,
        control_scale=0.6,
        adapter_scale=0.6,
        num_inference_steps=3,
        seeds=(1,),
    )
    return replace(order, **changes)


def tiny_plan(kind: Kind, **changes: Any) -> Plan:
    plan = Plan(
        kind=kind,
        device="cpu",
        dtype=Dtype.FLOAT32,
        storage=Storage.FULL,
        offload=Offload.NONE,
        size=SIZE,
        needs_gb=0.1,
    )
    return replace(plan, **changes)


def nobody_watches(_done: int, _steps: int, _latents: Any) -> None:
    """Be told of steps and do nothing."""
