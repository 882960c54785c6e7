"""Jobs in the studio's database, alone or inside the job engine's storing transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import column, delete, select, table, update
from sqlalchemy.orm import Session

from consent.adapters.tables import DeletionRow, JobRow
from consent.errors import ConsentRefused, RecordInvalid
from outputs.adapters.database import SqlOutputRows
from studio.jobs.types import Job
from studio.service import JobState

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from consent.adapters.database import Database, SqlUnit
    from consent.ports import Clock, KeyVault, Unit
    from outputs.store import OutputRows
    from studio.styles.types import ControlValue

OpenUnit = Callable[[], AbstractContextManager["SqlUnit"]]

CONTROLS = "job-controls"  # in the seal's associated data
LIVE = (JobState.QUEUED.value, JobState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class Joined:
    """Jobs, consent and outputs in somebody else's transaction."""

    jobs: SqlJobRows
    unit: Unit
    outputs: OutputRows


@dataclass(frozen=True, slots=True)
class Asked:
    """What a job is asked for, as far as it is sealed."""

    controls: Mapping[str, ControlValue]
    further_probes: tuple[str, ...] = ()


NOTHING = Asked({})


class JobDatabase:
    """Jobs over the studio's database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.rows = SqlJobRows(self._writing, self._reading, clock)

    @property
    def engine(self) -> Engine:
        """The SQLAlchemy engine, for the job engine's own datasource."""
        return self._database.engine

    @property
    def url(self) -> str:
        """The database's URL."""
        return self._database.engine.url.render_as_string(hide_password=False)

    def joined(self, session: Session) -> Joined:
        """Return everything over one open transaction."""
        unit = self._database.unit_of(session)

        @contextmanager
        def same() -> Iterator[SqlUnit]:
            yield unit

        return Joined(SqlJobRows(same, same, self._clock), unit, SqlOutputRows(session, unit.vault))

    def forget_checkpoints(self, job_ids: Sequence[str], *, schema: str | None) -> None:
        """Delete what the job engine's datasource noted beside the outputs.

        Args:
            job_ids: of the jobs, which are the engine's workflows.
            schema: in which the datasource keeps its table.
        """
        checkpoints = table("datasource_outputs", column("workflow_id"), schema=schema)
        with self._writing() as unit:
            unit.session.execute(delete(checkpoints).where(checkpoints.c.workflow_id.in_(job_ids)))

    @contextmanager
    def _writing(self) -> Iterator[SqlUnit]:
        with self._database.transaction() as unit:
            yield unit

    @contextmanager
    def _reading(self) -> Iterator[SqlUnit]:
        with self._database.reading() as unit:
            yield unit


class SqlJobRows:
    """See `studio.jobs.types.JobRows`."""

    def __init__(self, writing: OpenUnit, reading: OpenUnit, clock: Clock) -> None:
        self._writing = writing
        self._reading = reading
        self._clock = clock

    def add(self, job: Job) -> None:
        """Store a new job.

        Raises:
            ConsentRefused: `withdrawn` when the subject's deletion has begun: it would stay behind.
        """
        asked = json.dumps(
            {"id": job.id, "controls": dict(job.controls), "probes": list(job.further_probes)}
        )
        row = JobRow(
            id=job.id,
            subject_id=job.subject_id,
            record_id=job.record_id,
            capture_id=job.capture_id,
            probe_id=job.probe_id,
            style=job.style,
            family=job.family,
            controls="{}",
            seed=job.seed,
            state=job.state.value,
            message=job.message,
            progress=job.progress,
            refusal=None,
            created_at=job.created_at,
            updated_at=job.created_at,
        )
        with self._writing() as unit:
            if unit.session.get(DeletionRow, job.subject_id) is not None:
                raise _ended()
            row.sealed_controls = unit.vault.seal(job.subject_id, CONTROLS, asked.encode())
            unit.session.add(row)
            unit.session.flush()

    def load(self, job_id: str) -> Job | None:
        """Return a job, or None.

        Raises:
            RecordInvalid: what was asked for cannot be read, and the job is still to be worked on.
        """
        with self._reading() as unit:
            row = unit.session.get(JobRow, job_id, populate_existing=True)
            return None if row is None else _job(row, _asked(row, unit.vault))

    def newest(self, subject_id: str) -> Job | None:
        """Return the subject's newest job, or None; what was asked for is not opened."""
        query = select(JobRow).where(JobRow.subject_id == subject_id)
        with self._reading() as unit:
            row = unit.session.scalar(query.order_by(JobRow.created_at.desc()).limit(1))
            return None if row is None else _job(row, NOTHING)

    def unfinished(self, subject_id: str) -> list[str]:
        """Return the ids of the subject's queued and running jobs."""
        query = select(JobRow.id).where(JobRow.subject_id == subject_id, JobRow.state.in_(LIVE))
        with self._reading() as unit:
            return list(unit.session.scalars(query))

    def queued(self) -> list[tuple[str, str]]:
        """Return id and family of all jobs that nobody has begun."""
        query = select(JobRow.id, JobRow.family).where(JobRow.state == JobState.QUEUED.value)
        with self._reading() as unit:
            return [(row.id, row.family) for row in unit.session.execute(query)]

    def report(self, job_id: str, message: str, progress: float) -> bool:
        """Set a live job running with a message; False when it has ended meanwhile."""
        values = {"state": JobState.RUNNING.value, "message": message, "progress": progress}
        return self._change(job_id, values)

    def end(self, job_id: str, state: JobState, refusal: Mapping[str, str] | None = None) -> bool:
        """End a live job and forget what was asked for; False when it had ended already.

        How a picture was drawn is kept with the picture, and goes with it.
        """
        text = json.dumps(dict(refusal)) if refusal else None
        values = {"state": state.value, "message": "", "progress": 1.0, "refusal": text}
        values |= {"controls": "{}", "sealed_controls": None}
        return self._change(job_id, values)

    def of_subject(self, subject_id: str) -> list[Job]:
        """Return the subject's jobs, oldest first; what was asked for is not opened.

        So nothing that is damaged stands in the way of a withdrawal.
        """
        query = select(JobRow).where(JobRow.subject_id == subject_id)
        with self._reading() as unit:
            rows = unit.session.scalars(query.order_by(JobRow.created_at, JobRow.id))
            return [_job(row, NOTHING) for row in rows]

    def told(self, subject_id: str) -> list[Job]:
        """Return the subject's jobs with what was asked for, as far as it can be read."""
        query = select(JobRow).where(JobRow.subject_id == subject_id)
        with self._reading() as unit:
            rows = unit.session.scalars(query.order_by(JobRow.created_at, JobRow.id))
            return [_job(row, _readable(row, unit.vault)) for row in rows]

    def purge(self, subject_id: str) -> int:
        """Delete the subject's jobs and return how many went."""
        with self._writing() as unit:
            gone = unit.session.execute(
                delete(JobRow).where(JobRow.subject_id == subject_id).returning(JobRow.id)
            )
            return len(gone.all())

    def _change(self, job_id: str, values: Mapping[str, object]) -> bool:
        change = (
            update(JobRow)
            .where(JobRow.id == job_id, JobRow.state.in_(LIVE))
            .values(**values, updated_at=self._clock.now())
            .returning(JobRow.id)
        )
        with self._writing() as unit:
            return unit.session.execute(change).first() is not None


def _ended() -> ConsentRefused:
    return ConsentRefused(
        "withdrawn",
        "Everything here is being deleted.",
        why="After a consent has ended nothing more is made of your face.",
        next_step="Give a new consent if you changed your mind.",
    )


def _job(row: JobRow, asked: Asked) -> Job:
    state = JobState(row.state)
    return Job(
        id=row.id,
        subject_id=row.subject_id,
        record_id=row.record_id,
        capture_id=row.capture_id,
        probe_id=row.probe_id,
        style=row.style,
        family=row.family,
        controls=asked.controls,
        seed=row.seed,
        state=state,
        message=row.message,
        progress=row.progress,
        output_id=row.id if state is JobState.DONE else None,
        refusal=json.loads(row.refusal) if row.refusal else None,
        created_at=row.created_at,
        further_probes=asked.further_probes,
    )


def _readable(row: JobRow, vault: KeyVault) -> Asked:
    try:
        return _asked(row, vault)
    except RecordInvalid:
        return NOTHING


def _asked(row: JobRow, vault: KeyVault) -> Asked:
    """Open what was asked for; nothing where its key is gone: then the gate refuses the job.

    Raises:
        RecordInvalid: it is damaged, or another job's.
    """
    if row.sealed_controls is None:
        return Asked(json.loads(row.controls))
    try:
        opened = json.loads(vault.unseal(row.subject_id, CONTROLS, row.sealed_controls))
    except ConsentRefused:
        return NOTHING
    if opened["id"] == row.id:
        return Asked(opened["controls"], tuple(opened.get("probes", ())))
    raise RecordInvalid(
        "sealed_damaged",
        "What was asked for cannot be read.",
        why="It was sealed for another picture.",
        next_step="Choose the style and make it again.",
    )
