"""The operator's own certificate: held to what C2PA asks before anything is signed with it.

Sources: C2PA 2.x, section "X.509 certificates"; RFC 5280.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID

from outputs.errors import OutputError

PEM = serialization.Encoding.PEM
OTHERS = 0o077  # mode bits that let anybody but the owner at a file
LEAST_RSA = 2048  # bits
CURVES: Mapping[str, str] = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}
# Uses that c2pa accepts of a certificate that signs manifests.
USES = frozenset(
    {
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
        x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # document signing, RFC 9336
        x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),  # C2PA claim signing
    }
)


@dataclass(frozen=True, slots=True)
class OperatorCredential:
    """A certificate that somebody else issued to the operator, and its key."""

    leaf: bytes  # PEM
    chain: bytes  # PEM, the leaf first; a root that signed itself is left out
    key: bytes = field(repr=False)  # PEM, PKCS 8, without a passphrase
    algorithm: str  # C2PA's name, e.g. es256


def read_credential(certificate: Path, key: Path, *, now: datetime) -> OperatorCredential:
    """Return the operator's certificate and key.

    Args:
        certificate: PEM file: the certificate that signs, then those of its issuers, in order.
        key: PEM file of its private key, readable by its owner only, without a passphrase.
        now: Aware time at which the certificate must be valid.

    Raises:
        OutputError: something is wrong with them; the message says what, and what to do.
    """
    chain = _certificates(certificate)
    private = _key(key)
    leaf = chain[0]
    if private.public_key() != leaf.public_key():
        _refuse(
            f"The key in {key} does not belong to the first certificate in {certificate}",
            "put the certificate that signs first, and name its own key",
        )
    _require_chain(chain, certificate)
    _require_time(chain, now)
    _require_use(leaf)
    kept = [each for each in chain if each.issuer != each.subject]
    return OperatorCredential(
        leaf=leaf.public_bytes(PEM),
        chain=b"".join(each.public_bytes(PEM) for each in kept),
        key=private.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
        algorithm=_algorithm(private),
    )


def read_certificates(path: Path) -> tuple[bytes, ...]:
    """Return the certificates of a file, PEM each.

    Raises:
        OutputError: it cannot be read, or holds none.
    """
    return tuple(each.public_bytes(PEM) for each in _certificates(path))


def _certificates(path: Path) -> Sequence[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise OutputError(f"The certificate {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise OutputError(
            f"{path} holds no certificates in PEM; give the certificate and its chain as PEM."
        ) from error


def _key(path: Path) -> PrivateKeyTypes:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        content = path.read_bytes()
    except OSError as error:
        raise OutputError(f"The key {path} cannot be read: {error.strerror}.") from error
    if mode & OTHERS:
        _refuse(f"The key {path} has mode {mode:o}, so others may read it", f"chmod 600 {path}")
    try:
        return serialization.load_pem_private_key(content, password=None)
    except TypeError as error:
        raise OutputError(
            f"The key {path} is locked with a passphrase, and nobody is there to type it; "
            "save it without one, readable by the studio's user only."
        ) from error
    except ValueError as error:
        raise OutputError(f"{path} holds no private key in PEM.") from error


def _require_chain(chain: Sequence[x509.Certificate], path: Path) -> None:
    if chain[0].issuer == chain[0].subject:
        _refuse(
            "The signing certificate was signed by itself",
            "C2PA needs one that an authority issued",
        )
    if len(chain) < 2:
        _refuse(
            f"{path} holds the signing certificate alone",
            "put the certificates of its issuers behind it, in order",
        )
    for issued, issuer in pairwise(chain):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            name = issued.subject.rfc4514_string()
            raise OutputError(
                f"In {path}, {name} was not issued by the certificate behind it; "
                "put them in order, each before its issuer."
            ) from error


def _require_time(chain: Sequence[x509.Certificate], now: datetime) -> None:
    for each in chain:
        name = each.subject.rfc4514_string()
        if now >= each.not_valid_after_utc:
            over = each.not_valid_after_utc.date()
            _refuse(f"The certificate of {name} ran out on {over}", "renew it")
        if now < each.not_valid_before_utc:
            start = each.not_valid_before_utc.date()
            _refuse(
                f"The certificate of {name} is not valid before {start}", "check the clock, or wait"
            )


def _require_use(leaf: x509.Certificate) -> None:
    """Hold the leaf to the extensions that C2PA demands."""
    try:
        extensions = leaf.extensions
        uses = set(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    except (x509.ExtensionNotFound, ValueError) as error:
        raise OutputError(
            "The signing certificate lacks what C2PA demands: "
            "it needs key usage, extended key usage and an authority key identifier."
        ) from error
    if not usage.digital_signature:
        _refuse("The signing certificate may not make digital signatures", "get one that may")
    if not uses & USES or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in uses:
        told = ", ".join(sorted(use.dotted_string for use in uses))
        _refuse(
            f"The signing certificate is for other uses ({told})",
            "get one for C2PA claim signing, document signing or e-mail protection",
        )


def _algorithm(key: PrivateKeyTypes) -> str:
    match key:
        case ec.EllipticCurvePrivateKey() if key.curve.name in CURVES:
            return CURVES[key.curve.name]
        case ed25519.Ed25519PrivateKey():
            return "ed25519"
        case rsa.RSAPrivateKey() if key.key_size >= LEAST_RSA:
            return "ps256"
        case _:
            raise OutputError(
                "The signing key is of a kind that C2PA does not know; it takes P-256, P-384 and "
                f"P-521, Ed25519, and RSA from {LEAST_RSA} bits."
            )


def _refuse(what: str, then: str) -> None:
    raise OutputError(f"{what}: {then}.")
