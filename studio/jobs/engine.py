"""The durable engine: one workflow on DBOS, ids only in its arguments and checkpoints.

Plain steps are at-least-once and ask the gate themselves; the last one stores the output in the
same transaction as the engine's checkpoint, so a job has at most one output whatever dies when.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID, SQLAlchemyDatasource

from consent.deletions import Found
from consent.errors import Refusal
from studio.jobs.glimpses import Glimpses
from studio.jobs.made import Checkpoint, made_from_json, made_to_json
from studio.jobs.types import Job, JobRows
from studio.jobs.workshop import Workshop
from studio.service import JobState
from studio.styles.types import Family

if TYPE_CHECKING:
    from outputs.types import Released
    from studio.jobs.adapters.database import JobDatabase
    from studio.jobs.lease import Lease
    from studio.styles.types import Glimpse

LOG = logging.getLogger(__name__)

QUEUE = "avatars"
SLOW_QUEUE = "imagined"  # of its own: a minute of one must not keep a second of others waiting
POLLING_SECONDS = 0.1
BEGUN, DRAWN = 0.4, 0.9  # progress when a picture is begun, and when it is drawn and signed
ENDED = ["SUCCESS", "ERROR", "CANCELLED"]  # the engine's own words
NOTES_KEPT = timedelta(minutes=1)  # a job that was cancelled may still be drawing
COMPLETION_SECONDS = 10  # that a closing process waits for the job it works on
# By hand: the engine's own default is a hash of the code, and recovery filters on it.
WORKFLOW_VERSION = "1"

WORDS = ("record of a picture in the making", "records of pictures in the making")


Told = Callable[[str, float | None], None]
LIVE = frozenset({JobState.QUEUED, JobState.RUNNING})


class JobEnded(Exception):
    """Nobody waits for this drawing any more."""


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Where the engine keeps its own tables, and how many jobs it runs at once."""

    database_url: str
    concurrency: int = 1
    listen: bool = True  # False: only jobs of this process's own `run` are worked on


class JobEngine:
    """Starts, recovers, cancels and finishes jobs. One per process."""

    def __init__(
        self, settings: EngineSettings, lease: Lease, database: JobDatabase, workshop: Workshop
    ) -> None:
        self._settings = settings
        self._lease = lease
        self._database = database
        self._workshop = workshop
        self.rows: JobRows = database.rows
        self.glimpses = Glimpses()
        self._listeners: dict[str, Told] = {}
        DBOS(config=_config(settings, lease))
        self._datasource = SQLAlchemyDatasource.create(
            database.url, engine=database.engine, serializer=DBOSPortableJSONSerializer()
        )
        self._workflow = self._register()

    def launch(self) -> None:
        """Start working; recovers what this executor id and dead ones left unfinished."""
        if not self._settings.listen:
            DBOS.listen_queues([])
        DBOS.launch()
        for queue in (QUEUE, SLOW_QUEUE):
            DBOS.register_queue(
                queue,
                worker_concurrency=self._settings.concurrency,
                polling_interval_sec=POLLING_SECONDS,
                on_conflict="always_update",
            )
        if self._settings.listen:
            # A process that died between storing a job and enqueueing it left it waiting.
            for job_id, family in self.rows.queued():
                if DBOS.get_workflow_status(job_id) is None:
                    self._enqueue(job_id, family)
        for executor_id in self._lease.abandoned:
            for status in DBOS.list_workflows(status="PENDING", executor_id=executor_id):
                DBOS.resume_workflow(status.workflow_id)

    def submit(self, job: Job) -> None:
        """Store the job and enqueue it; durable when this returns."""
        self.rows.add(job)
        self._enqueue(job.id, job.family)

    def run(self, job: Job, *, told: Told = lambda _words, _seconds: None) -> None:
        """Store the job and work on it at once in this process, until it has ended.

        Args:
            job: to be worked on.
            told: of a slow picture, after each step: words, and the seconds left where known.
        """
        self.rows.add(job)
        self._listeners[job.id] = told
        try:
            with SetWorkflowID(job.id):
                DBOS.start_workflow(self._workflow, job.id).get_result()
        finally:
            del self._listeners[job.id]

    def cancel(self, job_id: str) -> None:
        """End a job between steps; what it was drawing is never stored."""
        if self.rows.end(job_id, JobState.CANCELLED):
            DBOS.cancel_workflow(job_id)

    def stop(self, subject_id: str) -> int:
        """Cancel every running and queued job of a subject (consent.ports.JobStopper)."""
        unfinished = self.rows.unfinished(subject_id)
        for job_id in unfinished:
            self.cancel(job_id)
        return len(unfinished)

    def unfinished(self, subject_id: str) -> int:
        """Return how many jobs of a subject run or wait (consent.ports.JobStopper)."""
        return len(self.rows.unfinished(subject_id))

    def count(self, subject_id: str) -> Sequence[Found]:
        """Say how many jobs of a subject are kept (consent.ports.Purger)."""
        return [Found(len(self.rows.of_subject(subject_id)), *WORDS)]

    def purge(self, subject_id: str) -> Sequence[Found]:
        """Delete a subject's jobs, and what the engine itself noted about them."""
        job_ids = [job.id for job in self.rows.of_subject(subject_id)]
        if job_ids:
            self._forget(job_ids)
        return [Found(self.rows.purge(subject_id), *WORDS)]

    def forget_ended(self, now: datetime) -> None:
        """Delete what the engine itself noted about jobs that ended (consent.retention.Sweep).

        It holds, sealed, how much an output looks like its subject, and an output may be deleted
        any time: such notes are kept with their output only.
        """
        statuses = DBOS.list_workflows(status=ENDED, load_input=False, load_output=False)
        before = (now - NOTES_KEPT).timestamp() * 1000
        job_ids = [each.workflow_id for each in statuses if (each.updated_at or 0) < before]
        if job_ids:
            self._forget(job_ids)

    def close(self) -> None:
        """Stop working; unfinished jobs are found again at the next launch."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=COMPLETION_SECONDS)
        self._lease.release()

    def _forget(self, job_ids: list[str]) -> None:
        DBOS.delete_workflows(job_ids)
        self._database.forget_checkpoints(job_ids, schema=self._datasource.schema)

    def _enqueue(self, job_id: str, family: str) -> None:
        queue = SLOW_QUEUE if family == Family.IMAGINED else QUEUE
        with SetWorkflowID(job_id):
            DBOS.enqueue_workflow(queue, self._workflow, job_id)

    def _register(self) -> Callable[[str], None]:
        @DBOS.workflow(name="draw_avatar")
        def draw_avatar(job_id: str) -> None:
            self._draw(job_id)

        return draw_avatar

    def _draw(self, job_id: str) -> None:
        outcome: Checkpoint = {}
        for name, step in (("prepare", self._prepare), ("render_and_release", self._render)):
            outcome = DBOS.run_step({"name": name}, step, job_id)
            if outcome.get("ended"):
                return
        try:
            self._datasource.run_tx_step({"name": "store"}, self._store, job_id, outcome)
        except Exception as error:
            self._fail(job_id, error)
            raise

    def _prepare(self, job_id: str) -> Checkpoint:
        return self._guarded(job_id, "Looking at your selfie", 0.1, self._prepare_portrait)

    def _prepare_portrait(self, job: Job) -> Checkpoint:
        self._workshop.prepare(job)
        return {}

    def _render(self, job_id: str) -> Checkpoint:
        return self._guarded(job_id, "Drawing and signing", BEGUN, self._render_output)

    def _render_output(self, job: Job) -> Checkpoint:
        made = self._workshop.render_and_release(
            job,
            still_wanted=lambda: self._require_live(job.id),
            glimpsed=lambda glimpse, released: self._glimpsed(job, glimpse, released),
        )
        if not self.rows.report(job.id, "Storing", DRAWN):
            self._discard(job.id, self.rows)
            return {"ended": True}
        return made_to_json(made)

    def _guarded(
        self, job_id: str, message: str, progress: float, step: Callable[[Job], Checkpoint]
    ) -> Checkpoint:
        """Run a step of a job that still lives; a refusal ends the job, not the workflow."""
        try:
            job = self.rows.load(job_id)
            if job is None or not self.rows.report(job_id, message, progress):
                return {"ended": True}
            return step(job)
        except JobEnded:
            LOG.info("A job was cancelled while it was drawn.")
        except Refusal as refusal:
            self.rows.end(job_id, JobState.REFUSED, refusal.parts())
        except Exception as error:  # noqa: BLE001 - the engine would keep the message for good
            self._fail(job_id, error)
        finally:
            self.glimpses.forget(job_id)
        return {"ended": True}

    def _glimpsed(self, job: Job, glimpse: Glimpse, released: Released | None) -> None:
        """Tell how far a slow picture is; raises JobEnded when nobody waits for it any more."""
        share = glimpse.done / max(glimpse.steps, 1)
        words = f"{glimpse.words}, step {glimpse.done} of {glimpse.steps}"
        words = words if glimpse.done else glimpse.words
        if not self.rows.report(job.id, words, BEGUN + (DRAWN - BEGUN) * share):
            raise JobEnded
        if job.id in self._listeners:
            self._listeners[job.id](words, glimpse.seconds_left)
        self.glimpses.note(job.id, job.subject_id, glimpse.seconds_left, released)

    def _require_live(self, job_id: str) -> None:
        job = self.rows.load(job_id)
        if job is None or job.state not in LIVE:
            raise JobEnded

    def _discard(self, job_id: str, rows: JobRows) -> None:
        """Delete the bytes of a job that ended without an output.

        A process that was thought dead may come here after another one has finished its job: what
        that one stored stays.
        """
        job = rows.load(job_id)
        if job is not None and job.state is not JobState.DONE:
            self._workshop.discard(job)

    def _fail(self, job_id: str, error: Exception) -> None:
        """End a job that broke; what happened goes to the log, not into the engine's records."""
        LOG.error("A job failed: %s", type(error).__name__, exc_info=error)
        self.rows.end(job_id, JobState.FAILED)

    def _store(self, job_id: str, outcome: Checkpoint) -> None:
        """Runs inside the engine's transaction: a refusal writes the job's end and nothing else."""
        joined = self._database.joined(self._datasource.sql_session())
        job = joined.jobs.load(job_id)
        if job is None:
            return
        if not joined.jobs.report(job_id, "Storing", DRAWN):
            self._discard(job_id, joined.jobs)
            return
        try:
            self._workshop.store(job, made_from_json(outcome), joined.unit, joined.outputs)
        except Refusal as refusal:
            joined.jobs.end(job_id, JobState.REFUSED, refusal.parts())
            self._discard(job_id, joined.jobs)
        else:
            joined.jobs.end(job_id, JobState.DONE)


def _config(settings: EngineSettings, lease: Lease) -> DBOSConfig:
    logging.getLogger("dbos").setLevel(logging.WARNING)
    return {
        "name": "selfsame",
        "system_database_url": settings.database_url,
        "application_version": WORKFLOW_VERSION,
        "executor_id": lease.executor_id,
        "serializer": DBOSPortableJSONSerializer(),
        "enable_otlp": False,
        "log_level": "WARNING",
        "console_log_level": "WARNING",
    }
