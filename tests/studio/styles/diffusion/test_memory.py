"""What counts as memory that ran out, and what does not."""

from __future__ import annotations

import errno

import pytest
import torch

from studio.styles.diffusion.memory import give_back, is_out_of_memory


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.06 GB)"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"),
        OSError(errno.ENOMEM, "mmap failed"),
    ],
)
def test_memory_that_ran_out_is_recognised(error):
    assert is_out_of_memory(error)


def test_the_processors_own_allocator_is_recognised():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**60, dtype=torch.uint8)
    assert is_out_of_memory(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("shape mismatch"),
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("CUDA error: device-side assert triggered"),
        KeyboardInterrupt(),
    ],
)
def test_other_errors_are_not_mistaken_for_it(error):
    assert not is_out_of_memory(error)


def test_a_cause_counts_and_mere_company_does_not():
    caused = ValueError("cannot be read")
    caused.__cause__ = MemoryError()
    assert is_out_of_memory(caused)
    beside = ValueError("cannot be read")
    beside.__context__ = MemoryError()
    assert not is_out_of_memory(beside)


@pytest.mark.parametrize(("device", "asked"), [("cuda:0", ["cuda"]), ("mps", ["mps"]), ("cpu", [])])
def test_what_is_given_back_goes_to_the_device_that_held_it(monkeypatch, device, asked):
    found = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: found.append("cuda"))
    monkeypatch.setattr(torch.mps, "empty_cache", lambda: found.append("mps"))
    give_back(device)
    assert found == asked
