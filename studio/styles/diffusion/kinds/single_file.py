"""A base in one file, as A1111 and ComfyUI keep them, with the configs of the known base."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.models.errors import ModelDamaged
from studio.styles.diffusion.kinds.loading import require_whole

if TYPE_CHECKING:
    import torch


class SingleFile:
    """Gives the modules of a base out of one checkpoint."""

    def __init__(self, path: Path, configs: Path, dtype: torch.dtype) -> None:
        """Read the checkpoint.

        Args:
            path: of the .safetensors file.
            configs: folder of a repository whose configs say how its modules are built.
            dtype: numbers to compute with.

        Raises:
            ModelDamaged: it is no safetensors file.
        """
        from safetensors.torch import load_file

        if path.suffix != ".safetensors":
            raise ModelDamaged(f"{path.name} is not a .safetensors file.")
        self._name = path.name
        self._configs = configs
        self._dtype = dtype
        self._tensors = load_file(path)

    def module(self, made: type[Any], inside: str) -> Any:
        """Return the denoiser or the autoencoder, whose config lies in the folder `inside`.

        Raises:
            ModelDamaged: it is not in the file, or not whole.
        """
        from diffusers.loaders.single_file_utils import SingleFileComponentError

        try:
            module = made.from_single_file(
                dict(self._tensors),  # the conversion takes out what it has used
                config=str(self._configs),
                subfolder=inside,
                torch_dtype=self._dtype,
                local_files_only=True,
            )
        except SingleFileComponentError as error:  # an Exception of no other kind
            raise ModelDamaged(f"There is no {inside} in {self._name}.") from error
        require_whole(module, {}, f"{inside} of {self._name}")
        return module.eval()

    def text_encoder(self, made: type[Any], inside: str) -> Any:
        """Return one of the text encoders.

        Raises:
            ModelDamaged: it is not in the file, or not whole.
        """
        from diffusers.loaders.single_file_utils import create_diffusers_clip_model_from_ldm

        module = create_diffusers_clip_model_from_ldm(
            made,
            checkpoint=dict(self._tensors),
            subfolder=inside,
            config=str(self._configs),
            torch_dtype=self._dtype,
            local_files_only=True,
        )
        require_whole(module, {}, f"{inside} of {self._name}")
        return module
