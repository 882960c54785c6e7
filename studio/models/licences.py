"""Whose terms let whom use which weights, and which weights are known to be out of bounds.

Names are only a first look: they catch who points at `FLUX.1-dev` or `buffalo_l` by its name, in
the catalogue, in a path or in a file's own description. What a file really holds is told by
`inspection`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from studio.models.errors import ModelRefused
from studio.models.types import Entry

SETTING = "accepted_licences"
_MOST = 4096  # characters of a name that are looked at


@dataclass(frozen=True, slots=True)
class Refused:
    """Weights, by their names, that nobody may use without accepting their licence."""

    title: str
    patterns: tuple[str, ...]  # words; anything but letters and digits may stand between them
    licence: str  # what an operator would have to accept
    url: str
    reason: str  # one sentence

    def is_named_in(self, text: str) -> bool:
        """Return whether `text`, a name, a path or a description, speaks of these weights."""
        spellings = _spellings(text)
        return any(
            re.search(_expression(pattern), spelling)
            for pattern in self.patterns
            for spelling in spellings
        )


@dataclass(frozen=True, slots=True)
class Leave:
    """What the licence check found: these weights may be used, and why."""

    what: str
    licence: str  # empty where only a name was looked at, and nothing is known against it
    accepted: bool  # by the operator, in the settings


def require_licence(
    what: Entry | str, accepted: Iterable[str], refused: Sequence[Refused] | None = None
) -> Leave:
    """Return the leave to use an entry of the catalogue, or weights of some name.

    Args:
        what: an entry, or a name, a repository, a path or a description.
        accepted: names of licences that the operator accepted in the settings.
        refused: weights known to be out of bounds; None: those of the studio's own catalogue.

    Raises:
        ModelRefused: its licence does not allow commercial use, and the operator did not accept it.
    """
    names = {_same(name) for name in accepted}
    if isinstance(what, Entry):
        licence = what.licence
        has_accepted = _same(licence.name) in names
        if not (licence.commercial or has_accepted):
            raise ModelRefused(
                f"{what.title} stands under {licence.name}, which does not allow commercial use. "
                f"{licence.note} {_way_out(licence.name, licence.url)}"
            )
        return Leave(what.name, licence.name, accepted=has_accepted)
    known = [item for item in _known(refused) if item.is_named_in(what)]
    for item in known:
        if _same(item.licence) not in names:
            raise ModelRefused(f"{item.title}: {item.reason} {_way_out(item.licence, item.url)}")
    return Leave(what, ", ".join(item.licence for item in known), accepted=bool(known))


def _way_out(licence: str, url: str) -> str:
    return (
        f"Whoever runs this studio and may use it nevertheless (terms: {url}) writes "
        f'"{licence}" into the setting {SETTING}.'
    )


def _known(refused: Sequence[Refused] | None) -> Sequence[Refused]:
    if refused is not None:
        return refused
    from studio.models.catalogue import load_catalogue  # noqa: PLC0415 - it imports this module

    return load_catalogue().refused


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()


def _spellings(text: str) -> tuple[str, str]:
    """Return `text` as it is and with its capitals taken for starts of words."""
    normal = unicodedata.normalize("NFKC", text[:_MOST])
    plain = "".join(each for each in normal if unicodedata.category(each) != "Cf")  # unseen ones
    return plain.lower(), re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", plain).lower()


def _expression(pattern: str) -> str:
    words = r"[^a-z0-9]*".join(re.escape(word) for word in pattern.lower().split())
    return rf"(?<![a-z0-9]){words}(?![a-z0-9])"
