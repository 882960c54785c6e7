"""The C2PA manifest: what is claimed about a picture, signing it, and reading it back."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from c2pa import Builder, C2paError, C2paSignerInfo, Context, Reader, Settings
from c2pa import Signer as NativeSigner

from consent.log import LoggedLeaf
from outputs.authority import Authority
from outputs.errors import MarkMissing
from outputs.log_proof import proof_json
from outputs.xmp import ALT_TEXT, SOURCE_TYPES

CONSENT_LABEL = "org.selfsame.consent"  # c2pa drops a version suffix on reading: it lies inside
CONSENT_VERSION = 2  # 1 had neither family nor log
GENERATOR = "Selfsame"
NOT_ALLOWED = (
    "cawg.ai_training",
    "cawg.ai_generative_training",
    "cawg.ai_inference",
    "cawg.data_mining",
)
OFFLINE: Mapping[str, Any] = {
    "version": 1,
    "builder": {"thumbnail": {"enabled": False}},
    "core": {"allowed_network_hosts": []},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
}


class ManifestState(StrEnum):
    """What reading a manifest found."""

    TRUSTED = "trusted"  # intact, and signed under one of our anchors
    VALID = "valid"  # intact, signed by somebody we cannot vouch for
    INVALID = "invalid"  # the manifest and the file do not agree
    NONE = "none"  # the file carries no manifest


@dataclass(frozen=True, slots=True)
class Ingredient:
    """What is known of one picture that an output was drawn from; nothing of a person.

    The manifest itself is not copied: it may hold a thumbnail of a face, a name, a camera's number.
    """

    title: str  # e.g. "own picture"
    state: ManifestState
    generator: str = ""  # program that the manifest names
    digital_source_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a manifest says about one output. Nothing here tells who the subject is."""

    output_id: str
    job_id: str
    receipt_hash: str  # SHA-256 of the signed consent record, hex
    digital_source_type: str  # IPTC term without its address
    synthetic: bool
    version: str  # of this program
    family: str  # of styles: what the consent had to cover
    logged: LoggedLeaf  # the consent's entry in the log, and its proof
    watermark: int = 0  # the id in the picture's colours, 32 bits
    ingredients: tuple[Ingredient, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestEvidence:
    """What was read from a manifest."""

    state: ManifestState
    why: tuple[str, ...]  # C2PA status codes of what failed, e.g. assertion.dataHash.mismatch
    generator: str = ""
    digital_source_types: tuple[str, ...] = ()
    consent: Mapping[str, object] | None = None  # our own assertion, when there is one


class Signer:
    """Signs files under this installation's leaf; safe to share between threads."""

    def __init__(self, authority: Authority) -> None:
        self._info = C2paSignerInfo(b"es256", authority.chain, authority.key, None)
        native = NativeSigner.from_info(self._info)
        self._context = Context(Settings.from_dict(dict(OFFLINE)), native)

    def sign(self, data: bytes, media_type: str, claim: Claim) -> bytes:
        """Return `data` with a signed manifest embedded.

        Raises:
            MarkMissing: the file cannot carry a manifest.
        """
        signed = io.BytesIO()
        try:
            with Builder(manifest_for(claim, media_type), context=self._context) as builder:
                builder.sign(media_type, io.BytesIO(data), signed)
        except C2paError as error:
            raise MarkMissing("manifest", "the file could not be signed") from error
        return signed.getvalue()


class ManifestReader:
    """Reads manifests against our own anchors, without any network."""

    def __init__(self, anchors: Sequence[bytes]) -> None:
        settings = {**OFFLINE, "verify": {**OFFLINE["verify"], "verify_trust": True}}
        if anchors:
            settings["trust"] = {"user_anchors": b"\n".join(anchors).decode()}
        self._context = Context(Settings.from_dict(settings))

    def read(self, data: bytes, media_type: str = "") -> ManifestEvidence:
        """Read the manifest of a file of any origin.

        Args:
            data: The file's bytes.
            media_type: Its format; detected when empty.
        """
        try:
            with Reader(media_type or None, io.BytesIO(data), context=self._context) as reader:
                return _evidence(json.loads(reader.json()))
        except C2paError.ManifestNotFound:
            return ManifestEvidence(ManifestState.NONE, ("no manifest in the file",))
        except C2paError.NotSupported:
            return ManifestEvidence(ManifestState.NONE, ("the format carries no manifests",))
        except C2paError.RemoteManifest:
            return ManifestEvidence(ManifestState.NONE, ("a manifest elsewhere is not fetched",))
        except (C2paError, ValueError):
            return ManifestEvidence(ManifestState.INVALID, ("it cannot be read",))


def manifest_for(claim: Claim, media_type: str) -> dict[str, Any]:
    """Return the manifest's definition as c2pa wants it."""
    created = {
        "action": "c2pa.created",
        "digitalSourceType": SOURCE_TYPES + claim.digital_source_type,
        "softwareAgent": {"name": GENERATOR, "version": claim.version},
    }
    mining = {"entries": {name: {"use": "notAllowed"} for name in NOT_ALLOWED}}
    return {
        "claim_generator_info": [{"name": GENERATOR, "version": claim.version}],
        "title": ALT_TEXT,
        "format": media_type,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
            {"label": CONSENT_LABEL, "data": consent_assertion(claim)},
            {"label": "cawg.training-mining", "data": mining},
        ],
    }


def consent_assertion(claim: Claim) -> dict[str, object]:
    """Return what the manifest says of the consent, and what proves that it was logged before."""
    return {
        "version": CONSENT_VERSION,
        "receipt_hash": claim.receipt_hash,
        "output_id": claim.output_id,
        "job_id": claim.job_id,
        "synthetic": claim.synthetic,
        "family": claim.family,
        "log": proof_json(claim.logged),
    }


def _evidence(store: object) -> ManifestEvidence:
    """Read c2pa's report; assertions of strangers may have any shape."""
    active = _map(_map(_map(store).get("manifests")).get(str(_map(store).get("active_manifest"))))
    results = _map(_map(_map(store).get("validation_results")).get("activeManifest"))
    assertions = {
        str(_map(item).get("label")): _map(_map(item).get("data"))
        for item in _list(active.get("assertions"))
    }
    actions = assertions.get("c2pa.actions.v2") or assertions.get("c2pa.actions") or {}
    sources = [_map(item).get("digitalSourceType") for item in _list(actions.get("actions"))]
    programs = [_map(item).get("name") for item in _list(active.get("claim_generator_info"))]
    codes = [str(_map(item).get("code")) for item in _list(results.get("failure"))]
    return ManifestEvidence(
        state=_STATES.get(str(_map(store).get("validation_state")), ManifestState.INVALID),
        why=tuple(dict.fromkeys(codes)),
        generator=next((str(name) for name in programs if name), ""),
        digital_source_types=tuple(str(s).removeprefix(SOURCE_TYPES) for s in sources if s),
        consent=assertions.get(CONSENT_LABEL),
    )


def _map(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


_STATES = {
    "Trusted": ManifestState.TRUSTED,
    "Valid": ManifestState.VALID,
    "Invalid": ManifestState.INVALID,
}
