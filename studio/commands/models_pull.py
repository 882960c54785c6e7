"""`models pull`: the only command that reaches the network, and only the hub or its mirror."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

from outputs.report import printable
from studio.commands.models_named import wishes
from studio.commands.models_told import is_used, kind_line, pulled_json, sample_line
from studio.commands.progress import ProgressLine, size_words
from studio.models.errors import ModelError, ModelRefused
from studio.models.hub import Hub
from studio.models.pull import Pulled, Wish, pull

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from studio.models.shelf import Shelf
    from studio.models.types import Entry
    from studio.settings import Settings

DONE = 0  # exit status


def pull_models(shelf: Shelf, options: argparse.Namespace, *, settings: Settings) -> int:
    """Fetch what the names stand for and return the exit status.

    Raises:
        ModelError: something that is needed could not be fetched, or is not taken.
    """
    wanted = wishes(shelf, options.names)
    if settings.models_offline:
        raise ModelRefused(
            "models_offline is set: nothing is fetched. Unset it, or copy the models folder of a "
            f"computer that pulled them, with its models.lock.json, to {shelf.root}"
        )
    watch = ProgressLine(time.monotonic, quiet=options.json)
    with closing(Hub(settings.models_mirror)) as hub:
        done = list(pull(shelf, [wish for wish in wanted if wish.is_needed], hub, watch))
        for wish in wanted:
            if not wish.is_needed:
                done += _pull_if_it_goes(shelf, wish, hub, watch)
    if options.json:
        rows = [pulled_json(shelf, each) for each in done]
        print(json.dumps({"pulled": rows}, indent=2))
    else:
        _tell(shelf, done)
    return DONE


def _tell(shelf: Shelf, done: Sequence[Pulled]) -> None:
    """Say what came, under which terms, what is still missing, and how to try what draws."""
    for each in done:
        came = f"{each.files} files, {size_words(each.bytes)}" if each.files else "was here"
        print(f"{each.entry.name}: {came}. {_terms(each.entry)}")
        if not is_used(shelf, each.entry):
            print(f"Draw with it: python app.py models use {each.entry.name}")
    for kind in dict.fromkeys(kind for each in done for kind in each.entry.kinds):
        print(kind_line(kind, shelf.missing(kind)))
    for each in done:
        if each.entry.sample and not shelf.missing(each.entry.kinds[0]):
            print(sample_line(each.entry))


def _pull_if_it_goes(shelf: Shelf, wish: Wish, hub: Hub, watch: ProgressLine) -> tuple[Pulled, ...]:
    """Fetch what only helps; that it cannot be had is told and stops nothing."""
    try:
        return pull(shelf, [wish], hub, watch)
    except ModelError as error:
        print(printable(f"{error} It is drawn without {wish.entry.name}."), file=sys.stderr)
        return ()


def _terms(entry: Entry) -> str:
    licence = entry.licence
    return f"Under {licence.name}, {licence.url} {licence.note}".rstrip()
