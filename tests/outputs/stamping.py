"""A time stamp authority that listens on the loopback address only (RFC 3161)."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.outputs.samples import NOW

DER = serialization.Encoding.DER
PEM = serialization.Encoding.PEM


@dataclass
class StampingAuthority:
    """Stamps what it is sent with `at`; `answer` replaces what it sends back."""

    at: datetime = NOW
    answer: bytes | None = None
    status: int = 200
    redirect: str = ""
    seconds: float = 0.0  # how long it thinks
    asked: list[bytes] = field(default_factory=list)
    heard: int = 0  # requests of any kind

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        root_key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Loopback stamping root")
        root = _certificate(name, name, root_key.public_key(), root_key, is_root=True)
        subject = _name("Loopback stamping")
        leaf = _certificate(subject, name, self._key.public_key(), root_key, is_root=False)
        self.root = root.public_bytes(PEM)
        self._certificates = [
            asn1_x509.Certificate.load(each.public_bytes(DER)) for each in (leaf, root)
        ]

    def stamp(self, request: bytes) -> bytes:
        asked = tsp.TimeStampReq.load(request)
        token = {
            "version": 1,
            "policy": "1.2.3.4.1",
            "message_imprint": asked["message_imprint"],
            "serial_number": len(self.asked),
            "gen_time": self.at,
        }
        if asked["nonce"].native is not None:
            token["nonce"] = asked["nonce"]
        info = tsp.TSTInfo(token)
        content = cms.ContentInfo(
            {"content_type": "signed_data", "content": self._signed(info.dump())}
        )
        answer = {"status": {"status": "granted"}, "time_stamp_token": content}
        return tsp.TimeStampResp(answer).dump()

    def _signed(self, content: bytes) -> cms.SignedData:
        leaf = self._certificates[0]
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        attributes = cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(content).digest()]},
                {
                    "type": "signing_certificate_v2",
                    "values": [{"certs": [{"cert_hash": hashlib.sha256(leaf.dump()).digest()}]}],
                },
            ]
        )
        signature = self._key.sign(attributes.dump(), ec.ECDSA(hashes.SHA256()))
        signer = cms.IssuerAndSerialNumber(
            {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
        )
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [sha256],
                "encap_content_info": {
                    "content_type": "tst_info",
                    "content": core.ParsableOctetString(content),
                },
                "certificates": self._certificates,
                "signer_infos": [
                    {
                        "version": "v1",
                        "sid": signer,
                        "digest_algorithm": sha256,
                        "signed_attrs": attributes,
                        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
                        "signature": signature,
                    }
                ],
            }
        )


@contextmanager
def listening(authority: StampingAuthority) -> Iterator[str]:
    """Yield the address at which the authority answers."""

    class Handler(BaseHTTPRequestHandler):
        def parse_request(self) -> bool:
            authority.heard += 1
            return super().parse_request()

        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            authority.asked.append(request)
            time.sleep(authority.seconds)
            answer = authority.stamp(request) if authority.answer is None else authority.answer
            self.send_response(authority.status)
            if authority.redirect:
                self.send_header("Location", authority.redirect)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Whoever did not wait for the answer has hung up."""

    server = Server(("127.0.0.1", 0), Handler)
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/stamp"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    key: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    usage = x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
    )
    if not is_root:
        stamping = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(stamping, critical=True)
    return builder.sign(key, hashes.SHA256())
