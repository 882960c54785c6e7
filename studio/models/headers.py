"""The header of a safetensors file, read without its tensors and without believing it.

Format: 8 bytes, the header's length as a little-endian number; the header, a JSON object of
tensors with dtype, shape and place; the tensors, without gaps
(https://huggingface.co/docs/safetensors/index#format).
"""

from __future__ import annotations

import json
import math
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.models.errors import ModelDamaged, ModelMissing, ModelRefused

MOST_HEADER = 32 << 20  # bytes; the longest of a real checkpoint is below one MB
MOST_TENSORS = 100_000
MOST_AXES = 8
_FIRST = 8  # bytes that hold the header's length
_BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "U16": 16, "I16": 16, "U32": 32, "I32": 32, "U64": 64, "I64": 64,
    "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8, "F8_E5M2FNUZ": 8,
    "F16": 16, "BF16": 16, "F32": 32, "F64": 64, "C64": 64,
}  # fmt: skip
_PICKLED = (".ckpt", ".pt", ".pth", ".bin", ".pkl", ".pickle")


@dataclass(frozen=True, slots=True)
class Tensor:
    """What a header says of one tensor."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """What a header says; every tensor lies whole in the file."""

    tensors: Mapping[str, Tensor]
    said: Mapping[str, str]  # free words of whoever wrote the file


def read_header(path: Path) -> Header:
    """Return the header of a safetensors file.

    Raises:
        ModelMissing: there is no such file.
        ModelRefused: it is of a kind that can run a program when it is read, or not safetensors.
        ModelDamaged: it is cut short, or its header contradicts itself or the file.
    """
    _require_suffix(path)
    try:
        looks = path.stat()
        if not stat.S_ISREG(looks.st_mode):
            raise ModelRefused(f"{path} is no file.")
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_FIRST), "little")
            if looks.st_size <= _FIRST or length > looks.st_size - _FIRST:
                raise ModelDamaged(f"{path} is cut short: not even its header is whole.")
            if length > MOST_HEADER:
                raise ModelDamaged(f"{path} claims a header of {length:,} bytes: nothing has that.")
            text = file.read(length)
    except FileNotFoundError as error:
        raise ModelMissing(f"{path} is not there.") from error
    except OSError as error:
        raise ModelDamaged(f"{path} cannot be read: {error.strerror}.") from error
    try:
        return _read(text, looks.st_size - _FIRST - length)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelDamaged(f"{path} is not whole safetensors: {_short(error)}.") from error


def _require_suffix(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix in _PICKLED:
        raise ModelRefused(
            f"{path.name}: {suffix} files hold pickled data, which can run a program when it is "
            "read. Take the .safetensors file of the same weights, or convert it elsewhere."
        )
    if suffix != ".safetensors":
        raise ModelRefused(f"{path.name} is not taken: weights are .safetensors files here.")


def _read(text: bytes, room: int) -> Header:
    table = json.loads(text.decode("utf-8"), object_pairs_hook=_once, parse_constant=_refused)
    if not isinstance(table, dict):
        raise TypeError("its header is no table")
    said = table.pop("__metadata__", {})
    if not (isinstance(said, dict) and all(isinstance(word, str) for word in said.values())):
        raise TypeError("its words about itself are no words")
    if not 0 < len(table) <= MOST_TENSORS:
        raise ValueError(f"it claims {len(table):,} tensors")
    places = []
    tensors = {}
    for name, row in table.items():
        tensor, first, end = _tensor(row)
        tensors[name] = tensor
        places.append((first, end))
    at = 0
    for first, end in sorted(places):
        if first != at:
            raise ValueError("its tensors overlap or leave gaps")
        at = end
    if at != room:
        raise ValueError(f"it holds {room:,} bytes of tensors and claims {at:,}: it is cut short")
    return Header(tensors, said)


def _tensor(row: object) -> tuple[Tensor, int, int]:
    if not (isinstance(row, dict) and row.keys() == {"dtype", "shape", "data_offsets"}):
        raise TypeError("a tensor lacks its dtype, shape or place")
    shape, offsets = row["shape"], row["data_offsets"]
    if not (isinstance(shape, list) and len(shape) <= MOST_AXES and all(map(_is_count, shape))):
        raise ValueError("a tensor has no possible shape")
    if not (isinstance(offsets, list) and len(offsets) == 2 and all(map(_is_count, offsets))):
        raise ValueError("a tensor has no possible place")
    first, end = offsets
    if (end - first) * 8 != math.prod(shape) * _BITS[row["dtype"]]:
        raise ValueError("a tensor is longer or shorter than its shape")
    return Tensor(row["dtype"], tuple(shape)), first, end


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 48


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a name stands twice in its header")
    return table


def _refused(word: str) -> object:
    raise ValueError(f"{word} is no number of a header")


def _short(error: Exception) -> str:
    return str(error)[:120] if str(error) else type(error).__name__
