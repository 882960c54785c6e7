"""What FLUX.2 klein is made of, each part loaded by its own class from local files."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.models.errors import ModelDamaged, ModelMissing
from studio.models.types import ModelFiles, Role
from studio.styles.diffusion.kinds.loading import load_module, require_whole
from studio.styles.diffusion.kinds.looks import add_loras
from studio.styles.diffusion.types import Plan, Storage

if TYPE_CHECKING:
    import torch

_TEXT_LAYERS = 28  # the pipeline reads what comes out of the 9th, 18th and 27th
# Qwen 3's own template for one question with thinking switched off. A template is a program, so
# none is fetched.
_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{{ '<|im_start|>assistant\n<think>\n\n</think>\n\n' }}"
)


def load_pipeline(files: ModelFiles, plan: Plan, dtype: torch.dtype) -> Any:
    """Return diffusers' pipeline, on the processor.

    Raises:
        ModelDamaged: a file does not hold what klein is made of.
        ModelMissing: the weights are quantised, and the package that reads them is not installed.
    """
    from diffusers import (
        AutoencoderKLFlux2,
        FlowMatchEulerDiscreteScheduler,
        Flux2KleinPipeline,
        Flux2Transformer2DModel,
    )

    base, weights = files.folders[Role.BASE], files.weights[Role.BASE]
    _require_storage(base, plan)
    pipeline = Flux2KleinPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler.from_pretrained(
            base, subfolder="scheduler", local_files_only=True
        ),
        vae=load_module(AutoencoderKLFlux2, base, weights, inside="vae", dtype=dtype),
        text_encoder=_load_text_encoder(base / "text_encoder", dtype),
        tokenizer=_load_tokenizer(base / "tokenizer"),
        transformer=load_module(
            Flux2Transformer2DModel, base, weights, inside="transformer", dtype=dtype
        ),
        is_distilled=bool(_read(base / "model_index.json").get("is_distilled", True)),
    )
    add_loras(pipeline, files)
    return pipeline


def load_decoder(files: ModelFiles, dtype: torch.dtype) -> Any:
    """Return the pipeline's decoder once more, for previews.

    The pipeline's own may be offloaded: fetching it in the middle would push the transformer out.
    """
    from diffusers import AutoencoderKLFlux2

    base = files.folders[Role.BASE]
    decoder = load_module(
        AutoencoderKLFlux2, base, files.weights[Role.BASE], inside="vae", dtype=dtype
    )
    del decoder.encoder
    return decoder


def _load_text_encoder(folder: Path, dtype: torch.dtype) -> Any:
    """Load the layers of the language model that are read; the last ones only speak."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    config = Qwen3Config.from_pretrained(folder, local_files_only=True)
    config.num_hidden_layers = min(config.num_hidden_layers, _TEXT_LAYERS)
    config.layer_types = config.layer_types[: config.num_hidden_layers]
    model, info = Qwen3ForCausalLM.from_pretrained(
        folder,
        config=config,
        dtype=dtype,
        local_files_only=True,
        use_safetensors=True,
        output_loading_info=True,
    )
    require_whole(model, info, "The text encoder of FLUX.2 klein")
    return model.eval()


def _load_tokenizer(folder: Path) -> Any:
    from transformers import Qwen2TokenizerFast

    tokenizer = Qwen2TokenizerFast.from_pretrained(folder, local_files_only=True)
    tokenizer.chat_template = _TEMPLATE
    return tokenizer


def _require_storage(base: Path, plan: Plan) -> None:
    """See that the plan reads the weights as they are stored.

    sdnq is GPL-3.0-only and therefore no dependency; whoever installs it gets its plan.
    """
    is_quantised = "quantization_config" in _read(base / "transformer" / "config.json")
    if is_quantised != (plan.storage is Storage.SDNQ):
        stored = "quantised" if is_quantised else "not quantised"
        raise ModelDamaged(
            f"The weights in {base} are {stored}, and this plan reads others. "
            "Choose among them with: python app.py models use"
        )
    if is_quantised:
        try:
            importlib.import_module("sdnq")  # teaches diffusers and transformers to read them
        except ImportError as failure:
            raise ModelMissing(
                "These weights are quantised with SDNQ, and the package that reads them is not "
                "installed. Install it with: pip install sdnq (GPL-3.0-only)"
            ) from failure


def _read(path: Path) -> dict[str, Any]:
    found = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ModelDamaged(f"{path} is no configuration.")
    return found
