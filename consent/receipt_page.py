"""The receipt as a page to read and to print, in the language that the consent was given in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from html import escape
from importlib import resources
from string import Template as Text
from typing import Any

from consent.notices import Notice, languages
from consent.receipts import LogEvidence, history
from consent.records import SignedRecord
from consent.types import RecordState
from consent.words import DEFAULT_LANGUAGE, consent_words, family_words, summary_sentence

_KEY_DIGITS = 16  # of a key's id: enough to compare by eye
_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:64ch;margin:32px auto;padding:0 16px;
background:Canvas;color:CanvasText}
h1{font-size:28px;line-height:1.2;margin:0 0 8px}
h2{font-size:16px;margin:24px 0 0}
.sum{border:1px solid;border-radius:14px;padding:16px;margin:16px 0}
dl{display:grid;grid-template-columns:11em 1fr;gap:4px 16px;margin:16px 0}
dt{font-weight:600}
dd{margin:0;overflow-wrap:anywhere}
p,ul{margin:8px 0}
code{font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
h3{font-size:16px;margin:16px 0 0}
@media (max-width:32em){dl{display:block}dd{margin-bottom:8px}}
@media print{:root{color-scheme:light}@page{size:A4;margin:16mm}
body{font-size:11pt;margin:0;max-width:none;padding:0}
h1{font-size:20pt}h2{font-size:11pt;margin-top:12pt;break-after:avoid}
.shown{break-before:page;font-size:9pt;line-height:1.3}.notice{columns:2;column-gap:8mm}
.shown h3{font-size:9pt;margin:6pt 0 0;break-after:avoid}.shown p,.shown ul{margin:2pt 0}
.shown ul{padding-left:12pt}.shown code{font-size:7pt}}
""".strip().replace("\n", "")


def receipt_page(
    record: SignedRecord,
    notice: Notice,
    *,
    now: datetime,
    evidence: LogEvidence | None = None,
) -> str:
    """Return the receipt as one HTML page without script or outside request.

    Args:
        record: what was agreed to.
        notice: as it was shown.
        now: aware UTC; the state is that of this time.
        evidence: from the log; None for records of before there was one.
    """
    language = record.language if record.language in languages() else DEFAULT_LANGUAGE
    words = _words(language)
    rows = "".join(
        f"<dt>{escape(words[name])}</dt><dd>{escape(value)}</dd>"
        for name, value in _rows(record, words, language, now, evidence)
    )
    events = "".join(
        f"<li>{escape(_date(each.at, words))}: {escape(words['events'][each.event])}</li>"
        for each in history(record, now)
    )
    hashed = _fill(words["notice_hash"], hash=record.notice_sha256)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(words['title'])}</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(words['headline'])}</h1>"
        f'<p class="sum">{escape(_sentence(record, language))}</p><dl>{rows}</dl>'
        f"<h2>{escape(words['history'])}</h2><ul>{events}</ul>"
        f"<h2>{escape(words['stop'])}</h2><p>{escape(words['stop_text'])}</p>"
        f"<h2>{escape(words['check'])}</h2><p>{escape(words['check_text'])}</p>"
        f"<p><code>{escape(words['check_command'])}</code></p>"
        f"<p>{escape(words['check_limit'])}</p>"
        f'<section class="shown"><h2>{escape(words["notice"])}</h2>'
        f'<p><code>{escape(hashed)}</code></p><div class="notice">{_shown(notice)}</div>'
        "</section></main></body></html>\n"
    )


def _shown(notice: Notice) -> str:
    """Return the notice's words as they are, headings and items as such."""
    found = []
    for number, paragraph in enumerate(notice.text.strip().split("\n\n")):
        first, *rest = (escape(line) for line in paragraph.splitlines())
        has_heading = number == 0 or rest
        found.append(f"<h3>{first}</h3>" if has_heading else f"<p>{first}</p>")
        items = [line.removeprefix("- ") for line in rest if line.startswith("- ")]
        plain = [line for line in rest if not line.startswith("- ")]
        found += [f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"] if items else []
        found += [f"<p>{'<br>'.join(plain)}</p>"] if plain else []
    return "".join(found)


def _rows(
    record: SignedRecord,
    words: dict[str, Any],
    language: str,
    now: datetime,
    evidence: LogEvidence | None,
) -> Iterator[tuple[str, str]]:
    """Yield names in the words, and values."""
    choice = consent_words(language)
    families = [family_words(name, language)[0] for name in sorted(record.scope.families)]
    forms = [words["forms"].get(each.value, each.value) for each in sorted(record.scope.media)]
    signed = words["signed_passkey" if record.subject_signature else "signed_service"]
    yield (
        "state",
        _fill(words["as_of"], state=words["states"][_state(record, now)], time=_date(now, words)),
    )
    yield "made", words["list"].join(families)
    yield "form", words["list"].join(forms)
    yield "audience", choice["audience"][record.scope.audience.value]["label"]
    yield "given", _date(record.given_at, words)
    yield "until", _date(record.expires_at, words)
    yield "said", choice["adult"]
    yield "signed", _fill(signed, key=record.key_id[:_KEY_DIGITS])
    yield "logged", _logged(evidence, words)
    yield "responsible", f"{record.controller.name}, {record.controller.contact}"
    yield "number", record.receipt_id


def _state(record: SignedRecord, now: datetime) -> str:
    state = record.state(now)
    waits = record.replaces is not None and record.assented_at is None
    return "waiting" if waits and state is RecordState.GIVEN else state.value


def _sentence(record: SignedRecord, language: str) -> str:
    """Return the sentence that was agreed to; records of version 1 did not keep it."""
    scope = record.scope
    made_again = summary_sentence(scope.families, scope.audience, record.retention_days, language)
    return record.summary or made_again


def _logged(evidence: LogEvidence | None, words: dict[str, Any]) -> str:
    if evidence is None:
        return str(words["not_logged"])
    leaf, proof = evidence.logged.leaf, evidence.logged.proof
    witnesses = evidence.witnesses()
    return _fill(
        words["logged_witnessed" if witnesses else "logged_at"],
        index=str(proof.index),
        size=str(proof.size),
        time=_date(leaf.at, words),
        witnesses=words["list"].join(witnesses),
    )


def _date(at: datetime, words: dict[str, Any]) -> str:
    at = at.astimezone(UTC)
    month = words["months"].split()[at.month - 1]
    day, year = str(at.day), str(at.year)
    return _fill(words["date"], day=day, month=month, year=year, time=f"{at:%H:%M}")


def _fill(text: str, **values: str) -> str:
    return Text(text).substitute(values)


@cache
def _words(language: str) -> dict[str, Any]:
    path = resources.files("consent").joinpath(f"notices/receipt.{language}.json")
    words: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return words
