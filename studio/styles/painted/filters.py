"""Filters that follow an image's structure, in torch: on the graphics card where there is one.

All take and return float32 numpy arrays, so that styles need not know where they ran.

Sources: structure tensor (Di Zenzo 1986, smoothed as by Kyprianidis and Kang 2011), line integral
convolution (Cabral and Leedom 1993), extended difference of Gaussians along the flow (Kang, Lee
and Chui 2007; Winnemöller, Kyprianidis and Olsen 2012).
"""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles.fields import Mask, as_field

if TYPE_CHECKING:
    import torch

STEP = 1.0  # pixels between two samples along a streamline


@dataclass(frozen=True, slots=True)
class Flow:
    """Where lines run at each pixel: along edges and strands, never across."""

    across: Mask  # (H, W) unit vector's part to the right
    down: Mask  # (H, W) its part downwards
    strength: Mask  # (H, W) in [0, 1]: 0 where the image has no direction


def structure_flow(image: NDArray[np.float32], sigma: float) -> Flow:
    """Return the direction in which an image changes least.

    Args:
        image: (H, W) or (H, W, C) float32; all channels count.
        sigma: How far directions are averaged, pixels.
    """
    planes = cv2.split(image) if image.ndim == 3 else (image,)
    xx, xy, yy = (np.zeros(image.shape[:2], np.float32) for _ in range(3))
    for plane in planes:
        dx = cv2.Scharr(plane, cv2.CV_32F, 1, 0, scale=1 / 32)
        dy = cv2.Scharr(plane, cv2.CV_32F, 0, 1, scale=1 / 32)
        cv2.accumulateProduct(dx, dx, xx)
        cv2.accumulateProduct(dx, dy, xy)
        cv2.accumulateProduct(dy, dy, yy)
    xx, xy, yy = (as_field(cv2.GaussianBlur(part, (0, 0), sigma)) for part in (xx, xy, yy))
    # The eigenvector of the smaller eigenvalue, by its doubled angle: no branch, no sign to keep.
    angle = 0.5 * cv2.phase(xx - yy, 2 * xy) + np.float32(math.pi / 2)
    spread = as_field(cv2.magnitude(xx - yy, 2 * xy))
    return Flow(
        across=as_field(np.cos(angle)),
        down=as_field(np.sin(angle)),
        strength=as_field(spread / (xx + yy + np.float32(1e-6))),
    )


def along_flow(
    values: NDArray[np.float32], flow: Flow, sigma: float, *, step: float = STEP
) -> NDArray[np.float32]:
    """Blur along the lines of a flow (line integral convolution with a Gaussian).

    Args:
        values: (H, W) or (H, W, C) float32.
        flow: Of the same height and width.
        sigma: How far, pixels.
        step: Between samples, pixels; the walk goes two sigmas either way.
    """
    torch = _torch()
    device = _device()
    with torch.inference_mode():
        image = _tensor(values)
        field = torch.from_numpy(np.stack([flow.across, flow.down])).to(device)[None]
        height, width = values.shape[:2]
        grid = _grid(height, width)
        # grid_sample counts in half sides.
        scale = torch.tensor([2 / width, 2 / height], device=device)
        total, weight = image.clone(), 1.0
        for way in (1.0, -1.0):
            place = grid.clone()
            heading = way * field
            for index in range(1, math.ceil(2 * sigma / step) + 1):
                place = place + step * scale * heading.permute(0, 2, 3, 1)
                share = math.exp(-0.5 * (index * step / sigma) ** 2)
                total += share * _sampled(image, place)
                weight += share
                nearby = _sampled(field, place)
                # A direction has no sign: go on the way one came.
                turn = (nearby * heading).sum(dim=1, keepdim=True)
                heading = torch.where(turn < 0, -nearby, nearby)
        blurred = (total / weight)[0].permute(1, 2, 0).cpu().numpy()
    return as_field(blurred[..., 0] if values.ndim == 2 else blurred)


def flow_lines(light: Mask, flow: Flow, *, sigma: float, length: float) -> Mask:
    """Return how much darker each pixel is than what lies across the flow: ink's raw material.

    Args:
        light: (H, W) float32 of any unit.
        flow: Its flow.
        sigma: Half the width of a line, pixels.
        length: How far lines are smoothed along the flow, pixels.

    Returns:
        (H, W) float32 in the unit of `light`; > 0 on lines darker than both sides.
    """
    torch = _torch()
    device = _device()
    with torch.inference_mode():
        image = _tensor(light)
        height, width = light.shape
        grid = _grid(height, width)
        scale = torch.tensor([2 / width, 2 / height], device=device)
        normal = torch.from_numpy(np.dstack([-flow.down, flow.across])).to(device)[None] * scale
        total = torch.zeros_like(image)
        for offset, share in _difference_of_gaussians(sigma):
            total += share * _sampled(image, grid + offset * normal)
        response = -total[0, 0].cpu().numpy()
    return along_flow(as_field(response), flow, length)


def _difference_of_gaussians(sigma: float) -> list[tuple[float, float]]:
    """Offsets and weights across the flow; the wide Gaussian is 1.6 times the narrow one."""
    reach = math.ceil(2 * 1.6 * sigma)
    offsets = np.arange(-reach, reach + 1)
    narrow, wide = (np.exp(-0.5 * (offsets / s) ** 2) for s in (sigma, 1.6 * sigma))
    weights = narrow / narrow.sum() - wide / wide.sum()
    return [(float(offset), float(share)) for offset, share in zip(offsets, weights, strict=True)]


@cache
def _device() -> str:
    return "cuda" if _torch().cuda.is_available() else "cpu"


def _torch() -> ModuleType:
    """Import torch on first use: it takes a second and 200 MB."""
    return importlib.import_module("torch")


def _tensor(values: NDArray[np.float32]) -> torch.Tensor:
    """(H, W[, C]) to (1, C, H, W)."""
    planes = values[None] if values.ndim == 2 else values.transpose(2, 0, 1)
    tensor: torch.Tensor = _torch().from_numpy(np.ascontiguousarray(planes)).to(_device())
    return tensor[None]


@cache
def _grid(height: int, width: int) -> torch.Tensor:
    rows = (2 * np.arange(height, dtype=np.float32) + 1) / height - 1
    columns = (2 * np.arange(width, dtype=np.float32) + 1) / width - 1
    grid: torch.Tensor = _torch().from_numpy(np.dstack(np.meshgrid(columns, rows))).to(_device())
    return grid[None]


def _sampled(image: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    sampled: torch.Tensor = _torch().nn.functional.grid_sample(
        image, place, mode="bilinear", padding_mode="border", align_corners=False
    )
    return sampled
