"""Why this machine cannot imagine now, and what can be done about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from studio.models.errors import ModelError, ModelRefused
from studio.models.types import Entry, Kind
from studio.styles.diffusion.errors import NotAvailable
from studio.styles.diffusion.states import TITLES
from studio.styles.diffusion.types import Plan

FILE_NAME = re.compile(r"[\w.-]+\.(?:safetensors|json|txt|model)\b")
MOST_NAMES = 3  # of files in one sentence
OTHERS = "pick a style of another family"


def pull_command(kind: Kind) -> str:
    """Return what fetches everything that a kind needs."""
    return f"python app.py models pull {kind.value}"


def no_models(kind: Kind, missing: Sequence[Entry], download_gb: float | None) -> NotAvailable:
    """Return the refusal of a kind whose weights are not here."""
    size = f" ({download_gb:.1f} GB)" if download_gb else ""
    names = ", ".join(entry.title for entry in missing)
    return NotAvailable(
        "no_models",
        f"{TITLES[kind]} is not here{f': {names} would be needed' if names else ''}.",
        why="Weights take gigabytes, and are fetched only when whoever runs this studio asks.",
        next_step=f"Run `{pull_command(kind)}`{size} where the studio runs, or {OTHERS}.",
    )


def unknown_kind(kind: Kind) -> NotAvailable:
    """Return the refusal of a kind that this studio was not started with."""
    return NotAvailable(
        "no_models",
        f"{TITLES[kind]} is switched off in this studio.",
        why="Only engines that whoever runs this studio has chosen may draw you.",
        next_step=f"Choose another engine, or {OTHERS}.",
    )


def damaged(kind: Kind, error: ModelError) -> NotAvailable:
    """Return the refusal of a kind whose files are not what was pinned, or may not be used."""
    return NotAvailable(
        "model_damaged",
        said_of(kind, error),
        why="Weights that are not the ones that were checked could draw anything.",
        next_step="Whoever runs this studio can run `python app.py models verify`; or choose "
        f"another engine, or {OTHERS}.",
    )


def own_gone(kind: Kind, names: Sequence[str]) -> NotAvailable:
    """Return the refusal of a kind that is set to draw with files which are not there any more."""
    return NotAvailable(
        "own_missing",
        f"{TITLES[kind]} is to draw with files that are not as they were: {', '.join(names)}.",
        why="Only the very weights that were added and checked may draw you.",
        next_step="Whoever runs this studio can put them back, or draw without them with "
        f"`python app.py models use {names[0]} --not`; or choose another engine.",
    )


def said_of(kind: Kind, error: ModelError) -> str:
    """Return what anybody may read of an error: names of files, and not where they lie.

    The whole sentence is for whoever runs the studio; `models verify` tells it.
    """
    if isinstance(error, ModelRefused):
        return f"{TITLES[kind]} may not be used here: its licence was not accepted, or forbids it."
    names = sorted(set(FILE_NAME.findall(str(error))))[:MOST_NAMES]
    about = f" ({', '.join(names)})" if names else ""
    return f"{TITLES[kind]} cannot be used: its files are not what they should be{about}."


def no_sdnq(kind: Kind) -> NotAvailable:
    """Return the refusal of weights that only the package sdnq can read."""
    return NotAvailable(
        "no_sdnq",
        f"{TITLES[kind]} is here in SDNQ's numbers, and the package sdnq is not installed.",
        why="It is under the GPL, so this studio does not bring it along.",
        next_step="Install it with `pip install sdnq`, or choose the plain weights with "
        f"`python app.py models use klein-base`; or {OTHERS}.",
    )


def ran_out(kind: Kind, failed: Sequence[Plan]) -> NotAvailable:
    """Return the refusal of a kind whose plans have all run out of memory."""
    tried = "; ".join(plan.in_words() for plan in failed)
    return NotAvailable(
        "no_memory",
        f"{TITLES[kind]} ran out of memory, however little was asked of it ({tried}).",
        why="A picture that runs out of memory may take the whole studio down with it.",
        next_step=f"Close other programs and start the studio again, or {OTHERS}.",
    )


def closing_down() -> NotAvailable:
    """Return the refusal of a studio that is about to end."""
    return NotAvailable(
        "closing",
        "The studio is closing.",
        why="A picture that is begun now would not be finished.",
        next_step="Start the studio again, then order the picture again.",
    )
