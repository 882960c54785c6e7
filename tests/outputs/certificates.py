"""Certificates as an operator would get them from somebody else's authority."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.outputs.samples import NOW

PEM = serialization.Encoding.PEM
KEYS = {
    "es256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "es384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "es512": lambda: ec.generate_private_key(ec.SECP521R1()),
    "ps256": lambda: rsa.generate_private_key(65537, 2048),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
}


@dataclass
class Issuer:
    """An authority with a root and, between it and the leaf, one more certificate."""

    root_name: str = "Somebody's root"

    def __post_init__(self) -> None:
        self.root_key, self.key = KEYS["es256"](), KEYS["es256"]()
        root, middle = name_of(self.root_name), name_of("Somebody's issuing")
        self.root = certificate(root, self.root_key.public_key(), root, self.root_key, ca=True)
        self.middle = certificate(middle, self.key.public_key(), root, self.root_key, ca=True)

    def issue(self, key=None, **options) -> x509.Certificate:
        key = key or KEYS["es256"]()
        subject = options.pop("subject", name_of("The operator", organisation="A studio"))
        return certificate(subject, key.public_key(), self.middle.subject, self.key, **options)

    def write(self, folder: Path, key=None, *, chain=None, **options) -> tuple[Path, Path]:
        """Write chain and key as files of mode 600 and return their paths."""
        key = key or KEYS["es256"]()
        issued = [self.issue(key, **options), self.middle, self.root] if chain is None else chain
        certificate_file, key_file = folder / "chain.pem", folder / "own.key"
        certificate_file.write_bytes(b"".join(each.public_bytes(PEM) for each in issued))
        key_file.write_bytes(key_bytes(key))
        key_file.chmod(0o600)
        return certificate_file, key_file


def key_bytes(key, passphrase: bytes = b"") -> bytes:
    lock = (
        serialization.BestAvailableEncryption(passphrase)
        if passphrase
        else serialization.NoEncryption()
    )
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, lock)


def name_of(common: str, *, organisation: str = "") -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


def certificate(
    subject,
    public,
    issuer,
    issuer_key,
    *,
    ca=False,
    use: x509.ObjectIdentifier | None = ExtendedKeyUsageOID.EMAIL_PROTECTION,
    signs=True,
    start: datetime = NOW - timedelta(days=30),
    days: int = 3650,
    serial: int | None = None,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=signs and not ca,
        content_commitment=not signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if not ca and use is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
