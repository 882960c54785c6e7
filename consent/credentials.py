"""What browsers send about passkeys, read strictly; and the words for what does not hold.

WebAuthn level 3, sections 5.8.1 (client data) and 6.1 (authenticator data).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from webauthn.helpers import parse_attestation_object, parse_authenticator_data
from webauthn.helpers.structs import AuthenticatorData

from consent.errors import ConsentRefused

LONGEST = 4096  # base64url characters of one value, as the record's schema has it
_RP_ID_HASH = 32  # bytes at the head of authenticator data

Credential = Mapping[str, object]  # RegistrationResponseJSON or AuthenticationResponseJSON
ClientData = Mapping[str, Any]  # CollectedClientData


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The studio as a browser names it: a passkey belongs to the one, a page to the other."""

    rp_id: str  # host name, never an address
    origin: str  # scheme, host and port of the page


def relying_party(origin: str) -> RelyingParty:
    """Return the relying party of a page's origin.

    Raises:
        ConsentRefused: `passkey_needs_name` for an IP address, which browsers refuse
            (WebAuthn level 3, section 5.1.3: the effective domain must be a domain).
    """
    parts = urlsplit(origin)
    name = parts.hostname or ""
    if not name or _is_address(name):
        here = f":{parts.port}" if parts.port else ""
        raise ConsentRefused(
            "passkey_needs_name",
            "Passkeys do not work at this address.",
            why="A passkey belongs to a name, so that no other site can ask for it.",
            next_step=f"Open the studio as http://localhost{here} or by its own name.",
        )
    return RelyingParty(name, origin)


def named_party(
    client_data: ClientData,
    authenticator_data: bytes,
    expected_rp_ids: Collection[str] | None,
    expected_origins: Collection[str] | None,
) -> RelyingParty:
    """Return the studio that asked, as the signed bytes name it, held to what is expected.

    Raises:
        ConsentRefused: `passkey_elsewhere` or `passkey_needs_name`.
    """
    origin = str(client_data.get("origin"))
    if expected_origins is not None and origin not in expected_origins:
        raise elsewhere()
    names = [relying_party(origin).rp_id] if expected_rp_ids is None else expected_rp_ids
    for name in names:
        if _hash(name) == authenticator_data[:_RP_ID_HASH]:
            return RelyingParty(name, origin)
    raise elsewhere()


def credential_id_of(credential: Credential) -> str:
    """Return the id of the passkey that a browser's answer names.

    Raises:
        ConsentRefused: `passkey_unreadable`.
    """
    found = credential.get("id")
    if not isinstance(found, str) or credential.get("rawId") != found:
        raise unreadable()
    decoded(found)
    return found


def response_value(credential: Credential, name: str) -> str:
    """Return one base64url value of a browser's answer.

    Raises:
        ConsentRefused: `passkey_unreadable`.
    """
    response = credential.get("response")
    value = response.get(name) if isinstance(response, Mapping) else None
    if not isinstance(value, str):
        raise unreadable()
    decoded(value)
    return value


def client_data_of(credential: Credential) -> ClientData:
    """Return what the browser says it asked the passkey.

    Raises:
        ConsentRefused: `passkey_unreadable`.
    """
    try:
        document = json.loads(decoded(response_value(credential, "clientDataJSON")))
    except (ValueError, RecursionError) as error:
        raise unreadable() from error
    if not isinstance(document, dict):
        raise unreadable()
    return document


def require_own_page(client_data: ClientData, expected: RelyingParty) -> None:
    """Hold an answer to the page that asked: its own origin, not framed by another site.

    Raises:
        ConsentRefused: `passkey_elsewhere`.
    """
    is_framed = client_data.get("crossOrigin", False) is not False
    if client_data.get("origin") != expected.origin or is_framed:
        raise elsewhere()


def reason(
    credential: Credential, expected_challenge: bytes, expected: RelyingParty, sign_count: int
) -> ConsentRefused:
    """Return the words for an answer that the library refused."""
    try:
        if client_data_of(credential).get("challenge") != encoded(expected_challenge):
            return refused("passkey_stale", "The passkey signed something else than was asked.")
        told = _authenticator_data(credential)
    except Exception:  # noqa: BLE001 - the library's parsers let any error through
        return unreadable()
    if told.rp_id_hash != _hash(expected.rp_id):
        return elsewhere()
    if not told.flags.uv:
        return refused("passkey_unverified", "Your device did not check that it is you.")
    if sign_count and told.sign_count <= sign_count:
        return refused("passkey_copied", "This passkey counts backwards, as a copy of it would.")
    return refused("passkey_invalid", "The passkey's answer does not verify.")


def encoded(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """Return the bytes of base64url without padding; only one way of writing them is accepted.

    Raises:
        ConsentRefused: `passkey_unreadable`.
    """
    if not 0 < len(text) <= LONGEST:
        raise unreadable()
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise unreadable() from error
    if encoded(data) != text:
        raise unreadable()
    return data


def unreadable() -> ConsentRefused:
    """Return the refusal of an answer that is not in the form that browsers give it."""
    return refused("passkey_unreadable", "The passkey's answer could not be read.")


def elsewhere() -> ConsentRefused:
    """Return the refusal of an answer that was given to another page or studio."""
    return refused("passkey_elsewhere", "The passkey answered another page.")


def refused(code: str, what: str) -> ConsentRefused:
    """Return the refusal of a ceremony."""
    return ConsentRefused(
        code,
        what,
        why="Nobody else can sign in your place.",
        next_step="Try again on this page. Nothing has been agreed to or opened.",
    )


def _authenticator_data(credential: Credential) -> AuthenticatorData:
    response = credential.get("response")
    if isinstance(response, Mapping) and "attestationObject" in response:
        made = decoded(response_value(credential, "attestationObject"))
        return parse_attestation_object(made).auth_data
    return parse_authenticator_data(decoded(response_value(credential, "authenticatorData")))


def _hash(rp_id: str) -> bytes:
    return hashlib.sha256(rp_id.encode()).digest()


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
