"""Keys, database, store and marks of one data folder: what everything else stands on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING

from consent.adapters.anchor import HeadAnchor, require_continuity
from consent.adapters.database import Database, DatabaseVault
from consent.adapters.keys import (
    load_log_signer,
    load_master_key,
    load_service_signer,
    system_keyring,
)
from consent.adapters.purgers import probe_ids
from consent.entries import announce_notice, announce_policy
from consent.gate import Gate
from consent.notices import Controller, languages, load_notice, notice_hashes
from consent.policy import Standards, describe, export_rules, standard_rules
from consent.reports import Dispute
from consent.retention import Retention, Sweep
from consent.withdrawal import Withdrawal
from outputs.adapters.database import OutputDatabase
from outputs.annotated import CheckedCopy, checked_copy
from outputs.keystore import FolderKeyStore
from outputs.library import Library
from outputs.objects import ObjectStore, SealedObjects
from outputs.provenance import Signer
from outputs.standing import Standing, standing_of
from outputs.studio_keys import StudioKeys
from outputs.verify import Examination, Examiner, examine
from outputs.watermark import Watermarker
from studio.jobs.housekeeping import Seldom, forget_portraits
from studio.jobs.portraits import Portraits
from studio.settings import Settings, SettingsError
from studio.signing import open_reader, open_signer
from studio.sitting.reports import Reports
from studio.sitting.selfies import SelfieVault

if TYPE_CHECKING:
    from datetime import datetime

    from consent.adapters.keys import Keyring
    from consent.ports import Clock
    from consent.receipt_form import Document
    from outputs.registry import Match
    from outputs.report import Report

ORPHAN_AGE = timedelta(hours=1)  # a running job writes its objects a moment before its row
SWEEP_EVERY = timedelta(hours=1)  # all objects are listed for it


class Foundations:
    """Keys, database and store of one data folder: what every command but `demo` stands on."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.clock = clock
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = settings.data / "keys"
        master = load_master_key(keys, keyring=_keyring(settings))
        self.signer = load_service_signer(keys, master)
        self.log = load_log_signer(keys, master, origin=settings.log_origin)
        anchor = HeadAnchor(keys)
        self.database = Database(settings.sqlalchemy_url(), master, self.log, anchor=anchor)
        self.database.migrate()
        with self.database.reading() as unit:
            require_continuity(unit.log, anchor, self.log.verifier())
        self.vault = DatabaseVault(self.database)
        store = ObjectStore(settings.objects_url or f"file://{settings.data / 'objects'}")
        self.objects = SealedObjects(store, self.vault)
        self.library = Library(self.objects, OutputDatabase(self.database))
        self.reports = Reports(self.database, self.library, clock, SystemRandom())
        self.key_store = FolderKeyStore(keys / "c2pa")
        self.reader = open_reader(settings, self.key_store)
        self.watermarker = Watermarker()

    def open_signer(self, settings: Settings) -> Signer:
        """Return what signs manifests; from now on what it signs reads as ours."""
        signer = open_signer(settings, self.key_store, now=self.clock.now())
        self.reader = open_reader(settings, self.key_store)
        return signer

    def examine(self, data: bytes, receipt: Document | None = None) -> Examination:
        """Return what a file of any origin says about itself; compare it with a receipt."""
        examiner = Examiner(self.reader, self.watermarker, self.log.verifier(), consent=self)
        return examine(data, examiner, receipt)

    def verify(self, data: bytes, receipt: Document | None = None) -> Report:
        """Return the findings of `examine` alone."""
        return self.examine(data, receipt).report

    def verify_and_show(self, data: bytes) -> tuple[Report, CheckedCopy]:
        """Return the findings, and a small copy that shows where marks were found."""
        found = self.examine(data)
        return found.report, checked_copy(found, self.watermarker)

    def public_keys(self) -> StudioKeys:
        """Return what anybody needs to check this studio's pictures elsewhere."""
        return StudioKeys(self.log.verifier().vkeys, self.key_store.anchors())

    def standing_of(self, receipt_hash: str) -> Standing | None:
        """Return how the record that a manifest quotes stands now (outputs.verify)."""
        with self.database.reading() as unit:
            return standing_of(unit, receipt_hash, self.clock.now())

    def dispute_of(self, output_id: str) -> Dispute | None:
        """Return whether an output is held back or was removed (outputs.verify)."""
        with self.database.reading() as unit:
            return unit.reports.dispute_of(output_id)

    def is_kept(self, output_id: str) -> bool:
        """Tell whether an output is still in somebody's gallery (outputs.verify)."""
        return self.library.is_kept(output_id)

    def nearest(self, word: int) -> Match | None:
        """Return which output a watermark's id most likely belongs to (outputs.verify)."""
        return self.library.nearest(word)

    def gate(self, settings: Settings) -> Gate:
        """Return the gate; what it asks is logged when it is not what was logged last."""
        controller = controller_of(settings)
        standards = Standards(self.signer, self.log.verifier(), notice_hashes(controller))
        making, export = standard_rules(standards), export_rules(standards)
        self.announce(controller, {"make": describe(making), "export": describe(export)})
        return Gate(making, export=export, clock=self.clock)

    def announce(self, controller: Controller, policy: Mapping[str, object]) -> None:
        """Log notices and rules that were not logged before, as they hold from now on."""
        notices = [load_notice(controller, language=language) for language in languages()]
        with self.database.transaction() as unit:
            now = self.clock.now()
            for notice in notices:
                announce_notice(unit, notice, now)
            announce_policy(unit, policy, now)

    def retention(
        self, withdrawal: Withdrawal, selfies: SelfieVault, portraits: Portraits, *sweeps: Sweep
    ) -> Retention:
        """Return what ends what is over; `sweeps` look each time."""

        def remove_selfie(subject_id: str, selfie_id: str) -> None:
            selfies.remove(subject_id, selfie_id)
            portraits.purge(subject_id)

        def sweep(now: datetime) -> None:
            self.library.sweep_orphans(before=now - ORPHAN_AGE)
            selfies.sweep_orphans(probe_ids(self.database), before=now - ORPHAN_AGE)
            self.reports.forget()

        return Retention(
            self.database,
            withdrawal,
            remove_selfie,
            self.database.truncate_wal,
            (
                Seldom(sweep, SWEEP_EVERY),
                partial(forget_portraits, self.database, portraits),
                *sweeps,
            ),
        )

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def controller_of(settings: Settings) -> Controller:
    """Return who is responsible, as notices and receipts name them."""
    return Controller("operator", settings.controller_name, settings.controller_contact)


def _keyring(settings: Settings) -> Keyring | None:
    if settings.master_key == "file":
        return None
    found = system_keyring()
    if found is None:
        raise SettingsError("This system has no keyring. Set master_key to file.")
    return found
