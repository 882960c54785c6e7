"""The C2PA manifest: signing it, and reading it back.

What is claimed lies in `outputs.claim`, what was read in `outputs.manifest_evidence`.
"""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from c2pa import Builder, C2paError, C2paSignerInfo, Context, Reader, Settings
from c2pa import Signer as NativeSigner
from cryptography import x509

from outputs.claim import (
    NOT_ALLOWED,
    Claim,
    consent_assertion,
    ingredient_of,
    manifest_for,
    soft_binding_value,
)
from outputs.errors import MarkMissing
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
    evidence_of,
)
from outputs.time_stamp import TimeStamping

__all__ = [
    "CONSENT_LABEL",
    "GENERATOR",
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
]

MOST_REPORT = 4 * 1024 * 1024  # characters of c2pa's report; ours has about 5 000
OFFLINE: Mapping[str, Any] = {
    "version": 1,
    "builder": {"thumbnail": {"enabled": False}},
    "core": {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 16},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
}
_MARK = "manifest"  # its name in refusals and findings
_LOG = logging.getLogger(__name__)


class Credential(Protocol):
    """What signs: this installation's own authority, or the operator's certificate."""

    @property
    def chain(self) -> bytes:
        """PEM certificates, the one that signs first."""
        ...

    @property
    def key(self) -> bytes:
        """PEM, PKCS 8, without a passphrase."""
        ...

    @property
    def algorithm(self) -> str:
        """C2PA's name, e.g. es256."""
        ...


class Signer:
    """Signs files with one certificate; safe to share between threads."""

    def __init__(self, credential: Credential, time_stamping: TimeStamping | None = None) -> None:
        """Take what signs.

        Args:
            credential: Certificate and key.
            time_stamping: Whom to ask for a time stamp of every signature; None asks nobody.
        """
        self._credential = credential
        self._time_stamping = time_stamping
        self._context = self._context_for(None)

    def sign(self, data: bytes, media_type: str, claim: Claim) -> bytes:
        """Return `data` with a signed manifest embedded.

        An authority that gives no time stamp is told of in the process's log, and the file is
        signed without: nobody loses a picture because somebody else's server is down.

        Raises:
            MarkMissing: the file cannot carry a manifest.
        """
        definition = manifest_for(claim, media_type)
        if self._time_stamping is not None and self._time_stamping.is_due():
            with self._time_stamping.relay() as relay:
                try:
                    return _sign(definition, data, self._context_for(relay.url))
                except C2paError:
                    self._time_stamping.rest()
                    _LOG.warning("signing without a time stamp: %s", relay.trouble)
        try:
            return _sign(definition, data, self._context)
        except C2paError as error:
            raise MarkMissing("manifest", "the file could not be signed") from error

    def _context_for(self, url: str | None) -> Context:
        credential = self._credential
        info = C2paSignerInfo(
            credential.algorithm.encode(), credential.chain, credential.key, url and url.encode()
        )
        return Context(Settings.from_dict(dict(OFFLINE)), NativeSigner.from_info(info))


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
            with Reader(media_type or None, io.BytesIO(data), context=self._context) as reader:
                report = reader.json()
            if len(report) > MOST_REPORT:
                return ManifestEvidence(ManifestState.INVALID, ("it is too large to be read",))
            return evidence_of(json.loads(report))
        except C2paError.ManifestNotFound:
            return ManifestEvidence(ManifestState.NONE, ("no manifest in the file",))
        except C2paError.NotSupported:
            return ManifestEvidence(ManifestState.NONE, ("the format carries no manifests",))
        except C2paError.RemoteManifest:
            return ManifestEvidence(ManifestState.NONE, ("a manifest elsewhere is not fetched",))
        except (C2paError, ValueError, RecursionError):
            return ManifestEvidence(ManifestState.INVALID, ("it cannot be read",))


def require_claimed(claim: Claim, evidence: ManifestEvidence) -> ManifestEvidence:
    """Return what was read from an output's manifest when all of it is what was claimed.

    Raises:
        MarkMissing: the manifest is not intact and ours, or it says something else.
    """
    if evidence.state is not ManifestState.TRUSTED:
        raise MarkMissing(_MARK, f"{evidence.state}: {', '.join(evidence.why)}")
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


def _sign(definition: Mapping[str, Any], data: bytes, context: Context) -> bytes:
    signed = io.BytesIO()
    with Builder(dict(definition), context=context) as builder:
        builder.sign(definition["format"], io.BytesIO(data), signed)
    return signed.getvalue()


def _trust(anchors: Sequence[bytes], time_stamp_anchors: Sequence[bytes]) -> dict[str, Any]:
    roots = [pem for pem in anchors if _is_root(pem)]
    leaves = [pem for pem in anchors if not _is_root(pem)]
    lists = []
    if leaves:
        own = {"trust_anchors": "", "allowed_list": b"\n".join(leaves).decode()}
        lists.append({"trust_uri": "own certificates", "trust_kind": "manifest", **own})
    if time_stamp_anchors:
        stamps = {"trust_anchors": b"\n".join(time_stamp_anchors).decode()}
        lists.append({"trust_uri": "time stamps", "trust_kind": "tsa", **stamps})
    trust: dict[str, Any] = {"anchors": lists} if lists else {}
    return {**trust, "user_anchors": b"\n".join(roots).decode()} if roots else trust


def _is_root(pem: bytes) -> bool:
    extensions = x509.load_pem_x509_certificate(pem).extensions
    try:
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
