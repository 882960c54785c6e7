"""What was read from a manifest of any origin: texts of strangers, cut and printable.

c2pa reports a manifest as JSON. Its keys follow a schema, its values are whatever the maker wrote:
nothing here trusts a shape, and nothing is passed on without a bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from outputs.xmp import SOURCE_TYPES

GENERATOR = "Selfsame"
CONSENT_LABEL = "org.selfsame.consent"  # c2pa drops a version suffix on reading: it lies inside
SOFT_BINDING = "c2pa.soft-binding"
WATERMARK_ALGORITHM = "org.selfsame.watermark.1"  # C2PA's list of algorithms has no entry for it
INGREDIENT_STATE = "org.selfsame.manifest"
INGREDIENT_TYPES = "org.selfsame.digital-source-types"
MOST_TEXT = 120  # characters of one text
MOST_ITEMS = 64  # of one list
MOST_CODES = 10_000  # that c2pa tells: several for every assertion
C2PA_SOURCE_TYPES = "http://c2pa.org/digitalsourcetype/"
_KINDS = ("success", "informational", "failure")  # of status codes
_WORD = re.compile(r"[0-9a-f]{8}\Z")
_HASHES = ("assertion.dataHash.", "assertion.bmffHash.", "assertion.boxesHash.")


class ManifestState(StrEnum):
    """What reading a manifest found."""

    TRUSTED = "trusted"  # intact, and signed under one of our anchors
    VALID = "valid"  # intact, signed by somebody we cannot vouch for
    INVALID = "invalid"  # the manifest and the file do not agree
    NONE = "none"  # the file carries no manifest


class TimeStamp(StrEnum):
    """What stands behind the time of signing."""

    NONE = "none"
    TRUSTED = "trusted"  # by an authority that the operator named
    UNTRUSTED = "untrusted"  # intact, by an authority that nobody here can vouch for
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed, as the certificate has it; a name proves nothing without trust."""

    name: str  # common name; "" when the certificate has none
    issuer: str  # organisation
    algorithm: str  # in lower case, e.g. es256
    signed_at: datetime | None = None  # UTC; from a time stamp only
    time_stamp: TimeStamp = TimeStamp.NONE


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that was done to the picture."""

    name: str  # e.g. c2pa.created
    digital_source_type: str = ""  # IPTC term without its address
    software_agent: str = ""


@dataclass(frozen=True, slots=True)
class Ingredient:
    """What is known of one picture that an output was drawn from; nothing of a person.

    Ours copy no manifest: it may hold a thumbnail of a face, a name, a camera's number.
    """

    title: str  # e.g. "own picture"
    state: ManifestState  # of its own manifest
    generator: str = ""  # program or camera that its manifest names
    digital_source_types: tuple[str, ...] = ()
    relationship: str = "inputTo"


@dataclass(frozen=True, slots=True)
class SoftBinding:
    """A mark in the pixels that leads back to the manifest."""

    algorithm: str
    value: str


@dataclass(frozen=True, slots=True)
class ManifestEvidence:
    """What was read from a manifest."""

    state: ManifestState
    why: tuple[str, ...]  # C2PA status codes of what failed, e.g. assertion.dataHash.mismatch
    generator: str = ""
    digital_source_types: tuple[str, ...] = ()
    consent: Mapping[str, object] | None = None  # our own assertion, when there is one
    generator_version: str = ""
    signature: Signature | None = None
    actions: tuple[Action, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    soft_bindings: tuple[SoftBinding, ...] = ()
    mining: Mapping[str, str] = field(default_factory=dict)  # e.g. cawg.ai_training: notAllowed

    @property
    def watermark(self) -> int | None:
        """The id that our own soft binding names, 32 bits; None without one."""
        values = [
            each.value for each in self.soft_bindings if each.algorithm == WATERMARK_ALGORITHM
        ]
        if len(values) != 1 or len(values[0]) != 8:
            return None
        try:
            return int.from_bytes(bytes.fromhex(values[0]))
        except ValueError:
            return None

    @property
    def is_of_another_picture(self) -> bool:
        """The manifest was signed over other bytes: the file changed, or it was moved here."""
        return any(code.startswith(_HASHES) for code in self.why)


def evidence_of(store: object) -> ManifestEvidence:
    """Return what c2pa's report says; its parts may have any shape."""
    report = _map(store)
    manifests = _map(report.get("manifests"))
    active = _map(manifests.get(str(report.get("active_manifest"))))
    results = _map(_map(report.get("validation_results")).get("activeManifest"))
    actions = _actions(active)
    generator, version = _program(active)
    consent = [data for label, data in _assertions(active) if label == CONSENT_LABEL]
    return ManifestEvidence(
        state=_STATES.get(str(report.get("validation_state")), ManifestState.INVALID),
        why=_codes(results, "failure"),
        generator=generator,
        digital_source_types=_types(actions),
        consent=consent[-1] if consent else None,
        generator_version=version,
        signature=_signature(active, results),
        actions=actions,
        ingredients=tuple(
            _ingredient(_map(each), manifests) for each in _list(active.get("ingredients"))
        ),
        soft_bindings=tuple(_soft_bindings(active)),
        mining=_mining(active),
    )


def text_of(value: object) -> str:
    """Return a stranger's text without anything that a terminal would act on, cut."""
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value[: 2 * MOST_TEXT] if letter.isprintable())[:MOST_TEXT]


def term_of(value: object) -> str:
    """Return a digital source type without its address."""
    return text_of(value).removeprefix(SOURCE_TYPES).removeprefix(C2PA_SOURCE_TYPES)


def _assertions(manifest: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for item in _list(manifest.get("assertions")):
        yield str(_map(item).get("label")), _map(_map(item).get("data"))


def _actions(manifest: Mapping[str, object]) -> tuple[Action, ...]:
    found = []
    for label, data in _assertions(manifest):
        if label.startswith("c2pa.actions"):
            for item in map(_map, _list(data.get("actions"))):
                agent = item.get("softwareAgent")
                name = text_of(agent) or text_of(_map(agent).get("name"))
                term = term_of(item.get("digitalSourceType"))
                found.append(Action(text_of(item.get("action")), term, name))
    return tuple(found[:MOST_ITEMS])


def _types(actions: Sequence[Action]) -> tuple[str, ...]:
    return tuple(each.digital_source_type for each in actions if each.digital_source_type)


def _program(manifest: Mapping[str, object]) -> tuple[str, str]:
    """Return name and version of the program that made a manifest."""
    for item in map(_map, _list(manifest.get("claim_generator_info"))):
        if text_of(item.get("name")):
            return text_of(item.get("name")), text_of(item.get("version"))
    # Manifests of before C2PA 2 have one text, "name/version" and more behind blanks.
    name, _, version = text_of(manifest.get("claim_generator")).partition(" ")[0].partition("/")
    return name, version


def _signature(manifest: Mapping[str, object], results: Mapping[str, object]) -> Signature | None:
    info = _map(manifest.get("signature_info"))
    if not info:
        return None
    return Signature(
        name=text_of(info.get("common_name")),
        issuer=text_of(info.get("issuer")),
        algorithm=text_of(info.get("alg")).lower(),
        signed_at=_time(info.get("time")),
        time_stamp=_time_stamp(results),
    )


def _time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(text_of(value))
        return time.astimezone(UTC) if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _time_stamp(results: Mapping[str, object]) -> TimeStamp:
    told = {
        code for kind in ("success", "informational", "failure") for code in _codes(results, kind)
    }
    if "timeStamp.validated" in told:
        trusted = "timeStamp.trusted" in told
        return TimeStamp.TRUSTED if trusted else TimeStamp.UNTRUSTED
    has_any = any(code.startswith("timeStamp.") for code in told)
    return TimeStamp.INVALID if has_any else TimeStamp.NONE


def _ingredient(item: Mapping[str, object], manifests: Mapping[str, object]) -> Ingredient:
    own = _map(manifests.get(str(item.get("active_manifest"))))
    facts = _map(item.get("metadata"))
    term = term_of(item.get("digital_source_type"))
    if own:
        failed = _codes(_map(_map(item.get("validation_results")).get("activeManifest")), "failure")
        intact = all(code == "signingCredential.untrusted" for code in failed)
        state = ManifestState.VALID if intact else ManifestState.INVALID
        generator, types = _program(own)[0], _types(_actions(own))
    else:
        state = _WRITTEN_STATES.get(text_of(facts.get(INGREDIENT_STATE)), ManifestState.NONE)
        generator = text_of(facts.get("org.selfsame.generator"))
        types = tuple(filter(None, map(term_of, _list(facts.get(INGREDIENT_TYPES)))))
    return Ingredient(
        title=text_of(item.get("title")),
        state=state,
        generator=generator,
        digital_source_types=types or ((term,) if term else ()),
        relationship=text_of(item.get("relationship")),
    )


def _soft_bindings(manifest: Mapping[str, object]) -> Iterator[SoftBinding]:
    for label, data in _assertions(manifest):
        if label.startswith(SOFT_BINDING):
            for block in map(_map, _list(data.get("blocks"))):
                yield SoftBinding(text_of(data.get("alg")), text_of(block.get("value")))


def _mining(manifest: Mapping[str, object]) -> Mapping[str, str]:
    found = {}
    for label, data in _assertions(manifest):
        if label.endswith(".training-mining"):
            for name, entry in list(_map(data.get("entries")).items())[:MOST_ITEMS]:
                found[text_of(name)] = text_of(_map(entry).get("use"))
    return found


def _codes(results: Mapping[str, object], kind: str) -> tuple[str, ...]:
    told = results.get(kind)
    entries = told[:MOST_CODES] if isinstance(told, list) else ()
    return tuple(dict.fromkeys(text_of(_map(item).get("code")) for item in entries))[:MOST_ITEMS]


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[object]:
    return value[:MOST_ITEMS] if isinstance(value, list) else ()


_STATES = {
    "Trusted": ManifestState.TRUSTED,
    "Valid": ManifestState.VALID,
    "Invalid": ManifestState.INVALID,
}
_WRITTEN_STATES = {state.value: state for state in ManifestState}
