"""A studio without models and engine: two people with consents, captures, selfies and avatars."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from PIL import Image

from consent.adapters.database import Database, DatabaseVault
from consent.adapters.keys import MasterKey
from consent.adapters.purgers import CapturePurger
from consent.entries import log_capture, log_output
from consent.passkeys import Passkey
from consent.records import receipt_hash
from consent.types import (
    Action,
    Audience,
    Capture,
    Colour,
    LiveCapture,
    Look,
    Origin,
    OriginKind,
    Probe,
    Purpose,
)
from consent.withdrawal import Withdrawal
from outputs.adapters.database import OutputDatabase
from outputs.encode import MediaType
from outputs.library import Library
from outputs.objects import ObjectStore, SealedObjects
from outputs.types import Profile, Released, StoredOutput
from studio.service import ConsentChoice
from studio.sitting.archive import Archivist
from studio.sitting.desk import Desk
from studio.sitting.door import Door
from studio.sitting.rights import Rights
from studio.sitting.selfies import SelfieVault
from tests.fakes import CONTROLLER, LOG_SIGNER, SIGNER, FakeStopper, FixedClock, face

MASTER = MasterKey(b"\x04" * 32)
TWO = (MediaType.PNG, MediaType.WEBP)  # as earlier versions released
LEFT = Look(yaw=20.0, pitch=0.0, luma=120.0, side_light=0.0, smile=0.6, sharpness=50.0)


@dataclass(frozen=True)
class Person:
    """Somebody with an open session."""

    token: str
    subject_id: str
    record_id: str
    capture: Capture
    selfies: tuple[str, ...]


def picture(kind: str, seed: int, side: int = 8) -> bytes:
    """Return a small picture of noise that compresses to about 3 bytes a pixel."""
    buffer = io.BytesIO()
    noise = Random(seed).randbytes(side * side * 3)
    Image.frombytes("RGB", (side, side), noise).save(buffer, kind, lossless=True)
    return buffer.getvalue()


class Cabinet:
    """Everything that is kept, over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rng = Random(3)
        self.clock = FixedClock()
        self.database = Database(f"sqlite:///{folder / 'app.db'}", MASTER, LOG_SIGNER)
        self.database.migrate()
        store = ObjectStore(f"file://{folder / 'objects'}")
        self.objects = SealedObjects(store, DatabaseVault(self.database))
        self.library = Library(self.objects, OutputDatabase(self.database))
        self.selfies = SelfieVault(self.objects)
        self.door = Door(self.database, self.clock, self.random_id)
        self.desk = Desk(
            self.database, SIGNER, self.clock, self.door, self.library, CONTROLLER, self.rng
        )
        self.jobs: dict[str, list[object]] = {}
        self.forgotten: list[str] = []
        archivist = Archivist(
            self.database,
            self.clock,
            self.desk,
            self.library,
            self.selfies,
            lambda subject_id: self.jobs.get(subject_id, []),
        )
        self.withdrawal = Withdrawal(
            self.database,
            DatabaseVault(self.database),
            FakeStopper(),
            (self.selfies, self.library, CapturePurger(self.database)),
            SIGNER,
            self.clock,
            self.rng.randbytes,
        )
        self.rights = Rights(
            self.database,
            self.door,
            self.selfies,
            archivist,
            self.withdrawal.kept_receipt,
            self.forgotten.append,
        )

    def close(self) -> None:
        self.database.close()

    def random_id(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"

    def sit(self, *, language: str = "en", selfies: int = 2) -> Person:
        """Let somebody consent, look into the camera, and stay open."""
        self.clock.advance(minutes=1)
        token = self.door.new_session()
        choice = ConsentChoice(
            purposes=frozenset({Purpose.AVATAR_STILLS}),
            families=frozenset({"painted"}),
            audience=Audience.PRIVATE,
            adult_attested=True,
            language=language,
        )
        record = self.desk.give(token, self.desk.draft(choice))
        now = self.clock.advance(minutes=1)
        capture = LiveCapture(
            id=self.random_id(),
            subject_id=record.subject_id,
            record_id=record.record_id,
            nonce=self.random_id(),
            captured_at=now,
            assent=Action.SMILE,
            template=face(self.rng.randrange(1000)),
            evidence={"frames": 100.0},
            colours=(Colour.CORAL,),
        )
        with self.database.transaction() as unit:
            unit.captures.add(capture)
            unit.records.assent(record.record_id, now)
            log_capture(unit, capture, now + timedelta(seconds=1))
        self.clock.advance(seconds=2)
        self.door.open(token, record.subject_id)
        ids = tuple(self.add_selfie(capture) for _ in range(selfies))
        return Person(token, record.subject_id, record.record_id, capture, ids)

    def add_selfie(self, capture: Capture) -> str:
        jpeg = picture("JPEG", self.rng.randrange(10_000))
        probe = Probe(
            id=self.random_id(),
            subject_id=capture.subject_id,
            capture_id=capture.id,
            sha256=hashlib.sha256(jpeg).hexdigest(),
            distance=0.2,
            z=-6.0,
            verified_at=self.clock.advance(seconds=1),
            look=LEFT,
            origin=Origin(OriginKind.UPLOAD, "valid", ("digitalCapture",)),
        )
        self.selfies.put(capture.subject_id, probe.id, jpeg)
        with self.database.transaction() as unit:
            unit.captures.add_probe(probe)
        return probe.id

    def draw(
        self, person: Person, *, side: int = 8, formats: tuple[MediaType, ...] = TWO
    ) -> StoredOutput:
        """Store an avatar, logged and with a watermark's id."""
        output_id, now = self.random_id(), self.clock.advance(seconds=1)
        files = [(kind, picture(kind.name, self.rng.randrange(10_000), side)) for kind in formats]
        released = tuple(
            Released(data, kind, hashlib.sha256(data).hexdigest(), side, side, Profile.FINAL)
            for kind, data in files
        )
        key = self.library.put_objects(person.subject_id, output_id, released)
        first = released[0].sha256
        with self.database.transaction() as unit:
            index = log_output(unit, person.subject_id, output_id, person.record_id, first, now)
        output = StoredOutput(
            id=output_id,
            subject_id=person.subject_id,
            record_id=person.record_id,
            job_id=output_id,
            style="toon",
            sha256=first,
            media_type="image/png",
            width=side,
            height=side,
            created_at=now,
            log_index=index,
            watermark=self.rng.getrandbits(32),
        )
        with self.database.reading() as unit:
            record_hash = receipt_hash(unit.records.load(person.record_id))
        with self.library.ledger.transaction() as rows:
            self.library.add_row(rows, output, key, receipt_hash=record_hash)
        return output

    def sign_with_passkey(self, person: Person) -> Passkey:
        passkey = Passkey(
            credential_id="Y3JlZGVudGlhbA",
            public_key="cHVibGlj",
            sign_count=1,
            account_id=self.random_id(),
            created_at=self.clock.now(),
        )
        with self.database.transaction() as unit:
            unit.passkeys.add_account(passkey.account_id, now=self.clock.now())
            unit.passkeys.add(passkey)
            unit.passkeys.link(person.subject_id, passkey.credential_id)
        return passkey
