"""A whole studio without camera, models and browser: what decides and what stores is real."""

from __future__ import annotations

import atexit
import hashlib
import io
import shutil
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from types import SimpleNamespace

import numpy as np
from PIL import Image
from sqlalchemy import func, select

from consent.adapters.database import Database, DatabaseVault
from consent.adapters.keys import MasterKey
from consent.adapters.purgers import CapturePurger
from consent.adapters.tables import CaptureRow, JobRow, OutputRow, ProbeRow, WrappedKeyRow
from consent.challenge import ChallengeBook
from consent.deletions import Found
from consent.gate import Gate
from consent.identity import Cohort
from consent.lockout import Lockout
from consent.notices import notice_hashes
from consent.policy import export_rules, standard_rules
from consent.withdrawal import Withdrawal
from outputs.adapters.database import OutputDatabase
from outputs.encode import MediaType
from outputs.library import Library
from outputs.objects import ObjectStore, SealedObjects
from outputs.release import reopen
from studio.jobs.adapters.database import JobDatabase
from studio.jobs.engine import JobEngine
from studio.jobs.glimpses import Glimpses
from studio.jobs.orders import Orders
from studio.jobs.workshop import Workshop
from studio.service import JobState
from studio.sitting.booth import Booth
from studio.sitting.desk import Desk
from studio.sitting.door import Door
from studio.sitting.exports import Exports
from studio.sitting.measuring import Still
from studio.sitting.memory import FrameMemory
from studio.sitting.selfies import SelfieVault
from studio.styles.types import Picture
from tests.fakes import CONTROLLER, LOG_SIGNER, SIGNER, STANDARDS, FixedClock, a_capture, face, near
from tests.studio.jobs.gauges import ToldGauge

MASTER = MasterKey(b"\x02" * 32)
COHORT = Cohort(tuple(face(number) for number in range(100, 116)))
MEMORY = Path("/dev/shm")  # noqa: S108 - where there is one, nothing waits for a disk
PASSES = 4
OUTPUTS = select(OutputRow.id)


class Died(BaseException):
    """The process is gone: nobody catches this."""


class Disk:
    """One database file, emptied for each world: its statements are compiled once."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        atexit.register(shutil.rmtree, self.folder, ignore_errors=True)
        self.path = self.folder / "app.db"
        self.database = Database(f"sqlite:///{self.path}", MASTER, LOG_SIGNER)
        self.database.migrate()
        self.database.truncate_wal()
        self.database.close()
        self.empty = self.path.read_bytes()

    def emptied(self):
        """Return the database without any rows."""
        self.database.close()
        for path in self.folder.iterdir():
            path.unlink()
        self.path.write_bytes(self.empty)
        return self.database


the_disk = cache(Disk)


@cache
def picture():
    """Return the same small picture for every output."""
    file = io.BytesIO()
    Image.new("RGB", (4, 4)).save(file, "PNG")
    data = file.getvalue()
    return reopen(data, MediaType.PNG, expected_sha256=hashlib.sha256(data).hexdigest())


class StepEngine(JobEngine):
    """The engine's own steps; what makes them durable is played by whoever calls them."""

    def __init__(self, database, workshop):
        self._database = database
        self._workshop = workshop
        self._datasource = SimpleNamespace()
        self.rows = database.rows
        self.glimpses = Glimpses()

    def cancel(self, job_id):
        self.rows.end(job_id, JobState.CANCELLED)

    def purge(self, subject_id):
        return [Found(self.rows.purge(subject_id), "job", "jobs")]

    def store(self, session, job_id, outcome):
        self._datasource.sql_session = lambda: session
        self._store(job_id, outcome)


class Seconds:
    """A second passes between any two looks: no drawing waits to be asked about again."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        self.seconds += 1.0
        return self.seconds


class World:
    """The studio, the clock, and what happens while something is drawn."""

    def __init__(self, *, without=""):
        """Open an empty studio.

        Args:
            without: name of a rule that the gate forgets.
        """
        self.without = without
        self.clock = FixedClock()
        self.meanwhile = lambda: None
        self.database = the_disk().emptied()
        vault = DatabaseVault(self.database)
        self.objects = ObjectStore("memory://")
        sealed = SealedObjects(self.objects, vault)
        self.library = Library(sealed, OutputDatabase(self.database))
        self.selfies = SelfieVault(sealed)
        tokens = Random(5)
        door = Door(self.database, self.clock, lambda: f"{tokens.getrandbits(128):032x}")
        self.desk = Desk(
            self.database, SIGNER, self.clock, door, self.library, CONTROLLER, Random(1)
        )
        self.booth = Booth(
            ledger=self.database,
            clock=self.clock,
            meter=None,
            selfies=self.selfies,
            cohort=COHORT,
            book=ChallengeBook(),
            lockout=Lockout(b"\x04" * 32),
            memory=FrameMemory(),
            rng=Random(2),
        )
        self.notice_number = 0
        self.ids = Random(3)
        self.build_gate(CONTROLLER)
        self.purging_dies = False
        dying = SimpleNamespace(count=self.count_nothing, purge=lambda subject_id: [])
        purgers = [dying, CapturePurger(self.database), self.engine, self.selfies, self.library]
        self.withdrawal = Withdrawal(
            self.database, vault, self.engine, purgers, SIGNER, self.clock, bytes
        )

    def count_nothing(self, subject_id):
        """Die when told to, right after the withdrawal was committed."""
        del subject_id
        self.die(self.purging_dies)
        return []

    @staticmethod
    def die(now):
        if now:
            raise Died

    def build_gate(self, controller):
        """Open the gate, and what asks it, with the notice of a controller."""
        standards = replace(STANDARDS, notices=notice_hashes(controller))
        rules, export = (
            [rule for rule in made if type(rule).__name__ != self.without]
            for made in (standard_rules(standards), export_rules(standards))
        )
        self.gate = Gate(rules, export=export, clock=self.clock)
        self.workshop = Workshop(
            ledger=self.database,
            gate=self.gate,
            portraits=SimpleNamespace(of=self.portrait_of),
            releaser=SimpleNamespace(
                mark=lambda *_, **__: (picture(),), preview=lambda *_: picture()
            ),
            library=self.library,
            clock=self.clock,
            gauge=ToldGauge(),
            monotonic=Seconds(),
        )
        self.engine = StepEngine(JobDatabase(self.database, self.clock), self.workshop)
        self.orders = Orders(
            self.database,
            self.clock,
            self.ids,
            self.desk,
            self.booth,
            self.workshop,
            self.engine,
        )
        self.exports = Exports(self.database, self.gate, self.library, self.clock)

    def change_notice(self):
        """Show another text from now on."""
        self.notice_number += 1
        controller = replace(CONTROLLER, name=f"Number {self.notice_number}")
        self.desk = replace(self.desk, controller=controller)
        self.build_gate(controller)
        self.withdrawal = replace(self.withdrawal, stopper=self.engine)

    def portrait_of(self, grant, probe_id, *, size):
        del size
        return self.selfies.read(grant.subject_id, probe_id)

    def draw(self, portrait, controls, rng):
        """Draw nothing, in passes; what shall happen meanwhile happens in the middle."""
        del portrait, controls, rng
        for number in range(PASSES):
            if number == 1:
                self.meanwhile()
            yield
        return Picture(
            figure=np.zeros((4, 4, 4), np.uint8),
            backdrop=lambda width, height: np.zeros((height, width, 3), np.uint8),
            landmarks=None,
        )

    def capture(self, record, name, whose):
        """Let somebody with the face of that number pass a capture under a record."""
        template = face(whose)
        capture = replace(a_capture(record, name=name, at=self.clock.now()), template=template)
        jpeg = name.encode()
        still = Still(jpeg, hashlib.sha256(jpeg).hexdigest(), near(template, 0.1), 1.0)
        self.booth._keep(capture, (still,))
        return capture

    def left_of(self, subject_id):
        """Return what is still there of a subject, by where it lies."""
        with self.database.reading() as unit:
            rows = {
                row.__tablename__: unit.session.scalar(
                    select(func.count()).select_from(row).where(row.subject_id == subject_id)
                )
                for row in (CaptureRow, ProbeRow, JobRow, OutputRow, WrappedKeyRow)
            }
        shelves = ("outputs", "selfies")
        found = {shelf: len(self.objects.list_prefix(f"{shelf}/{subject_id}")) for shelf in shelves}
        return {name: count for name, count in {**rows, **found}.items() if count}

    def stored(self):
        """Return the ids of all outputs."""
        with self.database.reading() as unit:
            return set(unit.session.connection().execute(OUTPUTS).scalars())

    def close(self):
        self.database.close()
