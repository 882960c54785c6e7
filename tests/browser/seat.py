"""Somebody who has been before the camera, without the half minute that it takes.

For what comes after the look; the look itself is tested elsewhere, with a camera.
"""

from __future__ import annotations

import uuid

from consent.types import Action, LiveCapture
from studio.sitting.measuring import Stamp, measure_still
from tests.browser.studio import Studio
from tests.browser.visitor import Visitor

STILLS = ("still", "smile")  # one of each
WIDE = {
    "families": ["painted"],
    "days": 90,
    "audience": "commercial",
    "adult_attested": True,
}


def agree_and_sit(studio: Studio, visitor: Visitor, subject: str, **choice: object) -> None:
    """Agree to much, in this visitor's browser, and be seen by the camera."""
    visitor.open("/privacy")
    post(visitor, "/api/consent", {**WIDE, **choice})
    sit(studio, visitor, subject)


def sit(studio: Studio, visitor: Visitor, subject: str) -> None:
    """Keep what a passed capture of a baked subject would have left behind."""
    house = studio.house
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.context.cookies()}
    token = cookies["selfsame"]
    view = visitor.sitting()
    record_id = (view["waiting"] or view["record"])["id"]
    with house.ledger.reading() as unit:
        subject_id = unit.records.load(record_id).subject_id
    now = house.clock.now()
    member, meter = house.cast[subject], house.booth.meter
    stills = []
    for number, clip in enumerate(STILLS):
        image = member.frame(member.clips[clip][0]).image
        measured = measure_still(meter, image, Stamp(number, 0.0, now, ""))
        assert measured is not None
        stills.append(measured.still)
    capture = LiveCapture(
        id=uuid.uuid4().hex,
        subject_id=subject_id,
        record_id=record_id,
        nonce=uuid.uuid4().hex,
        captured_at=now,
        assent=Action.SMILE,
        template=stills[0].embedding,
        evidence={},
    )
    house.booth._keep(capture, stills)
    house.door.open(token, subject_id)


def post(visitor: Visitor, path: str, body: dict[str, object] | None = None) -> dict[str, object]:
    """Send a form as the page would; return the answer."""
    address = visitor.studio.address
    answer = visitor.context.request.post(address + path, data=body, headers={"origin": address})
    assert answer.ok, answer.text()
    return dict(answer.json())
