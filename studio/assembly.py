"""Puts the studio together out of its parts; `app.py` supplies settings and the clock."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING, NamedTuple

from consent.adapters.passkeys import AccountPurger
from consent.adapters.purgers import CapturePurger
from consent.challenge import ChallengeBook
from consent.lockout import Lockout
from consent.withdrawal import Withdrawal
from outputs.release import Releaser
from studio.face.cohort import load_cohort
from studio.face.meter import FaceMeter
from studio.face.passive import MiniFASNet, PassiveModel, PassiveModelError
from studio.foundations import Foundations, controller_of
from studio.house import House
from studio.jobs.adapters.database import JobDatabase
from studio.jobs.easel import Easel
from studio.jobs.engine import EngineSettings, JobEngine
from studio.jobs.housekeeping import keep_house
from studio.jobs.imagining import Models
from studio.jobs.lease import take_lease
from studio.jobs.orders import Orders
from studio.jobs.portraits import Portraits
from studio.jobs.workshop import Workshop
from studio.likeness.gauge import Gauge
from studio.models.catalogue import Catalogue, load_catalogue
from studio.models.shelf import Shelf
from studio.models.types import Kind
from studio.settings import Settings, SettingsError
from studio.sitting.accounts import Accounts, Rules
from studio.sitting.archive import Archivist
from studio.sitting.booth import Booth, CaptureObserver
from studio.sitting.desk import Desk
from studio.sitting.door import Door
from studio.sitting.drafts import Drafts
from studio.sitting.exports import Exports
from studio.sitting.logbook import Logbook
from studio.sitting.memory import FrameMemory
from studio.sitting.rights import Rights
from studio.sitting.selfies import SelfieVault
from studio.sitting.traces import ModelShelf, TemporaryFolder
from studio.sitting.waiting import WaitingRoom
from studio.styles.diffusion import timing
from studio.styles.diffusion.engine import Imagination
from studio.styles.diffusion.kinds import klein, sd15, sdxl
from studio.styles.diffusion.timing import Timings
from studio.subjects.cast import load_cast

if TYPE_CHECKING:
    from consent.ports import Clock
    from studio.styles.diffusion.types import KindModule

HELPERS = 2  # threads that embed and measure stills; the network itself takes one face at a time


class Hands(NamedTuple):
    """Who measures a capture, who helps, and who hears how it ended."""

    meter: FaceMeter
    helpers: Executor
    observer: CaptureObserver | None


@contextmanager
def open_house(
    settings: Settings,
    clock: Clock,
    *,
    version: str,
    listen: bool,
    observer: CaptureObserver | None = None,
    catalogue: Catalogue | None = None,
) -> Iterator[House]:
    """Yield the whole studio over one data folder; close it afterwards.

    Args:
        settings: what the operator chose.
        clock: tells the time.
        version: of this program, for manifests.
        listen: work on everybody's queued jobs, not only on those of this process.
        observer: hears how captures of people end.
        catalogue: of weights to imagine with; None: the one that comes with the studio.
    """
    with ExitStack() as stack:
        base = Foundations(settings, clock)
        stack.callback(base.close)
        meter = FaceMeter(settings.weights, passive=_passive_model(settings))
        stack.callback(meter.close)
        helpers = ThreadPoolExecutor(HELPERS, thread_name_prefix="embed")
        stack.callback(helpers.shutdown, cancel_futures=True)
        pages = TemporaryFolder(settings.temporary)
        pages.prepare()
        selfies = SelfieVault(base.objects)
        portraits = Portraits(selfies, meter)
        gate = base.gate(settings)
        signer = base.open_signer(settings)
        releaser = Releaser(
            signer,
            base.reader,
            base.watermarker,
            clock,
            version=version,
            locale=settings.label_locale,
        )
        models = _models(settings, catalogue or load_catalogue())
        stack.callback(models.imagination.close)
        workshop = Workshop(
            base.database,
            gate,
            portraits,
            releaser,
            base.library,
            clock,
            Gauge(meter),
            stylists=models.stylists(meter),
        )
        jobs = JobDatabase(base.database, clock)
        engine = JobEngine(
            EngineSettings(settings.engine_url(), listen=listen),
            take_lease(settings.data / "run"),
            jobs,
            workshop,
        )
        stack.callback(engine.close)
        engine.launch()
        purgers = (
            selfies,
            portraits,
            base.library,
            engine,
            engine.glimpses,
            CapturePurger(base.database),
            AccountPurger(base.database),
            ModelShelf(base.objects.objects),
            pages,
        )
        withdrawal = Withdrawal(
            base.database, base.vault, engine, purgers, base.signer, clock, secrets.token_bytes
        )
        if listen:
            retention = base.retention(withdrawal, selfies, portraits, engine.forget_ended)
            stack.callback(keep_house(retention, clock).set)
        hands = Hands(meter, helpers, observer)
        yield _house(base, hands, selfies, workshop, engine, withdrawal, models, settings)


def _house(  # noqa: PLR0913, PLR0917 - the composition names each collaborator once
    base: Foundations,
    hands: Hands,
    selfies: SelfieVault,
    workshop: Workshop,
    engine: JobEngine,
    withdrawal: Withdrawal,
    models: Models,
    settings: Settings,
) -> House:
    rng = SystemRandom()
    door = Door(base.database, base.clock, lambda: secrets.token_urlsafe(32))
    controller = controller_of(settings)
    desk = Desk(base.database, base.signer, base.clock, door, base.library, controller, rng)
    booth = Booth(
        ledger=base.database,
        clock=base.clock,
        meter=hands.meter,
        selfies=selfies,
        cohort=load_cohort(),
        book=ChallengeBook(),
        lockout=Lockout(secrets.token_bytes(32)),
        memory=FrameMemory(),
        rng=rng,
        helpers=hands.helpers,
        observer=hands.observer,
    )
    rules = Rules(settings.sign_in == "passkey", settings.invitation)
    archivist = Archivist(base.database, base.clock, desk, base.library, selfies, engine.rows.told)
    rights = Rights(
        base.database,
        door,
        selfies,
        archivist,
        withdrawal.kept_receipt,
        workshop.portraits.purge,
    )
    accounts = Accounts(base.database, base.clock, door, rules, secrets.token_bytes)
    orders = Orders(base.database, base.clock, rng, desk, booth, workshop, engine)
    return House(
        ledger=base.database,
        clock=base.clock,
        rng=rng,
        door=door,
        desk=desk,
        booth=booth,
        waiting_room=WaitingRoom(time.monotonic, settings.captures_at_once),
        orders=orders,
        exports=Exports(base.database, workshop.gate, base.library, base.clock),
        library=base.library,
        withdrawal=withdrawal,
        cast=load_cast(),
        read_marks=base.verify,
        show_marks=base.verify_and_show,
        reports=base.reports,
        public_keys=base.public_keys,
        rights=rights,
        models=models,
        easel=Easel(door, orders, base.library, base.database, rng),
        log=Logbook(base.database, base.log, settings.witnesses),
        accounts=accounts,
        drafts=Drafts(base.database, base.clock, door, accounts, secrets.token_bytes),
    )


def _models(settings: Settings, catalogue: Catalogue) -> Models:
    folder = settings.models_folder()
    shelf = Shelf(folder, catalogue, frozenset(settings.accepted_licences))
    kinds: Mapping[Kind, KindModule] = {Kind.SD15: sd15, Kind.SDXL: sdxl, Kind.KLEIN: klein}
    timings = Timings(folder / timing.NAME)
    imagination = Imagination(shelf, kinds, monotonic=time.monotonic, timings=timings)
    return Models(imagination, shelf)


def _passive_model(settings: Settings) -> PassiveModel | None:
    if not settings.passive_model:
        return None
    try:
        return MiniFASNet(
            Path(settings.passive_model).expanduser(), expected_sha256=settings.passive_sha256
        )
    except PassiveModelError as error:
        raise SettingsError(str(error)) from error
