"""Consent: what may be chosen, what it amounts to, giving and ending it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from consent.profiles import RETENTION_OPTIONS_DAYS
from consent.types import Audience, Purpose
from studio.service import ConsentChoice, StudioService
from studio.ui.refusals import choice_invalid
from studio.ui.views import Json, plain

FAMILY_WORDS = {
    "illustrated": ("Illustrated", "Drawn from your outline and features, like a comic."),
    "painted": ("Painted", "Your own picture, drawn anew: lines, flat colours, brush strokes."),
    "imagined": ("Imagined", "Invented by a model that is guided by your face."),
}
_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")
FORM = frozenset({"families", "days", "audience", "adult_attested"})
DAYS_PER_YEAR = 365
AUDIENCES = {
    Audience.PRIVATE: ("Only me", "Keep them to yourself."),
    Audience.PUBLIC: ("Anyone", "You may post and share them."),
    Audience.COMMERCIAL: ("Commercial use", "You may share and sell them."),
}


def offer(service: StudioService) -> Json:
    """Return what this version can serve; everything is off until the person switches it on."""
    return {
        "families": [
            {"value": name, "label": words[0], "note": words[1]}
            for name in _families(service)
            for words in [FAMILY_WORDS.get(name, (name.capitalize(), ""))]
        ],
        "durations": [
            {"value": days, "label": "1 year" if days == DAYS_PER_YEAR else f"{days} days"}
            for days in RETENTION_OPTIONS_DAYS
        ],
        "audiences": [
            {"value": audience.value, "label": label, "note": note}
            for audience, (label, note) in AUDIENCES.items()
        ],
        "days": ConsentChoice().days,
        "audience": ConsentChoice().audience.value,
    }


def _families(service: StudioService) -> dict[str, None]:
    """Return the families that this version draws, in the order of its styles."""
    return dict.fromkeys(style.family.value for style in service.styles())


def notice_markdown(text: str) -> str:
    """Return the plain-text notice as Markdown: the words as they are, headings as headings.

    The first paragraph is the title; elsewhere the first of several lines is a heading.
    """
    blocks: list[str] = []
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        first, *rest = (_MARKUP.sub(r"\\\1", line) for line in paragraph.splitlines())
        if number == 0:
            blocks.append(f"# {first}")
        elif rest:
            blocks.append(f"## {first}\n\n" + "  \n".join(rest))
        else:
            blocks.append(first)
    return "\n\n".join(blocks)


def read_choice(service: StudioService, body: Mapping[str, object]) -> ConsentChoice:
    """Return the choice that a form sent.

    Raises:
        Refusal: a field or a value that the form does not offer: what is signed must be what a
            person can have read.
    """
    if not FORM.issuperset(body):
        raise choice_invalid("the form has no such field")
    families = body.get("families", [])
    if not isinstance(families, list) or not all(isinstance(name, str) for name in families):
        raise choice_invalid("style families are a list of names")
    if not _families(service).keys() >= set(families):
        raise choice_invalid("this style family is not on offer")
    days = body.get("days", ConsentChoice().days)
    if not isinstance(days, int) or days not in RETENTION_OPTIONS_DAYS:
        raise choice_invalid("this duration is not on offer")
    audience = body.get("audience", ConsentChoice().audience.value)
    if audience not in tuple(AUDIENCES):
        raise choice_invalid("this audience is not on offer")
    return ConsentChoice(
        purposes=frozenset({Purpose.AVATAR_STILLS}) if families else frozenset(),
        families=frozenset(families),
        audience=Audience(str(audience)),
        days=days,
        adult_attested=body.get("adult_attested") is True,
    )


def summarise(service: StudioService, body: Mapping[str, object]) -> Json:
    """Return the sentence that the choice amounts to, empty while nothing is switched on."""
    choice = read_choice(service, body)
    return {"summary": service.summarise(choice) if choice.families else ""}


def give(service: StudioService, token: str, body: Mapping[str, object]) -> Json:
    """Sign and store the choice; raises Refusal."""
    return plain(service.give_consent(token, read_choice(service, body)))


def records(service: StudioService, token: str) -> Json:
    """Return the open subject's records, newest first; raises Refusal."""
    return {"records": plain(service.records(token))}


def withdraw(service: StudioService, token: str) -> Json:
    """End consent, delete everything and return the deletion receipt; raises Refusal."""
    return {"receipt": plain(service.withdraw(token))}
