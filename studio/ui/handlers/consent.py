"""Consent: what may be chosen, in which language, what it amounts to, and giving it."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from consent.notices import languages
from consent.profiles import RETENTION_OPTIONS_DAYS
from consent.types import Audience, Purpose
from consent.words import DEFAULT_LANGUAGE, consent_words, family_words
from studio.service import ConsentChoice, StudioService
from studio.styles.types import Family
from studio.ui.refusals import choice_invalid
from studio.ui.views import Json, plain

_MARKUP = re.compile(r"([\\`*_\[\]<>#|])")
_BULLET = "- "
_OWN_LISTS = frozenset({"families", "days", "audience"})  # of words: the offer has them itself
FORM = frozenset({"families", "days", "audience", "adult_attested", "language", "extends"})
MAX_ID = 64  # characters; a record's has 32
SWITCHES = (Audience.PUBLIC, Audience.COMMERCIAL)  # with both off, only the person sees them


def offer(service: StudioService, language: str = DEFAULT_LANGUAGE) -> dict[str, Json]:
    """Return what this version can serve; everything is off until the person switches it on.

    Raises:
        Refusal: consent cannot be given in this language.
    """
    words = consent_words(read_language(language))
    described = {name: family_words(name, language) for name in offered_families(service)}
    return {
        "language": language,
        "languages": [{"value": code, "label": name} for code, name in languages().items()],
        "families": [
            {"value": name, "label": label, "note": note}
            for name, (label, note) in described.items()
        ],
        "durations": [
            {"value": days, "label": words["days"][str(days)]} for days in RETENTION_OPTIONS_DAYS
        ],
        "audiences": [
            {
                "value": audience.value,
                "label": words["audience"][audience.value]["label"],
                "note": words["audience"][audience.value]["note"],
            }
            for audience in SWITCHES
        ],
        "days": ConsentChoice().days,
        "words": plain({name: text for name, text in words.items() if name not in _OWN_LISTS}),
        "notice": notice_blocks(service.notice(language)),
    }


def families_of(service: StudioService) -> dict[str, None]:
    """Return the families that this version draws, in the order of its styles."""
    return dict.fromkeys(style.family.value for style in service.styles())


def offered_families(service: StudioService) -> dict[str, None]:
    """Return the families that can be consented to now: imagined ones where something imagines."""
    families = families_of(service)
    if Family.IMAGINED.value in families and not service.models.can_imagine():
        del families[Family.IMAGINED.value]
    return families


def notice_blocks(text: str) -> list[Json]:
    """Return the plain-text notice as headed blocks of lines; the first one is its title.

    The first of several lines is a heading; lines that begin with a dash are items of a list.
    """
    blocks: list[Json] = []
    for paragraph in text.strip().split("\n\n"):
        first, *rest = paragraph.splitlines()
        is_headed = bool(rest) or not blocks
        lines = rest if is_headed else [first]
        blocks.append(
            {
                "heading": first if is_headed else "",
                "lines": [
                    {"text": line.removeprefix(_BULLET), "item": line.startswith(_BULLET)}
                    for line in lines
                ],
            }
        )
    return blocks


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


def read_language(language: object) -> str:
    """Return a language that consent can be given in; raises Refusal."""
    if not isinstance(language, str) or language not in languages():
        raise choice_invalid("there is no text in this language")
    return language


def read_families(known: Container[str], families: object) -> frozenset[str]:
    """Return style families that are all known; raises Refusal."""
    if not isinstance(families, list) or not all(isinstance(name, str) for name in families):
        raise choice_invalid("style families are a list of names")
    if not all(name in known for name in families):
        raise choice_invalid("this style family is not on offer")
    return frozenset(families)


def read_audience(audience: object) -> Audience:
    """Return who may see what is made; raises Refusal."""
    if not isinstance(audience, str) or audience not in tuple(Audience):
        raise choice_invalid("this audience is not on offer")
    return Audience(audience)


def read_choice(service: StudioService, body: Mapping[str, object]) -> ConsentChoice:
    """Return the choice that a form sent.

    Raises:
        Refusal: a field or a value that the form does not offer: what is signed must be what a
            person can have read.
    """
    if not FORM.issuperset(body):
        raise choice_invalid("the form has no such field")
    families = read_families(offered_families(service), body.get("families", []))
    days = body.get("days", ConsentChoice().days)
    if isinstance(days, bool) or not isinstance(days, int) or days not in RETENTION_OPTIONS_DAYS:
        raise choice_invalid("this duration is not on offer")
    extends = body.get("extends")
    if extends is not None and not (isinstance(extends, str) and len(extends) <= MAX_ID):
        raise choice_invalid("it extends no consent")
    return ConsentChoice(
        purposes=frozenset({Purpose.AVATAR_STILLS}) if families else frozenset(),
        families=families,
        audience=read_audience(body.get("audience", ConsentChoice().audience.value)),
        days=days,
        adult_attested=body.get("adult_attested") is True,
        language=read_language(body.get("language", DEFAULT_LANGUAGE)),
        extends=extends,
    )


def summarise(service: StudioService, body: Mapping[str, object]) -> Json:
    """Return the sentence that the choice amounts to, empty while nothing is switched on."""
    choice = read_choice(service, body)
    return {"summary": service.summarise(choice) if choice.families else ""}


def give(service: StudioService, token: str, body: Mapping[str, object]) -> Json:
    """Sign and store the choice; raises Refusal."""
    return plain(service.give_consent(token, read_choice(service, body)))
