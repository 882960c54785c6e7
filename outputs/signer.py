"""Signs manifests: with this installation's own authority, or with the operator's certificate."""

from __future__ import annotations

import io
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from c2pa import Builder, C2paError, C2paSignerInfo, Context, Settings
from c2pa import Signer as NativeSigner

from outputs.claim import Claim, manifest_for
from outputs.errors import MarkMissing
from outputs.time_stamp import TimeStamping

OFFLINE: Mapping[str, Any] = {
    "version": 1,
    "builder": {"thumbnail": {"enabled": False}},
    "core": {"allowed_network_hosts": [], "max_decompressed_manifest_size_in_mb": 1},
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
}
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
        self._context = signing_context(credential)

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
                    return sign_definition(
                        definition, data, signing_context(self._credential, relay.url)
                    )
                except C2paError:
                    self._time_stamping.rest()
                    _LOG.warning("signing without a time stamp: %s", relay.trouble)
        try:
            return sign_definition(definition, data, self._context)
        except C2paError as error:
            raise MarkMissing("manifest", "the file could not be signed") from error


def signing_context(credential: Credential, time_stamp_url: str = "") -> Context:
    """Return what c2pa signs with; it fetches a time stamp from the address, unless it is empty."""
    url = time_stamp_url.encode() or None
    info = C2paSignerInfo(credential.algorithm.encode(), credential.chain, credential.key, url)
    return Context(Settings.from_dict(dict(OFFLINE)), NativeSigner.from_info(info))


def sign_definition(definition: Mapping[str, Any], data: bytes, context: Context) -> bytes:
    """Return `data` with a manifest.

    Raises:
        C2paError: the file cannot carry one, or c2pa refuses the definition or the certificate.
    """
    signed = io.BytesIO()
    with Builder(dict(definition), context=context) as builder:
        builder.sign(definition["format"], io.BytesIO(data), signed)
    return signed.getvalue()
