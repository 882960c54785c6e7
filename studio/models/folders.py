"""Where A1111 and ComfyUI keep checkpoints and LoRAs."""

from __future__ import annotations

import os
from pathlib import Path

from studio.models.errors import ModelRefused

FOLDERS = (
    "Stable-diffusion",  # A1111 and Forge: below models/
    "Lora",
    "checkpoints",  # ComfyUI: below models/
    "loras",
)
MOST_FILES = 2_000  # in a folder that is added
_SUFFIXES = (".safetensors", ".ckpt", ".pt", ".pth", ".bin", ".gguf")


def find_weights(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that may be weights, pickled ones too, in the order of names.

    In A1111's or ComfyUI's own folder, or its `models`, only checkpoints and LoRAs are looked at.

    Raises:
        ModelRefused: there are more than anyone could have meant.
    """
    known = [base / name for base in (folder, folder / "models") for name in FOLDERS]
    roots = [root for root in known if root.is_dir()] or [folder]
    found: list[Path] = []
    for root in roots:
        for place, folders, names in os.walk(root):
            folders.sort()
            found += [
                Path(place) / name for name in sorted(names) if name.lower().endswith(_SUFFIXES)
            ]
            if len(found) > MOST_FILES:
                raise ModelRefused(
                    f"{folder} holds more than {MOST_FILES:,} files of weights. Add the folders "
                    "below it one by one."
                )
    return tuple(found)
