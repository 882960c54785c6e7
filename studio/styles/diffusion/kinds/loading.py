"""Loading a pipeline's modules from verified files: explicit classes, safetensors, nothing else.

The libraries only warn about weights that are missing and draw with random ones instead; here
whatever is not whole is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.models.errors import ModelDamaged, ModelError

if TYPE_CHECKING:
    import torch

HALF = ".fp16.safetensors"  # how half precision files are named beside full ones
LONGEST = 300  # characters of a library's message that are passed on
NO_MEMORY = ("can't allocate", "cannot allocate", "out of memory", "not enough memory")


def quiet() -> None:
    """Keep the libraries from writing to the terminal: they print the prompts that they cut."""
    from diffusers.utils import logging as of_pipelines
    from transformers.utils import logging as of_encoders

    for logging in (of_pipelines, of_encoders):
        logging.set_verbosity(logging.CRITICAL)
        logging.disable_progress_bar()


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Load weights inside: what goes wrong with them comes out as ModelDamaged.

    Args:
        what: is loaded, for the message.

    Raises:
        ModelDamaged: a file is cut short, missing, or holds something else.
        MemoryError, RuntimeError: there was no memory; another plan may need less.
    """
    from safetensors import SafetensorError

    wrong = (OSError, ValueError, RuntimeError, LookupError, TypeError, AttributeError)
    try:
        yield
    except ModelError:
        raise
    except (*wrong, SafetensorError) as error:
        if is_out_of_memory(error):
            raise
        told = " ".join(str(error).split())[:LONGEST]
        raise ModelDamaged(
            f"{what} cannot be loaded: {told or type(error).__name__}. "
            "See which file is wrong with: python app.py models verify"
        ) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error says that memory ran out, as torch and the system say it."""
    import torch

    if isinstance(error, (MemoryError, torch.OutOfMemoryError)):
        return True
    words = str(error).lower()
    return isinstance(error, (RuntimeError, OSError)) and any(said in words for said in NO_MEMORY)


def load_module(
    made: type[Any], folder: Path, weights: Sequence[str], *, inside: str, dtype: torch.dtype
) -> Any:
    """Load one module from a repository's folder.

    Args:
        made: its class; what the repository's own config says about it is not asked.
        folder: of the repository.
        weights: of the repository, as in `ModelFiles.weights`; half precision is taken where only
            that is named.
        inside: the module's own folder, as in "unet"; "" if it is the repository's.
        dtype: numbers to compute with.

    Raises:
        ModelDamaged: weights are missing, or of other shapes.
    """
    own = [name for name in weights if name.rpartition("/")[0] == inside]
    if not own:
        raise ModelDamaged(f"There are no weights in {folder / inside}.")
    module, info = made.from_pretrained(
        folder / inside,
        torch_dtype=dtype,
        variant="fp16" if all(name.endswith(HALF) for name in own) else None,
        use_safetensors=True,
        local_files_only=True,
        output_loading_info=True,
    )
    require_whole(module, info, str(folder / inside))
    return module.eval()


def require_whole(module: Any, info: Mapping[str, Any], what: str) -> None:
    """Refuse a module of which weights are missing or did not fit.

    Args:
        module: as loaded.
        info: what `from_pretrained` returned with `output_loading_info`, or nothing.
        what: for the message.

    Raises:
        ModelDamaged: it would draw with random numbers.
    """
    wrong = [
        *(f"no {name}" for name in info.get("missing_keys") or ()),
        *(f"{name} in another shape" for name in info.get("mismatched_keys") or ()),
        *(str(told) for told in info.get("error_msgs") or ()),
    ]
    # Places that nothing was put into.
    wrong += [f"no {name}" for name, each in module.named_parameters() if each.is_meta]
    if wrong:
        first = "; ".join(sorted(wrong)[:3])[:LONGEST]
        raise ModelDamaged(f"{what} holds something else: {first} ({len(wrong)} in all).")
