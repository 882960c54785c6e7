from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from consent.notices import Controller, Notice, languages, load_notice
from consent.receipt_page import receipt_page
from consent.records import new_record
from tests.consent.receipt_fakes import Registry
from tests.fakes import (
    CONTROLLER,
    NOON,
    SIGNER,
    a_choice,
    a_record,
    a_subject,
    identifier,
    terms,
)

HOSTILE = Controller(id="x", name="<script>alert(1)</script>", contact='"><img src=x>')
NOTICE = load_notice(CONTROLLER)


def page_of(record, *, now=NOON, notice=NOTICE, evidence=None):
    return receipt_page(record, notice, now=now, evidence=evidence)


def in_german(record):
    notice = load_notice(CONTROLLER, language="de")
    german = replace(
        record,
        language="de",
        notice_uri=notice.uri,
        notice_sha256=notice.sha256,
        summary="Deutsch.",
    )
    return german, notice


def test_the_page_escapes_everything():
    record = new_record(
        a_subject(),
        a_choice(families=frozenset({"<b>bold</b>"})),
        replace(terms(HOSTILE), summary="<u>sum</u>"),
        record_id=identifier("r"),
        nonce=identifier("n"),
        now=NOON,
    )
    page = page_of(SIGNER.sign(record), notice=Notice("urn:x", "en", "<iframe>&\n"))
    for tag in ("<script", "<img", "<b>", "<iframe", "<u>"):
        assert tag not in page
    assert "&lt;script&gt;" in page


def test_the_page_says_whether_consent_stands():
    record = a_record(a_subject())
    assert "in force, as of 1 March 2026, 12:00 UTC" in page_of(record)
    assert "run out" in page_of(record, now=NOON + timedelta(days=90))
    assert "withdrawn, as of" in page_of(replace(record, withdrawn_at=NOON))
    replaced = replace(record, replaced_at=NOON, replaced_by=identifier("other"))
    assert "replaced by another consent" in page_of(replaced)
    assert "waiting for your yes" in page_of(replace(record, replaces=identifier("other")))


def test_the_page_tells_everything_that_was_agreed_to():
    registry = Registry()
    record = registry.give(passkey=True)
    registry.witness()
    page = page_of(record, evidence=registry.evidence(record))
    for told in (
        record.summary,
        "Illustrated stills",
        "Only me",
        "30 May 2026, 12:00 UTC",
        "by you with your passkey",
        "number 0, 1 March 2026, 12:00 UTC (proved when there were 1), witnessed by witness.exam",
        "python app.py receipt check",
        "press “Withdraw”",
        CONTROLLER.name,
        record.receipt_id,
        record.notice_sha256,
        "<h3>What anyone can check</h3>",
        "<li>What you agreed to, and when.</li>",
    ):
        assert told in page


def test_the_page_says_when_the_studio_alone_signed_and_nothing_was_logged():
    page = page_of(a_record(a_subject()))
    assert "by this studio alone" in page
    assert "before this studio kept a log" in page


def test_the_page_is_in_the_language_of_the_consent():
    record, notice = in_german(a_record(a_subject()))
    page = page_of(record, notice=notice)
    assert '<html lang="de">' in page
    for told in ("Deine Zustimmung", "gilt (am 1. März 2026", "Gezeichnete Bilder", "Nur ich"):
        assert told in page
    for english in ("Your consent", "Lasts until", "Only me", "Illustrated"):
        assert english not in page


def test_another_language_is_told_in_english():
    assert '<html lang="en">' in page_of(replace(a_record(a_subject()), language="fr"))


@pytest.mark.parametrize("german", [False, True])
def test_the_page_asks_nothing_of_the_network_and_runs_nothing(german):
    record, notice = in_german(a_record(a_subject())) if german else (a_record(a_subject()), NOTICE)
    page = page_of(record, notice=notice)
    for outside in ("http", "src=", "url(", "@import", "<script", "<link", "javascript"):
        assert outside not in page
    assert set(re.findall(r"#[0-9a-fA-F]{3,6}\b", page)) == set()


def test_the_page_prints_on_paper_with_the_notice_on_its_own():
    page = page_of(a_record(a_subject()))
    assert "@media print" in page
    assert "@page{size:A4" in page
    assert page.index("break-before:page") < page.index('class="shown"')


def test_every_language_of_consent_has_a_page():
    for language in languages():
        assert page_of(replace(a_record(a_subject()), language=language))
