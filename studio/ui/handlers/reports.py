"""Reports of avatars by anybody."""

from __future__ import annotations

import json

from studio.service import StudioService
from studio.ui.refusals import unreadable
from studio.ui.views import Json, plain


def report(service: StudioService, body: bytes) -> Json:
    """Pass a report on; raises Refusal."""
    try:
        form = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise unreadable() from error
    if not isinstance(form, dict):
        raise unreadable()
    output_id, statement = _text(form.get("output_id")), _text(form.get("statement"))
    contact = _text(form.get("contact") or "")
    return plain(service.reports.report(output_id, statement, contact))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise unreadable()
    return value
