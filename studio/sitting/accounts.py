"""Accounts: nothing but passkeys. They sign consents, open what they signed for, and sign in."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from consent.credentials import RelyingParty, credential_id_of
from consent.errors import ConsentRefused
from consent.passkeys import (
    Assertion,
    Passkey,
    registration_options,
    request_options,
    verify_assertion,
    verify_registration,
)
from studio.service.accounts import AccountView, PasskeyView
from studio.sitting.ceremonies import Ceremonies, late
from studio.sitting.door import OPEN_FOR, token_hash

if TYPE_CHECKING:
    from consent.ports import Clock, Ledger, SignIn, Unit
    from studio.sitting.door import Door

MOST_PASSKEYS = 10  # of one account
RECENT = timedelta(minutes=10)  # since the sign-in, to add or remove a passkey
HANDLE_BYTES = 32  # random: a handle must not tell who it is (WebAuthn level 3, section 14.6.1)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator asks of visitors."""

    required: bool  # a shared server: nothing works without signing in
    invitation: str  # empty: whoever reaches the address may make a passkey


class Accounts:
    """Implements `studio.service.accounts.AccountService`."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        door: Door,
        rules: Rules,
        entropy: Callable[[int], bytes],
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._door = door
        self._rules = rules
        self._entropy = entropy
        self._ceremonies = Ceremonies(clock, entropy)

    @property
    def required(self) -> bool:
        """Tell whether this is a shared server."""
        return self._rules.required

    def signed_in(self, token: str) -> bool:
        """Tell whether a browser session is signed in now."""
        return self._is_valid(self._sign_in_of(token_hash(token)))

    def view(self, token: str) -> AccountView:
        """Return what the session may know."""
        found = self._sign_in_of(self._door.visitor(token).token_hash)
        keys = self.passkeys_of(found.account_id)
        return AccountView(
            signed_in=self._is_valid(found),
            required=self.required,
            invitation_needed=bool(self._rules.invitation) and not self._adds(found),
            passkeys=tuple(PasskeyView(key.credential_id, key.created_at) for key in keys),
        )

    def register_options(
        self, token: str, *, origin: str, invitation: str = ""
    ) -> Mapping[str, object]:
        """Return creation options; a session that is signed in adds to its account.

        Raises:
            ConsentRefused: `invitation_wrong`, `sign_in_again`, `passkey_needs_name` or
                `too_many_passkeys`.
        """
        session = self._door.visitor(token).token_hash
        found = self._sign_in_of(session)
        account_id = found.account_id if self._adds(found) else None
        if account_id is None:
            self._require_invitation(invitation)
        else:
            self._require_recent(found)
        known = [key.credential_id for key in self.passkeys_of(account_id)]
        if len(known) >= MOST_PASSKEYS:
            raise _too_many()
        asked = self._ceremonies.ask(session, origin, makes=True, account_id=account_id)
        return registration_options(
            asked.party,
            challenge=asked.challenge,
            user_handle=self._entropy(HANDLE_BYTES),
            name=f"Selfsame, made {self._clock.now():%d %B %Y}",
            known=known,
        )

    def register(self, token: str, credential: Mapping[str, object]) -> str:
        """Keep a passkey that was made and sign in with it; return the session's new token.

        Raises:
            ConsentRefused: the answer does not verify, is late, or was given before.
        """
        session = self._door.visitor(token).token_hash
        asked = self._ceremonies.answered(session, credential, makes=True)
        made = verify_registration(
            credential, expected_challenge=asked.challenge, expected=asked.party
        )
        now = self._clock.now()
        with self._ledger.transaction() as unit:
            found = unit.passkeys.sign_in_of(session)
            account_id = asked.account_id
            if account_id is None:
                account_id = self._entropy(16).hex()
                unit.passkeys.add_account(account_id, now=now)
            elif not self._adds(found) or found.account_id != account_id:
                raise late()
            unit.passkeys.add(
                Passkey(
                    credential_id=made.credential_id,
                    public_key=made.public_key,
                    sign_count=made.sign_count,
                    account_id=account_id,
                    created_at=now,
                )
            )
            return self._enter(unit, session, account_id)

    def sign_in_options(self, token: str, *, origin: str) -> Mapping[str, object]:
        """Return request options: the person chooses among the passkeys of their device.

        Raises:
            ConsentRefused: `passkey_needs_name`.
        """
        session = self._door.visitor(token).token_hash
        asked = self._ceremonies.ask(session, origin, makes=False)
        return request_options(asked.party, challenge=asked.challenge)

    def sign_in(self, token: str, credential: Mapping[str, object]) -> str:
        """Sign in, open what was signed for last, and return the session's new token.

        Raises:
            ConsentRefused: the passkey is unknown, or its answer does not verify, is late, or was
                given before.
        """
        session = self._door.visitor(token).token_hash
        asked = self._ceremonies.answered(session, credential, makes=False)
        with self._ledger.transaction() as unit:
            passkey, _ = verified(unit, credential, asked.challenge, asked.party)
            return self._enter(unit, session, passkey.account_id, opens=True)

    def sign_out(self, token: str) -> None:
        """Sign out and close what is open."""
        session = self._door.visitor(token).token_hash
        with self._ledger.transaction() as unit:
            unit.passkeys.sign_out(session)
            unit.sessions.lock(session)

    def remove(self, token: str, passkey_id: str) -> None:
        """Forget one passkey of the account.

        Raises:
            ConsentRefused: `sign_in_needed`, `passkey_foreign`, `sign_in_again`, or `passkey_last`
                while it is the only one that opens something.
        """
        session = self._door.visitor(token).token_hash
        with self._ledger.transaction() as unit:
            found = unit.passkeys.sign_in_of(session)
            if found.account_id is None or not self._is_valid(found):
                raise sign_in_needed()
            own = [key.credential_id for key in unit.passkeys.of_account(found.account_id)]
            if passkey_id not in own:
                raise foreign()
            self._require_recent(found)
            if own != [passkey_id]:
                unit.passkeys.remove(passkey_id)
            elif unit.passkeys.subjects_of(found.account_id):
                raise _last()
            else:
                unit.passkeys.end_account(found.account_id)

    def account_of(self, token: str) -> str | None:
        """Return the account that signed in last in this session, however long ago."""
        return self._sign_in_of(self._door.visitor(token).token_hash).account_id

    def passkeys_of(self, account_id: str | None) -> tuple[Passkey, ...]:
        """Return an account's passkeys, oldest first; nobody has none."""
        if account_id is None:
            return ()
        with self._ledger.reading() as unit:
            return tuple(unit.passkeys.of_account(account_id))

    def _enter(self, unit: Unit, session: str, account_id: str, *, opens: bool = False) -> str:
        """Sign in under a fresh token, and open what the account signed for last."""
        now = self._clock.now()
        token = self._door.make_token()
        fresh = token_hash(token)
        unit.passkeys.sign_in(session, fresh, account_id, now + OPEN_FOR, now=now)
        subjects = unit.passkeys.subjects_of(account_id) if opens else ()
        captured = [each for each in subjects if unit.captures.latest(each) is not None]
        if captured:
            unit.sessions.bind(fresh, captured[0], now + OPEN_FOR, now=now)
        elif subjects:
            unit.sessions.bind(fresh, subjects[0], None, now=now)  # the camera comes next
        return token

    def _require_invitation(self, invitation: str) -> None:
        expected = self._rules.invitation
        if expected and not hmac.compare_digest(invitation.encode(), expected.encode()):
            raise ConsentRefused(
                "invitation_wrong",
                "This is not the invitation of this studio.",
                why="Whoever runs it decides who may come in.",
                next_step="Ask them for it, and copy it without spaces around it.",
            )

    def _sign_in_of(self, session: str) -> SignIn:
        with self._ledger.reading() as unit:
            return unit.passkeys.sign_in_of(session)

    def _is_valid(self, found: SignIn) -> bool:
        """Tell whether a sign-in counts now; an account may have gone with its last consent."""
        return found.until is not None and self._clock.now() < found.until

    def _require_recent(self, found: SignIn) -> None:
        """Require that the person was just here: an open browser must not change who gets in."""
        if found.until is None or self._clock.now() > found.until - OPEN_FOR + RECENT:
            raise ConsentRefused(
                "sign_in_again",
                "It has been a while since you used your passkey here.",
                why="Whoever sits at your open browser must not change what opens it.",
                next_step="Sign out, sign in again, and then do this once more.",
            )

    def _adds(self, found: SignIn) -> bool:
        return found.account_id is not None and self._is_valid(found)


def verified(
    unit: Unit, credential: Mapping[str, object], challenge: bytes, party: RelyingParty
) -> tuple[Passkey, Assertion]:
    """Verify a known passkey's signature and count it, in the same transaction.

    Raises:
        ConsentRefused: unknown, or the answer does not verify.
    """
    passkey = unit.passkeys.load(credential_id_of(credential))
    assertion = verify_assertion(
        credential, passkey=passkey, expected_challenge=challenge, expected=party
    )
    unit.passkeys.count(passkey.credential_id, assertion.sign_count)
    return passkey, assertion


def sign_in_needed() -> ConsentRefused:
    """Return the refusal of whoever has not signed in."""
    return ConsentRefused(
        "sign_in_needed",
        "Sign in first.",
        why="Only its own person may change what a passkey opens.",
        next_step="Reload the page and use your passkey.",
    )


def foreign() -> ConsentRefused:
    """Return the refusal of a passkey that is not of the session's account."""
    return ConsentRefused(
        "passkey_foreign",
        "This passkey belongs to somebody else here.",
        why="A passkey signs and opens for its own person only.",
        next_step="Use your own, or sign in with this one first.",
    )


def _last() -> ConsentRefused:
    return ConsentRefused(
        "passkey_last",
        "This is your only passkey here.",
        why="Without it you could no longer open what it signed for.",
        next_step="Add another one first, or withdraw your consent: it goes then too.",
    )


def _too_many() -> ConsentRefused:
    return ConsentRefused(
        "too_many_passkeys",
        f"You have {MOST_PASSKEYS} passkeys here already.",
        why="Each one can open your pictures, so there should be few.",
        next_step="Remove one that you no longer use.",
    )
