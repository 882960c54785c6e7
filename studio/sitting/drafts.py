"""Consents that wait for a passkey's signature: in memory, for ten minutes, for one use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from consent.credentials import RelyingParty, relying_party
from consent.errors import ConsentRefused
from consent.passkeys import request_options
from consent.records import passkey_challenge, with_subject_signature
from studio.service.views import DraftView
from studio.sitting.accounts import Accounts, foreign, verified
from studio.sitting.pending import Pending

if TYPE_CHECKING:
    from consent.ports import Clock, Ledger
    from studio.sitting.desk import Draft
    from studio.sitting.door import Door

DRAFT_TIME = timedelta(minutes=10)
DRAFTS = 3  # of one browser session
_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft, and for which page it was made."""

    draft: Draft
    party: RelyingParty


class Drafts:
    """Lets a passkey sign exactly the record that was shown."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        door: Door,
        accounts: Accounts,
        entropy: Callable[[int], bytes],
    ) -> None:
        self._ledger = ledger
        self._door = door
        self._accounts = accounts
        self._entropy = entropy
        self._waiting: Pending[Waiting] = Pending(clock, DRAFT_TIME, per_session=DRAFTS)

    def prepare(self, token: str, draft: Draft, *, origin: str) -> DraftView:
        """Let a draft wait for a passkey of the session's account.

        A session without a known passkey gets no options: it makes one, or signs in, and asks
        again.

        Raises:
            ConsentRefused: `passkey_needs_name`; `passkey_foreign` when the draft extends a consent
                that another account signed.
        """
        session = self._door.visitor(token).token_hash
        party = relying_party(origin)
        account_id = self._accounts.account_of(token)
        known = [key.credential_id for key in self._accounts.passkeys_of(account_id)]
        if not known:
            return DraftView("", draft.record.summary, None)
        self._refuse_foreign(draft, account_id)
        draft_id = self._entropy(_ID_BYTES).hex()
        self._waiting.put(session, draft_id, Waiting(draft, party))
        options = request_options(party, challenge=passkey_challenge(draft.record), known=known)
        return DraftView(draft_id, draft.record.summary, options)

    def take(self, token: str, draft_id: str) -> Waiting:
        """Return a draft and forget it.

        Raises:
            ConsentRefused: `draft_unknown` when it is too old, was used, or is another session's.
        """
        waiting = self._waiting.take(self._door.visitor(token).token_hash, draft_id)
        if waiting is None:
            raise ConsentRefused(
                "draft_unknown",
                "This consent waits no more for your passkey.",
                why="What you sign must be what you have just read, and it counts once.",
                next_step="Choose again, then sign. Nothing has been agreed to.",
            )
        return waiting

    def sign(self, token: str, waiting: Waiting, credential: Mapping[str, object]) -> Draft:
        """Return the draft with the subject's signature.

        Raises:
            ConsentRefused: `passkey_foreign`, or the signature does not verify over this record.
        """
        record = waiting.draft.record
        account_id = self._accounts.account_of(token)
        with self._ledger.transaction() as unit:
            passkey, assertion = verified(
                unit, credential, passkey_challenge(record), waiting.party
            )
            if passkey.account_id != account_id:
                raise foreign()
        self._refuse_foreign(waiting.draft, account_id)
        signed = with_subject_signature(record, assertion.signature)
        return replace(waiting.draft, record=signed)

    def _refuse_foreign(self, draft: Draft, account_id: str | None) -> None:
        with self._ledger.reading() as unit:
            owner = unit.passkeys.account_of(draft.subject.id)
        if owner not in {None, account_id}:
            raise foreign()


def passkey_required() -> ConsentRefused:
    """Return the refusal of a consent without a passkey's signature on a shared server."""
    return ConsentRefused(
        "passkey_required",
        "Here you agree with your passkey.",
        why="On a shared server, nobody else may agree in your place.",
        next_step="Press the button again and let your device sign.",
    )
