"""The C2PA manifest: reading it back, and the door to all that concerns it.

What is claimed lies in `outputs.claim`, signing in `outputs.signer`, what was read in
`outputs.manifest_evidence`, and how it is read in `outputs.manifest_report`.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Sequence
from typing import Any

from c2pa import C2paError, Context, Reader, Settings
from cryptography import x509

from outputs.claim import (
    NOT_ALLOWED,
    Claim,
    consent_assertion,
    ingredient_of,
    manifest_for,
    soft_binding_value,
)
from outputs.errors import MarkMissing, OutputError, TooLarge
from outputs.manifest_evidence import (
    CONSENT_LABEL,
    GENERATOR,
    WATERMARK_ALGORITHM,
    Action,
    Ingredient,
    ManifestEvidence,
    ManifestState,
    Signature,
    SoftBinding,
    TimeStamp,
)
from outputs.manifest_report import TIME_STAMP_LIST, evidence_of
from outputs.parts import require_few_parts
from outputs.signer import OFFLINE, Credential, Signer, sign_definition, signing_context
from outputs.xmp import SOURCE_TYPES

__all__ = [
    "CONSENT_LABEL",
    "GENERATOR",
    "MOST_REPORT",
    "OFFLINE",
    "WATERMARK_ALGORITHM",
    "Action",
    "Claim",
    "Ingredient",
    "ManifestEvidence",
    "ManifestReader",
    "ManifestState",
    "Signature",
    "Signer",
    "SoftBinding",
    "TimeStamp",
    "consent_assertion",
    "ingredient_of",
    "manifest_for",
    "require_claimed",
    "try_credential",
]

ELSEWHERE = "Remote:"  # how c2pa begins to say so: that error has no type of its own there
MOST_REPORT = 4 * 1024 * 1024  # characters of c2pa's report; ours has about 5 000
_PIXEL = base64.b64decode(  # a PNG of one grey pixel
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
_TOO_LARGE = "it is too large to be read"
_MARK = "manifest"  # its name in refusals and findings


class ManifestReader:
    """Reads manifests against our own anchors, without any network."""

    def __init__(self, anchors: Sequence[bytes], time_stamp_anchors: Sequence[bytes] = ()) -> None:
        """Take what is trusted.

        Args:
            anchors: PEM, one certificate each: roots whose every signature is ours, and signing
                certificates that are ours whoever issued them.
            time_stamp_anchors: PEM roots of time stamp authorities; they vouch for times only.
        """
        verify = {**OFFLINE["verify"], "verify_trust": True}
        settings = {**OFFLINE, "verify": verify, "trust": _trust(anchors, time_stamp_anchors)}
        self._context = Context(Settings.from_dict(settings))

    def read(self, data: bytes, media_type: str = "") -> ManifestEvidence:
        """Read the manifest of a file of any origin.

        Args:
            data: The file's bytes.
            media_type: Its format; detected when empty.
        """
        try:
            require_few_parts(data)
            with Reader(media_type or None, io.BytesIO(data), context=self._context) as reader:
                report = reader.json()
            if len(report) > MOST_REPORT:
                return ManifestEvidence(ManifestState.INVALID, (_TOO_LARGE,))
            return evidence_of(json.loads(report))
        except TooLarge:
            return ManifestEvidence(ManifestState.INVALID, (_TOO_LARGE,))
        except (C2paError, ValueError, RecursionError) as error:
            return _unread(error)


def _unread(error: Exception) -> ManifestEvidence:
    """Return why there is nothing to tell."""
    if isinstance(error, C2paError.ManifestNotFound):
        return ManifestEvidence(ManifestState.NONE, ("no manifest in the file",))
    if isinstance(error, C2paError.NotSupported):
        return ManifestEvidence(ManifestState.NONE, ("the format carries no manifests",))
    if isinstance(error, C2paError.RemoteManifest) or str(error).startswith(ELSEWHERE):
        return ManifestEvidence(ManifestState.NONE, ("a manifest elsewhere is not fetched",))
    return ManifestEvidence(ManifestState.INVALID, ("it cannot be read",))


def try_credential(credential: Credential, anchor: bytes) -> None:
    """Sign the smallest picture and read it back, so that no creator is the first to try.

    Args:
        credential: What will sign.
        anchor: PEM certificate under which it must read as ours.

    Raises:
        OutputError: c2pa does not take the certificate, and why.
    """
    created = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPES + "algorithmicMedia"}
    definition = {
        "claim_generator_info": [{"name": GENERATOR}],
        "format": "image/png",
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}],
    }
    try:
        signed = sign_definition(definition, _PIXEL, signing_context(credential))
    except C2paError as error:
        raise OutputError(f"Nothing can be signed with this certificate: {error}") from error
    evidence = ManifestReader([anchor]).read(signed, "image/png")
    if evidence.state is not ManifestState.TRUSTED:
        raise OutputError(
            f"Manifests signed with this certificate do not hold: {', '.join(evidence.why)}."
        )


def require_claimed(claim: Claim, evidence: ManifestEvidence) -> ManifestEvidence:
    """Return what was read from an output's manifest when all of it is what was claimed.

    Raises:
        MarkMissing: the manifest is not intact and ours, or it says something else.
    """
    if evidence.state is not ManifestState.TRUSTED:
        raise MarkMissing(_MARK, f"{evidence.state}: {', '.join(evidence.why)}")
    if (evidence.generator, evidence.generator_version) != (GENERATOR, claim.version):
        raise MarkMissing(_MARK, "it names another program or version")
    if dict(evidence.consent or {}) != consent_assertion(claim):
        raise MarkMissing(_MARK, "the consent assertion says something else")
    if evidence.digital_source_types != (claim.digital_source_type,):
        raise MarkMissing(_MARK, "the digital source type is not the true one")
    value = soft_binding_value(claim.watermark)
    if evidence.soft_bindings != (SoftBinding(WATERMARK_ALGORITHM, value),):
        raise MarkMissing(_MARK, "the soft binding names another watermark")
    if evidence.ingredients != claim.ingredients:
        raise MarkMissing(_MARK, "the ingredients are not the pictures that were drawn from")
    if evidence.mining != dict.fromkeys(NOT_ALLOWED, "notAllowed"):
        raise MarkMissing(_MARK, "training and data mining are not refused")
    return evidence


def _trust(anchors: Sequence[bytes], time_stamp_anchors: Sequence[bytes]) -> dict[str, Any]:
    roots = [pem for pem in anchors if _is_root(pem)]
    leaves = [pem for pem in anchors if not _is_root(pem)]
    lists = []
    if leaves:
        own = {"trust_anchors": "", "allowed_list": b"\n".join(leaves).decode()}
        lists.append({"trust_uri": "own certificates", "trust_kind": "manifest", **own})
    if time_stamp_anchors:
        stamps = {"trust_anchors": b"\n".join(time_stamp_anchors).decode()}
        lists.append({"trust_uri": TIME_STAMP_LIST, "trust_kind": "tsa", **stamps})
    trust: dict[str, Any] = {"anchors": lists} if lists else {}
    return {**trust, "user_anchors": b"\n".join(roots).decode()} if roots else trust


def _is_root(pem: bytes) -> bool:
    extensions = x509.load_pem_x509_certificate(pem).extensions
    try:
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
