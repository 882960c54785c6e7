"""What is measured of a machine, and what is said where a card cannot be used."""

from __future__ import annotations

import warnings
from types import SimpleNamespace

import pytest
import torch

from studio.styles.diffusion import hardware
from studio.styles.diffusion.hardware import Hardware, measure, teraflops

GB = 10**9
MACHINE = SimpleNamespace(total=32 * GB, available=20 * GB)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A machine of 32 GB without a card."""
    monkeypatch.setattr(hardware.psutil, "virtual_memory", lambda: MACHINE)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    write(tmp_path / "proc/cpuinfo", "model name\t: Some Processor\nflags\t: fpu avx2 avx512f\n")
    return tmp_path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def add_card(root):
    write(root / "sys/bus/pci/devices/0000:01:00.0/vendor", "0x10de\n")
    write(root / "sys/bus/pci/devices/0000:01:00.0/class", "0x030000\n")


def cards(monkeypatch, *free, capability=(8, 6)):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(free))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda i: (free[i] * GB, 24 * GB))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda i: f"Card {i}")
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: capability)


def test_a_machine_without_a_card_is_measured_as_its_processor(root):
    found = measure(root)
    assert (found.device, found.ram_gb, found.free_gb) == ("cpu", 32.0, 20.0)
    assert found.name.startswith("Some Processor, ")
    assert not found.has_bfloat16
    assert found.note == ""
    assert found.is_processor


def test_a_processor_that_multiplies_bfloat16_is_known(root):
    write(root / "proc/cpuinfo", "model name: P\nflags: fpu avx512_bf16\n")
    assert measure(root).has_bfloat16


def test_of_several_cards_the_one_with_most_free_memory_is_taken(root, monkeypatch):
    cards(monkeypatch, 3, 20, 8)
    found = measure(root)
    assert (found.device, found.name, found.free_gb, found.total_gb) == ("cuda:1", "Card 1", 20, 24)
    assert found.has_bfloat16
    assert found.ram_free_gb == 20


def test_an_older_card_does_not_multiply_bfloat16(root, monkeypatch):
    cards(monkeypatch, 6, capability=(7, 5))
    assert not measure(root).has_bfloat16


def test_apples_graphics_take_no_more_than_the_machine_has_free(root, monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 24 * GB)
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: 1 * GB)
    found = measure(root)
    assert (found.device, found.total_gb, found.free_gb) == ("mps", 24.0, 20.0)


def test_a_container_has_no_more_memory_than_it_was_given(root):
    group = root / "sys/fs/cgroup"
    write(group / "memory.max", f"{8 * GB}\n")
    write(group / "memory.current", f"{5 * GB}\n")
    write(group / "memory.stat", f"anon 1\ninactive_file {2 * GB}\nactive_file 7\n")
    found = measure(root)
    assert (found.ram_gb, found.ram_free_gb) == (8.0, 5.0)


@pytest.mark.parametrize("limit", ["max\n", "", f"{500 * GB}\n"])
def test_a_container_without_a_limit_has_the_machines_memory(root, limit):
    write(root / "sys/fs/cgroup/memory.max", limit)
    assert measure(root).ram_free_gb == 20.0


def test_a_card_that_this_torch_was_not_built_for_is_told(root, monkeypatch):
    add_card(root)
    monkeypatch.setattr(torch.version, "cuda", None)
    assert "built for the processor only" in measure(root).note


def test_a_card_without_a_driver_is_told_with_what_torch_says(root, monkeypatch):
    def is_available():
        warnings.warn("The NVIDIA driver on your system is too old.\nMore.", stacklevel=1)
        return False

    add_card(root)
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    monkeypatch.setattr(torch.cuda, "is_available", is_available)
    note = measure(root).note
    assert "its driver does not answer. torch says: The NVIDIA driver on your system is too" in note
    assert "CUDA 12.8" in note


def test_a_card_that_is_too_full_to_be_asked_is_left_out(root, monkeypatch):
    def mem_get_info(index):
        if index == 0:
            raise RuntimeError("CUDA error: out of memory\nMore.")
        return 5 * GB, 8 * GB

    cards(monkeypatch, 0, 0)
    monkeypatch.setattr(torch.cuda, "mem_get_info", mem_get_info)
    assert measure(root).device == "cuda:1"
    cards(monkeypatch, 0)
    monkeypatch.setattr(torch.cuda, "mem_get_info", mem_get_info)
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    add_card(root)
    found = measure(root)
    assert found.device == "cpu"
    assert "torch says: CUDA error: out of memory." in found.note


def test_other_things_of_that_vendor_are_no_cards(root, monkeypatch):
    write(root / "sys/bus/pci/devices/0000:01:00.1/vendor", "0x10de\n")
    write(root / "sys/bus/pci/devices/0000:01:00.1/class", "0x040300\n")  # its sound
    assert measure(root).note == ""


def test_this_machine_can_be_measured():
    found = measure()
    assert 0 < found.ram_free_gb <= found.ram_gb
    assert 0 < found.free_gb <= found.total_gb


def test_speed_is_measured():
    assert teraflops("cpu", "float32") > 1e-4


def test_hardware_says_itself_in_one_sentence():
    card = Hardware("cuda:0", "Some Card", 24.0, 22.5, 64.0, 60.0, has_bfloat16=True)
    assert card.in_words() == "Some Card with 24 GB, 64 GB beside it, 22.5 GB free"
    processor = Hardware("cpu", "P, 8 cores", 32.0, 20.0, 32.0, 20.0, has_bfloat16=True)
    assert processor.in_words() == "P, 8 cores, 32 GB of memory, 20.0 GB free"
