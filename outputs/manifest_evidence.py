"""What was read from a manifest of any origin: texts of strangers, cut and printable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

GENERATOR = "Selfsame"
CONSENT_LABEL = "org.selfsame.consent"  # c2pa drops a version suffix on reading: it lies inside
SOFT_BINDING = "c2pa.soft-binding"
WATERMARK_ALGORITHM = "org.selfsame.watermark.1"  # C2PA's list of algorithms has no entry for it
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
    digital_source_types: tuple[str, ...] = ()
    relationship: str = "inputTo"
    generator: str = ""  # that its own manifest names; ours never say which camera somebody has


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
        ours = [each for each in self.soft_bindings if each.algorithm == WATERMARK_ALGORITHM]
        return int(ours[0].value, 16) if len(ours) == 1 and _WORD.match(ours[0].value) else None

    @property
    def is_of_another_picture(self) -> bool:
        """The manifest was signed over other bytes: the file changed, or it was moved here."""
        return any(code.startswith(_HASHES) for code in self.why)
