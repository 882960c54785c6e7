"""What a model is: data of the catalogue, before any of its files is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Kind(StrEnum):
    """The ways in which a picture is imagined: one family of pipelines each."""

    SD15 = "sd15"  # Stable Diffusion 1.5 with a ControlNet, IP-Adapter plus-face and LCM
    SDXL = "sdxl"  # Stable Diffusion XL with ControlNet Union, plus-face ViT-H and Lightning
    KLEIN = "klein"  # FLUX.2 klein 4B with several selfies as references


class Role(StrEnum):
    """What a set of weights is for; a kind needs one of each role that its module names."""

    BASE = "base"  # the pipeline's own folder: denoiser, text encoder, autoencoder, tokenizer
    CONTROLNET = "controlnet"
    ADAPTER = "adapter"  # IP-Adapter, with its image encoder
    FAST = "fast"  # a LoRA that makes a few steps enough: LCM, Lightning, Hyper
    TINY_VAE = "tiny_vae"  # decodes previews, and whole pictures where memory is short
    SAFETY = "safety"  # looks for nudity in what was drawn
    LORA = "lora"  # a look of its own, from the creator's collection


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a repository."""

    path: str  # inside the repository, with "/"
    size: int | None = None  # bytes; None: told by the hub at the first pull
    sha256: str | None = None  # lower-case hex; None: pinned in the lock file at the first pull


@dataclass(frozen=True, slots=True)
class Licence:
    """Under which terms weights may be used; `name` is what an operator accepts in the settings."""

    name: str  # SPDX identifier, or the name that its maker gives it
    url: str
    commercial: bool
    note: str = ""  # one sentence: what it forbids or asks


@dataclass(frozen=True, slots=True)
class Tier:
    """What a set of weights takes at most, in GB of memory; None: it cannot run there."""

    cpu_gb: float | None
    gpu_gb: float | None


@dataclass(frozen=True, slots=True)
class Sample:
    """What to draw of a subject who is nobody, to see what the weights do."""

    style: str
    subject: str
    seed: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One set of weights in the catalogue."""

    name: str  # what `models pull` takes
    title: str
    repo: str  # "owner/name" on the hub
    revision: str | None  # 40 hex digits; None: pinned in the lock file at the first pull
    files: tuple[ModelFile, ...]
    licence: Licence
    kinds: tuple[Kind, ...]  # that use it
    role: Role
    tier: Tier
    steps: int | None = None  # denoising steps that it is made for
    # What its makers ask for, in field words ("strength", ...); presets have their own.
    defaults: Mapping[str, float] = field(default_factory=dict)
    sample: Sample | None = None  # of entries of role BASE


@dataclass(frozen=True, slots=True)
class ModelSet:
    """The entries that one kind draws with; `needs` are drawn with always, `helps` when here."""

    kind: Kind
    needs: tuple[Entry, ...]
    helps: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where the verified files of a kind lie: what a kind's module loads from.

    `folders[role]` is the root of the repository's files as they are named in the catalogue.
    """

    kind: Kind
    folders: Mapping[Role, Path]
    weights: Mapping[Role, tuple[str, ...]]  # of each role, its .safetensors files inside `folders`
    single_file: Path | None = None  # instead of BASE's weights; BASE's folder holds the configs
    loras: tuple[Path, ...] = ()  # from the creator's own collection, for this base
    fingerprint: str = ""  # SHA-256 over the hashes of all of them: the key of a warm pipeline
