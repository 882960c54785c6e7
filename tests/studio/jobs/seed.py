"""A subject who is nobody, consented and captured, without playing a challenge first."""

from __future__ import annotations

import hashlib

from consent.types import Probe, SyntheticCapture
from studio.sitting.images import encode_still
from studio.styles.catalogue import STYLES
from tests.fakes import identifier


def seed(house) -> str:
    """Return the token of a session that is open for a baked subject with one selfie."""
    token = house.new_session()
    record = house.desk.give_synthetic(token, frozenset(style.family.value for style in STYLES))
    member = next(iter(house.cast.values()))
    frame = member.frame(member.clips["still"][0])
    template = house.booth.meter.embed(frame.image, house.booth.meter.faces(frame.image)[0])
    capture = SyntheticCapture(
        id=identifier(f"capture {token}"),
        subject_id=record.subject_id,
        record_id=record.record_id,
        nonce=identifier(f"nonce {token}"),
        captured_at=house.clock.now(),
        baked_subject=member.id,
        template=template,
        frame_hashes=(frame.sha256,),
    )
    jpeg = encode_still(frame.image)
    probe = Probe(
        id=identifier(f"probe {token}"),
        subject_id=record.subject_id,
        capture_id=capture.id,
        sha256=hashlib.sha256(jpeg).hexdigest(),
        distance=0.0,
        z=-9.0,
        verified_at=house.clock.now(),
    )
    house.booth.selfies.put(record.subject_id, probe.id, jpeg)
    with house.ledger.transaction() as unit:
        unit.captures.add(capture)
        unit.captures.add_probe(probe)
    house.door.open(token, record.subject_id)
    return token
