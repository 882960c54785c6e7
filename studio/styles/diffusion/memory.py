"""Memory that runs out, and memory that is given back."""

from __future__ import annotations

import errno
import gc

# What torch, CUDA's libraries, Apple's and the system say; there is no one type of error.
SAYINGS = (
    "out of memory",
    "can't allocate",
    "cannot allocate",
    "not enough memory",
    "alloc_failed",
    "bad_alloc",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error, or what it came from, is that memory ran out."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError):
            return True
        if isinstance(seen, OSError) and seen.errno == errno.ENOMEM:
            return True
        words = str(seen).lower()
        if isinstance(seen, Exception) and any(saying in words for saying in SAYINGS):
            return True
        seen = seen.__cause__
    return False


def give_back(device: str) -> None:
    """Return what nothing refers to any more, first to torch, then to the device."""
    gc.collect()  # pipelines refer to themselves in circles
    if device == "cpu":
        return
    import torch  # takes seconds, and is not needed on the processor

    if device.startswith("cuda"):
        torch.cuda.empty_cache()
    elif device == "mps":
        torch.mps.empty_cache()
