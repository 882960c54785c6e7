"""How far a sitting has come, and which step the page shows."""

from __future__ import annotations

from dataclasses import dataclass

from consent.errors import Refusal
from studio.service import StudioService
from studio.ui.views import Json, plain

CONSENT, YOU, STYLE, RESULT = 1, 2, 3, 4


def sitting(service: StudioService, token: str) -> Json:
    """Return how far this session has come."""
    return plain(service.sitting(token))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page's address asks for."""

    camera: bool = False  # to look into it, or to draw somebody who is nobody
    consent: bool = False  # to ask for more than was agreed to
    job_id: str = ""  # to see one job again


def step_on_load(service: StudioService, token: str, asked: Asked) -> int:
    """Return the step that a freshly loaded Create page shows."""
    if asked.consent:
        return CONSENT
    if asked.camera:
        return YOU
    if asked.job_id:
        try:
            service.job(token, asked.job_id)
        except Refusal:
            return step_of(service, token)
        return RESULT
    return step_of(service, token)


def step_of(service: StudioService, token: str) -> int:
    """Return the first step that is not yet done; an unknown token begins at consent."""
    try:
        return min(max(service.sitting(token).step, CONSENT), RESULT)
    except Refusal:
        return CONSENT


def subjects(service: StudioService) -> Json:
    """Return the subjects who are nobody."""
    return {"subjects": plain(service.baked_subjects())}
