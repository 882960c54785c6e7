"""Consent in memory: given, narrowed, asked for anew, taken back and told."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from consent.errors import ConsentRefused, Refusal
from consent.types import Audience, SubjectKind
from consent.words import summary_sentence
from studio.service import ConsentChoice, DraftView, HistoryItem, RecordView, SittingView
from tests.studio.ui.fake_sitting import FakeSubject
from tests.studio.ui.fake_styles import NOTICE, NOTICE_DE

if TYPE_CHECKING:
    from tests.studio.ui.fakes import FakeStudio


class FakeConsents:
    """The part of the fake studio that consent is about."""

    def __init__(self) -> None:
        self.drafts: dict[str, ConsentChoice] = {}
        self.notice_changed = False
        self.ended: dict[str, FakeSubject] = {}

    def notice(self, language: str = "en") -> str:
        return NOTICE_DE if language == "de" else NOTICE

    def summarise(self: FakeStudio, choice: ConsentChoice) -> str:
        self.refuse_if("summarise")
        return summary_sentence(choice.families, choice.audience, choice.days, choice.language)

    def give_consent(self: FakeStudio, token: str, choice: ConsentChoice) -> SittingView:
        self.refuse_if("consent")
        refuse_incomplete(choice)
        if choice.extends is not None:
            subject = self.opened(token)
            record = self.new_record(choice)
            subject.waiting = replace(record, replaces=choice.extends, waits_for_camera=True)
            subject.tell("You asked anew.", record.given_at, record)
            return self.sitting(token)
        self.open.pop(token, None)
        self.ended.pop(token, None)
        record = self.new_record(choice)
        subject = FakeSubject(record)
        subject.tell("You agreed.", record.given_at, record)
        self.tokens[token].append(subject)
        return self.sitting(token)

    def new_record(self: FakeStudio, choice: ConsentChoice) -> RecordView:
        given = self.now()
        self.entries += 1
        return RecordView(
            secrets.token_hex(16),
            SubjectKind.PERSON,
            self.summarise(choice),
            "given",
            tuple(sorted(choice.families)),
            choice.audience,
            given,
            given + timedelta(days=choice.days),
            None,
            0,
            language=choice.language,
            log_index=self.entries,
        )

    def draft_consent(
        self: FakeStudio, token: str, choice: ConsentChoice, *, origin: str
    ) -> DraftView:
        refuse_incomplete(choice)
        draft_id = secrets.token_hex(8)
        self.drafts[draft_id] = choice
        return DraftView(
            draft_id, self.summarise(choice), {"challenge": "AAAA", "allowCredentials": []}
        )

    def sign_consent(
        self: FakeStudio, token: str, draft_id: str, credential: Mapping[str, object]
    ) -> SittingView:
        self.refuse_if("sign")
        self.give_consent(token, self.drafts.pop(draft_id))
        subject = self.bound(token)
        subject.record = replace(subject.record, signed_with="passkey")
        return self.sitting(token)

    def narrow(
        self: FakeStudio,
        token: str,
        record_id: str,
        *,
        families: frozenset[str],
        audience: Audience,
        days_left: int | None,
    ) -> RecordView:
        self.refuse_if("narrow")
        subject = self.bound(token)
        now, old = self.now(), subject.record
        end = old.expires_at if days_left is None else now + timedelta(days=days_left)
        days = max(1, (end - now).days)
        self.entries += 1
        subject.record = replace(
            old,
            id=secrets.token_hex(16),
            families=tuple(sorted(families)),
            audience=audience,
            given_at=now,
            expires_at=end,
            summary=summary_sentence(families, audience, days, old.language),
            replaces=old.id,
            log_index=self.entries,
        )
        subject.earlier.insert(0, replace(old, state="replaced", replaced_at=now))
        subject.waiting = None
        subject.tell("You allowed less.", now, subject.record)
        return subject.record

    def drop_waiting(self: FakeStudio, token: str) -> None:
        subject = self.bound(token)
        subject.waiting = None
        subject.tell("You took back what you had asked for.", self.now())

    def readable(self: FakeStudio, token: str) -> FakeSubject:
        return self.ended.get(token) or self.opened(token)

    def records(self: FakeStudio, token: str) -> Sequence[RecordView]:
        subject = self.readable(token)
        found = (subject.waiting, subject.record, *subject.earlier)
        return tuple(record for record in found if record is not None)

    def history(self: FakeStudio, token: str) -> Sequence[HistoryItem]:
        return tuple(reversed(self.readable(token).told))

    def receipt(self: FakeStudio, token: str, record_id: str) -> Mapping[str, object]:
        return {"record_id": self._record(token, record_id).id, "signature": "ed25519:fake"}

    def receipt_page(self: FakeStudio, token: str, record_id: str) -> str:
        record = self._record(token, record_id)
        return f"<!doctype html><html lang=en><title>Receipt</title><p>{record.summary}"

    def _record(self: FakeStudio, token: str, record_id: str) -> RecordView:
        subject = self.ended.get(token) or self.bound(token)
        for record in (subject.waiting, subject.record, *subject.earlier):
            if record is not None and record.id == record_id:
                return record
        raise Refusal(
            "not_here",
            "This receipt is not here.",
            why="A receipt opens only for the person who agreed.",
            next_step="Go back to your consent.",
        )

    def withdraw(self: FakeStudio, token: str) -> Mapping[str, object]:
        subject = self.bound(token)
        self.entries += 1
        receipt = {
            "records": [subject.record.id],
            "ended_at": self.now().isoformat(),
            "completed_at": self.now().isoformat(),
            "stopped_jobs": 0,
            "deleted": [f"{len(subject.selfies)} selfies", f"{len(subject.outputs)} avatars"],
            "remaining": "Files that you saved yourself keep their marks.",
            "exported_files": [
                {
                    "output_id": "0f" * 16,
                    "media_type": "image/png",
                    "sha256": "ab" * 32,
                    "exported_at": self.now().isoformat(),
                    "marks": [
                        "visible label",
                        "XMP metadata",
                        "signed C2PA manifest",
                        "invisible watermark",
                    ],
                }
            ],
            "log": {"index": self.entries},
            "signature": {"algorithm": "Ed25519", "value": "00"},
        }
        subject.record = replace(subject.record, state="withdrawn", withdrawn_at=self.now())
        subject.tell("You ended your consent.", self.now())
        self.ended[token] = subject
        self.rights.receipts.setdefault(token, []).insert(0, receipt)
        self.tokens[token] = [item for item in self.tokens[token] if item is not subject]
        self.open.pop(token, None)
        return receipt


def refuse_incomplete(choice: ConsentChoice) -> None:
    if not choice.families:
        raise ConsentRefused(
            "nothing_chosen",
            "Nothing to make yet.",
            why="You decide what may be made of your face; we assume nothing.",
            next_step="Switch on at least one.",
        )
    if not choice.adult_attested:
        raise ConsentRefused(
            "not_adult",
            "Selfsame is for adults.",
            why="A minor cannot give this consent.",
            next_step="Tick the box if you are 18 or older.",
        )
