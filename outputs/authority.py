"""The local certificate authority that signs this installation's manifests.

Made at first run: a root, and a leaf that signs. The root's private key is dropped as soon as the
leaf is signed, so that a stolen data folder cannot mint further certificates; when the leaf runs
out, a new authority is made and the old root stays among the anchors, so older pictures still
verify as ours. Names and extensions: C2PA 2.x, section "X.509 certificates".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from outputs.errors import OutputError

LIFETIME = timedelta(days=3650)
EARLY = timedelta(days=1)  # tolerates the clock of whoever verifies
ORGANISATION = "Selfsame"
LEAF_NAME = "Selfsame output signing"


@dataclass(frozen=True, slots=True)
class Authority:
    """PEM texts; `key` is the leaf's private key, PKCS 8."""

    root: bytes
    leaf: bytes
    key: bytes

    @property
    def chain(self) -> bytes:
        """Leaf first, then the root."""
        return self.leaf + self.root

    @property
    def algorithm(self) -> str:
        """How the key signs, as C2PA names it."""
        return "es256"


def make_authority(*, now: datetime, serial: Callable[[], int]) -> Authority:
    """Make a root and a leaf.

    Args:
        now: Aware time from which the certificates count.
        serial: Supplies certificate serial numbers, positive, unpredictable, below 2**159.
    """
    root_key = ec.generate_private_key(ec.SECP256R1())
    leaf_key = ec.generate_private_key(ec.SECP256R1())
    root_serial = serial()
    root = _root(root_key, now, root_serial)
    leaf = _leaf(leaf_key, root, root_key, serial())
    return Authority(
        root=root.public_bytes(serialization.Encoding.PEM),
        leaf=leaf.public_bytes(serialization.Encoding.PEM),
        key=leaf_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


def check_authority(authority: Authority, *, now: datetime) -> Authority:
    """Return the authority if its parts belong together and are valid now.

    Raises:
        OutputError: a part cannot be read, does not match the others, or its time is over.
    """
    try:
        root = x509.load_pem_x509_certificate(authority.root)
        leaf = x509.load_pem_x509_certificate(authority.leaf)
        key = serialization.load_pem_private_key(authority.key, password=None)
        leaf.verify_directly_issued_by(root)
    except (ValueError, TypeError, InvalidSignature) as error:
        raise OutputError(
            "The signing certificate cannot be read or was not issued here."
        ) from error
    if key.public_key() != leaf.public_key():
        raise OutputError("The signing key does not belong to the signing certificate.")
    if not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc:
        raise OutputError("The signing certificate is not valid at this time.")
    return authority


def is_over(authority: Authority, *, now: datetime) -> bool:
    """Tell whether the leaf's time is over, so that a new authority must be made."""
    try:
        leaf = x509.load_pem_x509_certificate(authority.leaf)
    except ValueError as error:
        raise OutputError("The signing certificate cannot be read.") from error
    return now >= leaf.not_valid_after_utc


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _root(key: ec.EllipticCurvePrivateKey, now: datetime, number: int) -> x509.Certificate:
    # Each installation's root has its own name: verifiers look anchors up by name.
    name = _name(f"Selfsame local root {number % 2**32:08x}")
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(number)
        .not_valid_before(now - EARLY)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    number: int,
) -> x509.Certificate:
    public = key.public_key()
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    return (
        x509.CertificateBuilder()
        .subject_name(_name(LEAF_NAME))
        .issuer_name(root.subject)
        .public_key(public)
        .serial_number(number)
        .not_valid_before(root.not_valid_before_utc)
        .not_valid_after(root.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(usage, critical=False)
        .add_extension(issuer, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .sign(root_key, hashes.SHA256())
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
