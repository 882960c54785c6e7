"""When torch.compile is worth its wait.

It makes a card's denoiser quicker by about a fifth (an estimate), and whoever asks first waits for
minutes, anew after each start. Nobody knows how many pictures are still to come; so a plan is
compiled once as many were drawn with it as would have paid for it (the rule of whoever hires skis:
at worst it costs twice what was best). Most studios never get there.
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace

from studio.styles.diffusion.hardware import Hardware
from studio.styles.diffusion.types import Offload, Plan, Storage

PAYS_AFTER = 150  # pictures since the start: a minute and a half, against 0.6 s of each
MORE_GB = 1.0  # of the card's memory, for the compiled kernels' buffers; an estimate


def compiled(plan: Plan, hardware: Hardware, drawn: int) -> Plan | None:
    """Return the plan with a compiled denoiser, or None where that does not pay or go.

    Args:
        plan: whose pipeline is warm.
        hardware: with the memory that warm pipelines hold counted as free.
        drawn: pictures with this plan since the start.
    """
    if drawn < PAYS_AFTER or plan.compiled or not plan.device.startswith("cuda"):
        return None
    stays = plan.offload is Offload.NONE and plan.storage is Storage.FULL
    needs_gb = round(plan.needs_gb + MORE_GB, 1)
    if not (stays and hardware.has_bfloat16 and needs_gb <= hardware.free_gb):
        return None
    if importlib.util.find_spec("triton") is None:  # what writes the kernels
        return None
    return replace(plan, compiled=True, needs_gb=needs_gb)
