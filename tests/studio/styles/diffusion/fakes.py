"""A device, a shelf and kinds that draw nothing: what the engine does is seen by them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from studio.models.types import Entry, Licence, ModelFile, ModelFiles, Role, Tier
from studio.styles.diffusion.hardware import Hardware
from studio.styles.diffusion.types import Loaded, Offload, Order

PROCESSOR = Hardware("cpu", "Test, 8 cores", 64.0, 60.0, 64.0, 60.0, has_bfloat16=True)
CARD = Hardware("cuda:0", "Test Card", 24.0, 23.0, 64.0, 60.0, has_bfloat16=True)


class Gauge:
    """A device whose memory shrinks by what is loaded."""

    def __init__(self, hardware):
        self.empty = hardware
        self.held = 0.0

    def __call__(self):
        left = self.empty.free_gb - self.held
        if self.empty.is_processor:
            return replace(self.empty, free_gb=left, ram_free_gb=left)
        return replace(self.empty, free_gb=left)


class FakeShelf:
    """Has the kinds that it is made with."""

    def __init__(self, *here):
        self.here = here
        self.helps = (Role.TINY_VAE,)
        self.asked = []
        self.fingerprint = "same"
        self.error = None
        self.size = 2_000_000_000
        self.collection = SimpleNamespace(chosen=lambda _kind: (None, ()))

    def missing(self, kind):
        return () if kind in self.here else (self.entry_for(kind, Role.BASE),)

    def has(self, _kind, role):
        return role in self.helps

    def entry_for(self, kind, role):
        return Entry(
            name=f"{kind.value}-{role.value}",
            title=f"{kind.name} {role.value}",
            repo="somebody/something",
            revision=None,
            files=(ModelFile("unet/model.safetensors", self.size),),
            licence=Licence("MIT", "https://opensource.org/license/mit", commercial=True),
            kinds=(kind,),
            role=role,
            tier=Tier(8, 4),
        )

    def to_pull(self, entry):
        return entry.files

    def wanted(self, _kind, entry):
        return entry.files

    def folder(self, _entry):
        return Path("nowhere")

    def files(self, kind, roles):
        self.asked.append(tuple(roles))
        if self.error is not None:
            raise self.error
        return ModelFiles(
            kind=kind,
            folders=dict.fromkeys(roles, Path("nowhere")),
            weights={},
            fingerprint=self.fingerprint,
        )


class FakePipeline:
    def __init__(self, gauge, held):
        self.gauge, self.held = gauge, held
        self.put_back = 0
        self.is_gone = False
        gauge.held += held

    def maybe_free_model_hooks(self):
        self.put_back += 1

    def remove_all_hooks(self):
        self.is_gone = True
        self.gauge.held -= self.held


class FakeKind:
    """A kind's module that counts; `fails[where]` lists what is raised there, once each."""

    NEEDS = (Role.BASE,)
    HELPS = (Role.TINY_VAE,)

    def __init__(self, kind):
        self.KIND = kind
        self.gauge = Gauge(PROCESSOR)
        self.fails = {"load": [], "step": [], "look": []}
        self.loads, self.orders, self.pipelines = [], [], []
        self.running = self.most_running = self.looks = 0
        self.on_each_step = self.on_each_look = lambda: None

    def load(self, files, plan):
        self.loads.append(plan)
        self._fail("load")
        held = plan.needs_gb if plan.offload is Offload.NONE else 0.0
        self.pipelines.append(FakePipeline(self.gauge, held))
        return Loaded(files.kind, plan, self.pipelines[-1])

    def imagine(self, _loaded, order, on_step):
        self.orders.append(order)
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            for done in range(1, order.num_inference_steps + 1):
                self.on_each_step()
                self._fail("step")
                on_step(done, order.num_inference_steps, None)
        finally:
            self.running -= 1
        return [np.full((order.size, order.size, 3), seed, np.uint8) for seed in order.seeds]

    def glimpse(self, _loaded, _latents):
        self.looks += 1
        self.on_each_look()
        self._fail("look")
        return np.zeros((64, 64, 3), np.uint8)

    def _fail(self, where):
        if self.fails[where]:
            raise self.fails[where].pop(0)


def order_for(*, seeds=(1,), steps=4):
    def order(plan):
        blank = np.zeros((plan.size, plan.size, 3), np.uint8)
        return Order(
            prompt="a clay figure",
            negative_prompt="",
            start=blank,
            lines=blank,
            faces=(blank,),
            strength=0.6,
            guidance_scale=1.0,
            control_scale=0.6,
            adapter_scale=0.6,
            num_inference_steps=steps,
            seeds=seeds,
        )

    return order


def run(drawing):
    """Return every glimpse of a drawing, and what it made."""
    glimpses = []
    while True:
        try:
            glimpses.append(next(drawing))
        except StopIteration as end:
            return glimpses, end.value
