"""What was agreed to: records and their history, allowing less, taking back, ending."""

from __future__ import annotations

from collections.abc import Mapping

from studio.service import StudioService
from studio.ui.handlers.consent import families_of, read_audience, read_families
from studio.ui.refusals import choice_invalid
from studio.ui.views import Json, plain

FORM = frozenset({"families", "audience", "days_left"})
DAYS_LEFT = (7, 30)  # an earlier end, from now


def records(service: StudioService, token: str) -> Json:
    """Return the subject's records and what happened to them, newest first; raises Refusal."""
    return {
        "records": plain(service.records(token)),
        "history": plain(service.history(token)),
        "days_left": list(DAYS_LEFT),
    }


def narrow(service: StudioService, token: str, record_id: str, body: Mapping[str, object]) -> Json:
    """Allow less from now on.

    Raises:
        Refusal: a field or a value that the page does not offer, or it is not less.
    """
    if not FORM.issuperset(body):
        raise choice_invalid("the form has no such field")
    days_left = body.get("days_left")
    if days_left is not None and (isinstance(days_left, bool) or days_left not in DAYS_LEFT):
        raise choice_invalid("this end is not on offer")
    record = service.narrow(
        token,
        record_id,
        families=read_families(families_of(service), body.get("families")),
        audience=read_audience(body.get("audience")),
        days_left=days_left if isinstance(days_left, int) else None,
    )
    return {"record": plain(record)}


def withdraw(service: StudioService, token: str) -> Json:
    """End consent, delete everything and return the deletion receipt; raises Refusal."""
    return {"receipt": plain(service.withdraw(token))}
