"""What passes between the parts of the Imagined family: orders, plans, pipelines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from studio.models.types import Kind, ModelFiles, Role

if TYPE_CHECKING:
    import torch

    from studio.styles.diffusion.errors import PictureRefused
    from studio.styles.types import Picture


class Part(StrEnum):
    """What of the picture is imagined; the rest comes from the painted portrait."""

    WHOLE = "whole"
    FACE = "face"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a kind needs to draw; the same order on the same plan gives the same bytes.

    All pictures are square, `size` pixels, (size, size, 3) uint8 sRGB.
    """

    prompt: str
    negative_prompt: str  # not heard by kinds without guidance
    start: NDArray[np.uint8]  # the selfie; the painted portrait where only a part is imagined
    lines: NDArray[np.uint8]  # control image: white lines on black, drawn from the portrait
    faces: tuple[NDArray[np.uint8], ...]  # verified selfies, cropped to the face; the first is it
    strength: float  # 0 keeps the start, 1 forgets it
    guidance_scale: float
    control_scale: float  # how much the lines count
    adapter_scale: float  # how much the face counts
    num_inference_steps: int  # that are run, whatever the strength
    seeds: tuple[int, ...]  # one picture each, drawn as one batch
    mask: NDArray[np.float32] | None = None  # (size, size), 1 = imagine here; None: everywhere

    @property
    def size(self) -> int:
        """The side of all pictures, in pixels."""
        return int(self.start.shape[0])


class Dtype(StrEnum):
    """In which numbers a pipeline computes."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"


class Storage(StrEnum):
    """In which numbers the big modules' weights lie in memory."""

    FULL = "full"  # as they are computed with
    EIGHT_BIT = "8-bit"  # float8 with diffusers' layerwise casting
    SDNQ = "sdnq"  # quantised before, in the repository's own config; needs the package sdnq


class Offload(StrEnum):
    """What of a pipeline lies on the device while it draws."""

    NONE = "none"  # all of it, always
    MODEL = "model"  # the module that works now; the others wait in the machine's own memory
    GROUP = "group"  # a few layers of it at a time: slow, and fits anywhere


@dataclass(frozen=True, slots=True)
class Plan:
    """How a kind runs on this machine. Plans of one kind are tried from the first to the last."""

    kind: Kind
    device: str  # torch's name: "cuda:0", "mps", "cpu"
    dtype: Dtype
    storage: Storage
    offload: Offload
    size: int  # pixels, side of what is drawn
    needs_gb: float  # of the device's memory, with everything that it takes while it draws
    tiny_vae: bool = False  # decode the finished picture with the tiny one
    slicing: bool = False  # autoencoder in slices and tiles
    attention: str = "sdpa"  # sdpa, or sliced where memory is short
    compiled: bool = False  # torch.compile of the denoiser

    def in_words(self) -> str:
        """Return one plain sentence for the Models page."""
        parts = [f"{self.size} px on {self.device}", self.dtype.value]
        if self.storage is not Storage.FULL:
            parts.append(f"weights in {self.storage.value}")
        if self.offload is not Offload.NONE:
            parts.append(f"{self.offload.value} offload")
        parts += ["tiny autoencoder"] if self.tiny_vae else []
        parts += ["autoencoder in tiles"] if self.slicing and not self.tiny_vae else []
        parts += ["compiled"] if self.compiled else []
        return ", ".join(parts)


OnStep = Callable[[int, int, "torch.Tensor"], None]
"""Called after each denoising step with (steps done, steps, latents); what it raises ends it."""


@dataclass(slots=True)
class Loaded:
    """A pipeline in memory, made by a kind's module and used by it alone."""

    kind: Kind
    plan: Plan
    pipeline: Any  # diffusers' pipeline for whole pictures
    parts: dict[str, Any] = field(default_factory=dict)  # others from the same modules: inpainting


class KindModule(Protocol):
    """What `kinds/sd15.py`, `kinds/sdxl.py` and `kinds/klein.py` hold."""

    @property
    def KIND(self) -> Kind:  # noqa: N802 - a constant of the module
        """Which one it is."""
        ...

    @property
    def NEEDS(self) -> tuple[Role, ...]:  # noqa: N802
        """What it draws with always."""
        ...

    @property
    def HELPS(self) -> tuple[Role, ...]:  # noqa: N802
        """What it draws with when it is here."""
        ...

    def load(self, files: ModelFiles, plan: Plan) -> Loaded:
        """Load a pipeline from local files.

        Raises:
            ModelDamaged: a file does not hold what this kind is made of.
        """
        ...

    def imagine(self, loaded: Loaded, order: Order, on_step: OnStep) -> list[NDArray[np.uint8]]:
        """Return one picture per seed, (size, size, 3) uint8 sRGB.

        Raises:
            PictureRefused: the numbers are not finite.
        """
        ...

    def glimpse(self, loaded: Loaded, latents: torch.Tensor) -> NDArray[np.uint8]:
        """Return what the latents look like by now, (h, w, 3) uint8 sRGB, of the first picture."""
        ...


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a preset asks of one kind."""

    prompt: str
    negative_prompt: str = ""
    strength: float = 0.6
    guidance_scale: float = 1.0
    control_scale: float = 0.6
    adapter_scale: float = 0.6
    num_inference_steps: int = 4
    scenery: str = ""  # the prompt where only the background is imagined: the look without a person


@dataclass(frozen=True, slots=True)
class Preset:
    """A look: what is asked of each kind, and the painted style that a part of it begins from."""

    name: str
    title: str
    summary: str
    recipes: Mapping[Kind, Recipe]  # one for every kind
    painted: str  # name of the painted style that inpainting starts from
    natural_colour: bool = False


@dataclass(frozen=True, slots=True)
class Imagined:
    """What the engine made of one order, before any check. Nobody may see it yet."""

    pictures: Sequence[NDArray[np.uint8]]  # (size, size, 3) uint8 sRGB, one per seed
    plan: Plan  # that drew it in the end
    seconds: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """One seed of a batch: a picture that passed every check, or why it was thrown away."""

    seed: int
    picture: Picture | None
    refusal: PictureRefused | None = None
    kind: Kind | None = None  # that drew it
