"""What a file of weights is, told from the names and shapes in its header.

The words that a file says about itself are kept for the look at names (`licences`); which base it
is for is told by its tensors alone. Widths are those of the published configurations: 768, 1024
and 2048 for what the denoisers of Stable Diffusion 1, 2 and XL hear, 7,680, 12,288 and 15,360 for
those of FLUX.2 klein 4B, klein 9B and dev.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from studio.models.headers import Header, Tensor, read_header
from studio.models.loras import lora_family
from studio.models.types import Kind

# What files say of their licence, their name, their base and what they were merged from.
_SAID = re.compile(
    r"licen[cs]e|modelspec\.(?!thumbnail|hash)|base_?model|model_name|output_name|merge",
    re.IGNORECASE,
)
_MOST_SAID = 1_000  # characters of each that are looked at
_MOST_WORDS = 64  # of them
_LORA = re.compile(r"[._](?:lora[._]?(?:down|up|A|B|linear_layer)|hada_w|lokr_w|oft_|dora_scale)")
_QUANTISED = (".absmax", ".qweight", ".comfy_quant", ".weight_scale", ".scale_weight")
_BASES = {"SD 1.5": Kind.SD15, "SDXL": Kind.SDXL, "FLUX.2 klein 4B": Kind.KLEIN}
_FLUX2 = {7680: "FLUX.2 klein 4B", 12288: "FLUX.2 klein 9B", 15360: "FLUX.2 dev"}
_HEARS = {768: "SD 1.5", 1024: "SD 2", 1280: "the SDXL refiner", 2048: "SDXL"}
_LEAST = 512  # a width below is no published model's, and tells nothing
_CHANNELS = {8: "a base made for editing by instruction", 9: "a base made for inpainting"}
_SOME_FLUX2, _SOME_SD = "some FLUX.2", "some Stable Diffusion"
_STARTS = (  # how tensors of each begin; the first that fits tells
    (r"joint_blocks\.|pos_embed\.proj", "Stable Diffusion 3"),
    (r"(single|double)_stream_modulation", _SOME_FLUX2),
    (r"double_blocks\.|single_transformer_blocks\.", "FLUX.1"),
    (r"control_model\.|controlnet_|input_hint_block\.", "a ControlNet"),
    (r"input_blocks\.|conv_in\.", _SOME_SD),
    (r"image_proj\.|ip_adapter\.", "an IP-Adapter"),
    (r"emb_params|clip_[lg]$|string_to_param", "a textual inversion"),
    (r"(vision_model\.|embeddings\.patch)", "an image encoder"),
    (r"text_model\.|encoder\.layers\.\d+\.self_attn\.|model\.(embed|layers)", "a text encoder"),
    (r"(first_stage_model\.)?(encoder|decoder)\.", "an autoencoder"),
)

Tensors = Mapping[str, Tensor]


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file of weights holds."""

    base: Kind | None  # that it is, or is for; None: none of those that the studio draws with
    is_lora: bool
    family: str  # in words: "SDXL", "FLUX.1", "a ControlNet"; empty where nothing is known
    is_whole: bool  # denoiser, text encoder and autoencoder in one file
    tensors: int
    dtypes: tuple[str, ...]  # as safetensors names them, sorted
    said: tuple[str, ...]  # how the file calls itself, its base and its licence


def inspect(path: Path) -> Inspected:
    """Return what a .safetensors file holds; reads its header only.

    Raises:
        ModelMissing: there is no such file.
        ModelRefused: it is of a kind that can run a program when it is read, or not safetensors.
        ModelDamaged: it is cut short, or its header contradicts itself or the file.
    """
    header = read_header(path)
    is_lora = any(_LORA.search(name) for name in header.tensors)
    family = lora_family(header.tensors) if is_lora else _family(header.tensors)
    return Inspected(
        base=_BASES.get(family),
        is_lora=is_lora,
        family=family,
        is_whole=not is_lora and _is_whole(header.tensors),
        tensors=len(header.tensors),
        dtypes=tuple(sorted({tensor.dtype for tensor in header.tensors.values()})),
        said=words_of(header),
    )


def words_of(header: Header) -> tuple[str, ...]:
    """Return how a file calls itself, its base, its licence and what it was merged from."""
    said = (text[:_MOST_SAID] for key, text in header.said.items() if text and _SAID.search(key))
    return tuple(islice(said, _MOST_WORDS))


def _is_whole(tensors: Tensors) -> bool:
    heads = {name.split(".", 1)[0] for name in tensors}
    has_text = bool(heads & {"cond_stage_model", "conditioner"})
    return has_text and "first_stage_model" in heads and "model" in heads


def _family(tensors: Tensors) -> str:
    if any(name.endswith(_QUANTISED) for name in tensors):
        return "weights quantised for another program"
    plain = {name.removeprefix("model.diffusion_model."): row for name, row in tensors.items()}
    family = next((told for start, told in _STARTS if _begins(plain, start)), "")
    if family == _SOME_FLUX2:
        hears = _width(plain, r"(txt_in|context_embedder)\.weight")
        return _FLUX2.get(hears, "") if hears >= _LEAST else "FLUX.2 klein 4B"
    return _stable_diffusion(plain) if family == _SOME_SD else family


def _stable_diffusion(tensors: Tensors) -> str:
    channels = _width(tensors, r"(input_blocks\.0\.0|conv_in)\.weight")
    if channels in _CHANNELS:
        return _CHANNELS[channels]
    hears = _width(tensors, r".*\.attn2\.to_k\.weight")
    if hears >= _LEAST:
        return _HEARS.get(hears, "")
    if _begins(tensors, r"label_emb\.|add_embedding\.|conditioner\."):
        return "SDXL"
    return "SD 2" if _begins(tensors, r"cond_stage_model\.model\.") else "SD 1.5"


def _begins(tensors: Tensors, start: str) -> bool:
    expression = re.compile(start)
    return any(map(expression.match, tensors))


def _width(tensors: Tensors, pattern: str) -> int:
    """Return how wide the inputs of the first fitting tensor are; 0 where none fits."""
    expression = re.compile(pattern)
    for name, tensor in tensors.items():
        if len(tensor.shape) > 1 and expression.fullmatch(name):
            return tensor.shape[1]
    return 0
