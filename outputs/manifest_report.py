"""Reads c2pa's report of a manifest.

The report is JSON. Its keys follow a schema, its values are whatever the maker wrote: nothing here
trusts a shape, and nothing is passed on without a bound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from outputs.manifest_evidence import (
    CONSENT_LABEL,
    SOFT_BINDING,
    Action,
    Ingredient,
    ManifestEvidence,
    ManifestState,
    Signature,
    SoftBinding,
    TimeStamp,
)
from outputs.xmp import SOURCE_TYPES

INGREDIENT_STATE = "org.selfsame.manifest"
INGREDIENT_TYPES = "org.selfsame.digital-source-types"
MOST_TEXT = 120  # characters of one text
MOST_ITEMS = 64  # of one list
MOST_CODES = 10_000  # that c2pa tells: several for every assertion
C2PA_SOURCE_TYPES = "http://c2pa.org/digitalsourcetype/"
UNTRUSTED = "signingCredential.untrusted"  # C2PA's status code
TIME_STAMP_LIST = "time stamps"  # our name for the roots of time stamp authorities
_KINDS = ("success", "informational", "failure")  # of status codes


def evidence_of(store: object) -> ManifestEvidence:
    """Return what c2pa's report says; its parts may have any shape."""
    report = _map(store)
    manifests = _map(report.get("manifests"))
    active = _map(manifests.get(str(report.get("active_manifest"))))
    results = _map(_map(report.get("validation_results")).get("activeManifest"))
    actions = _actions(active)
    generator, version = _program(active)
    consent = [data for label, data in _assertions(active) if label == CONSENT_LABEL]
    state, why = _state(report)
    return ManifestEvidence(
        state=state,
        why=why,
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


def _state(report: Mapping[str, object]) -> tuple[ManifestState, tuple[str, ...]]:
    results = _map(report.get("validation_results"))
    state = _STATES.get(str(report.get("validation_state")), ManifestState.INVALID)
    # c2pa lets a root of time stamps vouch for manifests, too. Anybody may have a certificate of a
    # public one: that makes nobody's manifest ours.
    if state is ManifestState.TRUSTED and results.get("trustListUri") == TIME_STAMP_LIST:
        return ManifestState.VALID, (UNTRUSTED,)
    return state, _codes(_map(results.get("activeManifest")), "failure")


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
    told = {code for kind in _KINDS for code in _codes(results, kind)}
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
        intact = all(code == UNTRUSTED for code in failed)
        state = ManifestState.VALID if intact else ManifestState.INVALID
        generator, types = _program(own)[0], _types(_actions(own))
    else:
        state = _WRITTEN_STATES.get(text_of(facts.get(INGREDIENT_STATE)), ManifestState.NONE)
        generator = ""
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
