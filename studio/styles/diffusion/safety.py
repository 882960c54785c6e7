"""Looks for nudity: diffusers' own checker, with the weights of role SAFETY.

Rando et al., "Red-Teaming the Stable Diffusion Safety Filter" (2022): it compares a picture with
17 concepts in CLIP's space, knows nothing of violence, and errs. It is the second line: no free
words are taken, so that nothing unsafe is asked for.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from studio.models.errors import ModelDamaged
from studio.models.types import ModelFiles, Role
from studio.styles.diffusion.errors import PictureRefused
from studio.styles.diffusion.kinds.loading import quiet, reading

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

PREPROCESSOR = "preprocessor_config.json"


class SafetyChecker:
    """Loads the checker when it is first asked, and keeps it. Safe to call from any thread.

    It stays on the processor: a picture takes it a second or two of two cores, and the graphics
    card's memory belongs to the drawing.
    """

    def __init__(self, files: Callable[[], ModelFiles]) -> None:
        """Load nothing yet.

        Args:
            files: returns where the verified files of role SAFETY lie, or raises ModelError.
        """
        self._files = files
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Any] | None = None  # processor and checker

    def require_ready(self) -> None:
        """Make sure that it can look; its files are checked, nothing is loaded.

        Raises:
            ModelError: the files are not here, or not the pinned ones.
        """
        if self._loaded is None:
            self._files()

    def require_safe(self, pixels: NDArray[np.uint8]) -> None:
        """Look at a picture.

        Args:
            pixels: (H, W, 3) uint8 sRGB.

        Raises:
            ModelError: the files are not here, or do not hold a safety checker.
            PictureRefused: it shows what the checker takes for nudity.
        """
        import torch

        with self._lock:
            self._loaded = self._loaded or _load(self._files())
            processor, checker = self._loaded
            seen = processor(images=pixels, return_tensors="pt").pixel_values
            with torch.inference_mode():
                _, flags = checker(clip_input=seen, images=np.zeros((1, 1, 1, 3), np.float32))
        if bool(flags[0]):
            raise PictureRefused(
                "unsafe",
                "The picture came out in a way that may not be shown, so it was thrown away.",
                why="A network that looks for nudity saw some; it errs now and then, and nobody "
                "sees what it stops.",
                next_step="Try again: each try begins from other chance.",
            )


def _load(files: ModelFiles) -> tuple[Any, Any]:
    """Return the picture's processor and the checker."""
    import torch
    from diffusers.pipelines.stable_diffusion.safety_checker import (
        StableDiffusionSafetyChecker,
    )
    from transformers import CLIPImageProcessorPil

    root = files.folders[Role.SAFETY]
    weights = root / files.weights[Role.SAFETY][0]
    folder = weights.parent
    quiet()  # else they would log that somebody was stopped
    with reading("The safety checker"):
        checker, told = StableDiffusionSafetyChecker.from_pretrained(
            folder,
            local_files_only=True,
            use_safetensors=True,
            variant=_variant(weights),
            dtype=torch.float32,
            output_loading_info=True,
        )
        processor = CLIPImageProcessorPil.from_pretrained(
            _preprocessor(root, folder), local_files_only=True
        )
    _require_all(told, checker, folder)
    return processor, checker.eval()


def _require_all(told: dict[str, Any], checker: Any, folder: Path) -> None:  # noqa: ANN401 - no types
    """Refuse a checker with gaps: what is missing would be chance and let everything pass."""
    import torch

    gaps = [*told["missing_keys"], *told["mismatched_keys"], *told["error_msgs"]]
    whole = all(bool(torch.isfinite(each).all()) for each in checker.parameters())
    if gaps or not whole:
        raise ModelDamaged(
            f"The safety checker in {folder} is not whole: "
            f"{f'{len(gaps)} of its tensors are missing or misshapen' if gaps else 'it has NaN'}. "
            "Remove it and pull it again."
        )


def _variant(weights: Path) -> str | None:
    """Return what stands in a weight's name before its suffix: "fp16" of model.fp16.safetensors."""
    return weights.stem.partition(".")[2] or None


def _preprocessor(root: Path, folder: Path) -> Path:
    """Return the folder with the processor's configuration, wherever the repository has it."""
    for where in (folder, folder.parent / "feature_extractor", root / "feature_extractor", root):
        if (where / PREPROCESSOR).is_file():
            return where
    raise ModelDamaged(f"{root} has no {PREPROCESSOR}: pull the safety checker again.")
