"""Two people and a studio, in any order of events, beside a small model of what is allowed.

The model knows nothing of the gate's rules: consents are words with an end, captures are moments at
which somebody said yes, and a clock that is behind the log is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from consent.checkpoints import read_checkpoint
from consent.entries import opening
from consent.errors import Refusal
from consent.log import LeafKind, verify_consistency, verify_inclusion, verify_opening
from consent.records import receipt_payload
from consent.types import Purpose
from outputs.encode import MediaType
from outputs.errors import OutputError
from studio.jobs.stylists import STYLISTS
from studio.service import ConsentChoice, JobState
from studio.sitting.changes import Narrower
from tests.fakes import LOG_SIGNER
from tests.studio.life.world import Died, World

FAMILY = "painted"  # what is drawn
BEHIND = timedelta(seconds=2)  # a clock that is this far behind the log is wrong
FRESH = timedelta(hours=12)  # how old the look into the camera may be
UNSEEN = timedelta(days=1)  # how long a consent that nobody confirmed before the camera is kept

NAMES = st.sampled_from(["ada", "bob"])
FAMILIES = st.sampled_from(
    [frozenset({"painted"}), frozenset({"painted", "illustrated"}), frozenset({"illustrated"})]
)
DAYS = st.sampled_from([1, 30, 90])
CAPS = st.sampled_from([1000, 1000, 1, 2])
MEANWHILE = ["withdraw", "withdraw, and die", "narrow", "late", "back", "cancel"]
WISHES = st.tuples(FAMILIES, DAYS, CAPS)
PICK = st.integers(0, 7)
GAVE, SAT, MADE = 1, 2, 3  # how far somebody has come at the beginning
BEGINNINGS = st.sampled_from([0, GAVE, SAT, SAT, MADE])
RARELY = st.sampled_from([False, False, False, True])


@dataclass
class Word:
    """What somebody agreed to."""

    record: object
    families: frozenset[str]
    given: datetime
    until: datetime
    notice: int
    cap: int
    before: Word | None = None  # in whose place it came, or shall come
    after: Word | None = None  # that came in its place
    seen: bool = False  # confirmed before the camera
    waits: bool = False
    narrows: bool = False
    taken_back: bool = False

    def now(self) -> Word:
        return self if self.after is None else self.after.now()

    def line(self) -> list[Word]:
        return [self, *(self.before.line() if self.before else [])]

    def stands(self, now: datetime) -> bool:
        """Tell whether it counts now; what waits for a face counts a day at most."""
        is_open = not self.waits or now < self.given + UNSEEN
        return not self.taken_back and self.after is None and now < self.until and is_open

    def confirm(self) -> None:
        """Somebody agreed before the camera, and so to all that is less."""
        self.seen = True
        if self.waits:
            self.waits, self.before.after = False, self
        if self.after is not None and self.after.narrows:
            self.after.confirm()


@dataclass
class Look:
    """Somebody looked into the camera."""

    word: Word
    at: datetime


@dataclass
class Person:
    """One of the two, as the studio should know them."""

    number: int  # of the face
    token: str
    subject: str = ""
    face: int = 0  # of whoever was captured first
    words: list[Word] = field(default_factory=list)
    looks: dict[str, Look] = field(default_factory=dict)  # by capture
    drafts: list[tuple[object, Word | None]] = field(default_factory=list)
    begun: Word | None = None  # captured at this moment
    withdrew: bool = False
    gone: bool = False  # everything was deleted

    def starts_as(self, subject: str) -> None:
        self.subject, self.face, self.begun = subject, 0, None
        self.withdrew = self.gone = False
        self.words, self.looks = [], {}

    def lives(self) -> bool:
        return bool(self.subject) and not self.withdrew and not self.gone

    def chosen(self, number: int) -> Word:
        return self.words[number % len(self.words)]


@dataclass
class Order:
    """A job, and how far the process that works on it has come."""

    id: str
    person: Person
    subject: str
    word: Word
    look: Look
    outcome: dict | None = None  # of the rendering, as the engine remembers it
    prepared: bool = False
    ended: bool = False
    stored: bool = False
    deleted: bool = False


def tried(act):
    """Return what comes of an act, or the refusal."""
    try:
        return act(), None
    except (Refusal, OutputError) as refusal:
        return None, refusal


class ConsentLife(RuleBasedStateMachine):
    """Give, narrow, extend, expire, withdraw, capture, submit, run, crash, resume, export."""

    without = ""  # name of a rule that the gate forgets
    examples = 0

    def __init__(self):
        super().__init__()
        type(self).examples += 1
        self.world = World(without=self.without)
        self.real = STYLISTS["toon"]
        STYLISTS["toon"] = replace(self.real, draw=self.world.draw)
        self.clock = self.world.clock
        self.logged_at = None
        self.head = None
        self.orders: list[Order] = []
        self.left_behind: list[str] = []  # subjects whose deletion died
        self.count = 0

    @initialize(ada=BEGINNINGS, bob=BEGINNINGS, cap=CAPS)
    def two_people(self, ada, bob, cap):
        self.notice_of = {}
        door = self.world.desk.door
        self.people = {
            name: Person(number, door.new_session())
            for number, name in enumerate(("ada", "bob"), start=1)
        }
        for who, so_far in (("ada", ada), ("bob", bob)):
            if so_far >= GAVE:
                both = frozenset({"painted", "illustrated"})
                self.give_or_extend(who, (both, 30, cap), later=False, other=False, pick=0)
            if so_far >= SAT:
                self.look_into_the_camera(who, 20, foreign=False)
            if so_far >= MADE:
                self.make(who, crash=False)

    def anybody(self):
        return any(person.subject for person in self.people.values())

    def somebody_sat(self):
        return any(person.looks for person in self.people.values())

    def something_is_made(self):
        return any(not order.ended for order in self.orders)

    def something_is_drawn(self):
        return any(o.prepared and not o.ended and o.outcome is None for o in self.orders)

    # What the model says.

    def clock_is_right(self):
        return self.logged_at is None or self.clock.now() >= self.logged_at - BEHIND

    def logs(self):
        self.logged_at = max(self.clock.now(), self.logged_at or self.clock.now())

    def made(self, word):
        line = word.line()
        return sum(order.stored and order.word in line for order in self.orders)

    def may_be_handed_out(self, order):
        word, now = order.word.now(), self.clock.now()
        return (
            order.stored
            and not order.deleted
            and order.subject == order.person.subject
            and order.person.lives()
            and word.stands(now)
            and word.given <= now
            and FAMILY in word.families & order.word.families
            and self.clock_is_right()
        )

    def may_be_drawn(self, order):
        word, now = order.word.now(), self.clock.now()
        return (
            order.subject == order.person.subject
            and order.person.lives()
            and word.stands(now)
            and word.seen
            and word.given <= now
            and FAMILY in word.families & order.look.word.families
            and order.look.word in word.line()
            and order.look.word.given < order.look.at <= now < order.look.at + FRESH
            and word.notice == self.world.notice_number
            and self.made(word) < word.cap
            and self.clock_is_right()
        )

    def expect(self, allowed, act):
        """Let something be done, and hold what happens to what should."""
        result, refusal = tried(act)
        assert allowed or refusal, "what no consent allows was done"
        assert not (allowed and refusal), f"a valid request was refused: {refusal!r}"
        return result

    # What people do.

    def choice(self, families, days):
        return ConsentChoice(
            purposes=frozenset({Purpose.AVATAR_STILLS}),
            families=families,
            adult_attested=True,
            days=days,
        )

    def draft_of(self, extended, families, days, cap):
        desk = self.world.desk
        record = extended.record if extended else None
        draft = desk.draft(self.choice(families, days), extends=record)
        scope = replace(draft.record.scope, output_cap=cap)
        return replace(draft, record=replace(draft.record, scope=scope))

    def sign(self, person, draft, extended):
        allowed = self.clock_is_right()
        if extended is not None:
            allowed &= (
                extended.stands(self.clock.now())
                and not extended.waits
                and person.lives()
                and person.subject == draft.subject.id
            )
        signed = self.expect(allowed, lambda: self.world.desk.give(person.token, draft))
        if signed is None:
            return
        self.logs()
        if extended is None:
            if person.withdrew and not person.gone:
                self.left_behind.append(person.subject)
            person.starts_as(draft.subject.id)
        else:
            self.take_back_waiting(person)
        person.words.append(
            Word(
                signed,
                draft.record.scope.families,
                draft.record.given_at,
                draft.record.expires_at,
                self.notice_of[id(draft)],
                draft.record.scope.output_cap,
                before=extended,
                waits=extended is not None,
            )
        )

    def take_back_waiting(self, person):
        for word in person.words:
            if word.waits:
                word.taken_back, word.waits = True, False

    @rule(who=NAMES, wish=WISHES, later=RARELY, other=RARELY, pick=PICK)
    def give_or_extend(self, who, wish, later, other, pick):
        person = self.people[who]
        extended = None
        if person.lives() and person.words:
            standing = [w for w in person.words if w.stands(self.clock.now()) and not w.waits]
            extended = person.chosen(pick) if other or not standing else standing[-1]
        draft = self.draft_of(extended, *wish)
        self.notice_of[id(draft)] = self.world.notice_number
        if later:
            person.drafts.append((draft, extended))
        else:
            self.sign(person, draft, extended)

    @precondition(lambda self: any(p.drafts for p in self.people.values()))
    @rule(who=NAMES, pick=PICK)
    def sign_a_draft(self, who, pick):
        person = self.people[who]
        if person.drafts:
            draft, extended = person.drafts.pop(pick % len(person.drafts))
            if extended is not None or not person.lives():
                self.sign(person, draft, extended)

    @precondition(lambda self: self.anybody())
    @rule(who=NAMES, pick=PICK, families=FAMILIES, days=st.sampled_from([None, None, 1, 20]))
    def narrow(self, who, pick, families, days):
        person = self.people[who]
        if not person.words:
            return
        word, now = person.chosen(pick), self.clock.now()
        until = word.until if days is None else now + timedelta(days=days)
        changes = (families, until) != (word.families, word.until)
        allowed = (
            word.stands(now)
            and not word.waits
            and person.lives()
            and families <= word.families
            and now < until <= word.until
            and changes
            and self.clock_is_right()
        )
        wish = Narrower(families, word.record.scope.audience, days)
        signed = self.expect(
            allowed,
            lambda: self.world.desk.changes.narrow(person.subject, word.record.record_id, wish),
        )
        if signed is None:
            return
        self.logs()
        self.take_back_waiting(person)
        word.after = replace(
            word,
            record=signed,
            families=families,
            given=now,
            until=until,
            before=word,
            narrows=True,
        )
        person.words.append(word.after)

    @precondition(lambda self: self.anybody())
    @rule(who=NAMES)
    def take_back(self, who):
        person = self.people[who]
        if person.subject:
            self.world.desk.changes.drop_waiting(person.subject)
            self.take_back_waiting(person)

    @precondition(lambda self: self.anybody())
    @rule(who=NAMES, wait=st.sampled_from([0, 1, 20]), foreign=RARELY)
    def look_into_the_camera(self, who, wait, foreign):
        self.begin_capture(who)
        self.clock.advance(seconds=wait)
        self.end_capture(who, foreign)

    @precondition(lambda self: self.anybody())
    @rule(who=NAMES)
    def begin_capture(self, who):
        person = self.people[who]
        if person.subject:
            desk = self.world.desk
            record = desk.changes.waiting(person.subject) or desk.standing(person.subject)
            known = {word.record.record_id: word for word in person.words}
            person.begun = None if record is None else known[record.record_id]

    @precondition(lambda self: any(p.begun for p in self.people.values()))
    @rule(who=NAMES, foreign=RARELY)
    def end_capture(self, who, foreign):
        person = self.people[who]
        word, now = person.begun, self.clock.now()
        if word is None:
            return
        person.begun = None
        face = 3 - person.number if foreign else person.number
        allowed = (
            word.now().stands(now)
            and person.lives()
            and person.face in {0, face}
            and self.clock_is_right()
        )
        self.count += 1
        name = f"{who} {self.count}"
        capture = self.expect(allowed, lambda: self.world.capture(word.record, name, face))
        if capture is None:
            return
        self.logs()
        person.face = face
        person.looks[capture.id] = Look(word, now)
        word.confirm()

    # What is made.

    @precondition(lambda self: self.somebody_sat())
    @rule(who=NAMES)
    def submit(self, who):
        person = self.people[who]
        if not person.subject:
            return
        now = self.clock.now()
        may = person.lives() and person.looks and any(w.stands(now) for w in person.words)
        job, refusal = tried(lambda: self.world.orders._job(person.subject, "toon", {}, 1))
        assert not (may and refusal), f"a valid order was refused: {refusal!r}"
        if job is None:
            return
        self.world.engine.rows.add(job)
        words = {word.record.record_id: word for word in person.words}
        word, look = words[job.record_id], person.looks[job.capture_id]
        self.orders.append(Order(job.id, person, person.subject, word, look))

    def order(self, pick):
        open_ones = [order for order in self.orders if not order.ended]
        return open_ones[pick % len(open_ones)] if open_ones else None

    @precondition(lambda self: self.somebody_sat())
    @rule(who=NAMES, crash=RARELY)
    def make(self, who, crash):
        self.submit(who)
        if self.orders and not self.orders[-1].ended:
            order = self.orders[-1]
            self.prepare(order)
            self.render(order, crash=crash)
            self.render(order)
            self.store(order)

    @precondition(lambda self: self.something_is_made())
    @rule(pick=PICK, crash=RARELY)
    def run_a_step(self, pick, crash):
        order = self.order(pick)
        if order is None:
            return
        if not order.prepared:
            self.prepare(order, crash=crash)
        elif order.outcome is None:
            self.render(order, crash=crash)
        else:
            self.store(order, crash=crash)

    @precondition(lambda self: self.something_is_drawn())
    @rule(pick=PICK, what=st.sampled_from(MEANWHILE))
    def change_while_drawing(self, pick, what):
        order = self.order(pick)
        if order is None or not order.prepared or order.outcome is not None:
            return
        who = next(name for name, person in self.people.items() if person is order.person)
        meanwhile = {
            "withdraw": lambda: self.withdraw(who),
            "withdraw, and die": lambda: self.withdraw(who, crash=True),
            "narrow": lambda: self.narrow(
                who, len(order.person.words) - 1, frozenset({"illustrated"}), None
            ),
            "late": lambda: self.clock.advance(hours=11.99),
            "back": lambda: self.clock.advance(seconds=-3),
            "cancel": lambda: self.cancel(order),
        }[what]
        self.render(order, meanwhile=meanwhile)

    def prepare(self, order, *, crash=False):
        if order.ended:
            return
        allowed = self.may_be_drawn(order)
        outcome = self.world.engine._prepare(order.id)
        assert ("ended" not in outcome) == allowed, self.told(order)
        order.ended = not allowed
        order.prepared = allowed and not crash

    def render(self, order, *, crash=False, meanwhile=lambda: None):
        if order.ended or not order.prepared or order.outcome is not None:
            return
        allowed = self.may_be_drawn(order)
        happened = []

        def once():
            happened.append(True)
            meanwhile()

        self.world.meanwhile = once
        outcome = self.world.engine._render(order.id)
        self.world.meanwhile = lambda: None
        assert bool(happened) == allowed, f"drawn: {bool(happened)}; {self.told(order)}"
        allowed = allowed and not order.ended and self.may_be_drawn(order)
        assert ("ended" not in outcome) == allowed, self.told(order)
        if not allowed:
            order.ended = True
        elif not crash:
            order.outcome = outcome

    def store(self, order, *, crash=False):
        if order.ended or order.outcome is None:
            return
        allowed = self.may_be_drawn(order)
        try:
            with self.world.database.transaction() as unit:
                self.world.engine.store(unit.session, order.id, order.outcome)
                self.world.die(crash and allowed)  # before the commit
        except Died:
            return
        if allowed:
            self.logs()
        order.ended = True
        order.stored = order.id in self.world.stored()
        assert order.stored == allowed, self.told(order)

    def told(self, order):
        job = self.world.engine.rows.load(order.id)
        return None if job is None else (job.state, job.refusal)

    @precondition(lambda self: self.something_is_made())
    @rule(pick=PICK)
    def cancel_one(self, pick):
        if (order := self.order(pick)) is not None:
            self.cancel(order)

    def cancel(self, order):
        self.world.engine.cancel(order.id)
        job = self.world.engine.rows.load(order.id)
        assert job is None or job.state is JobState.CANCELLED
        order.ended = True

    @precondition(lambda self: any(o.ended and o.outcome for o in self.orders))
    @rule(pick=PICK)
    def a_dead_process_wakes_up(self, pick):
        """Store again what was rendered, whatever became of the job meanwhile."""
        rendered = [order for order in self.orders if order.ended and order.outcome]
        if not rendered:
            return
        order, before = rendered[pick % len(rendered)], self.world.stored()
        with self.world.database.transaction() as unit:
            self.world.engine.store(unit.session, order.id, order.outcome)
        assert self.world.stored() == before

    @precondition(lambda self: self.somebody_sat())
    @rule(who=NAMES)
    def preview(self, who):
        person = self.people[who]
        if not person.lives() or not person.looks:
            return
        job, _ = tried(lambda: self.world.orders._job(person.subject, "toon", {}, 1))
        if job is None:
            return
        words = {word.record.record_id: word for word in person.words}
        look = person.looks[job.capture_id]
        order = Order("", person, person.subject, words[job.record_id], look)
        self.expect(
            self.may_be_drawn(order),
            lambda: self.world.orders.preview(person.subject, "toon", {}, 1),
        )

    @precondition(lambda self: any(order.stored for order in self.orders))
    @rule(pick=PICK, save=st.booleans())
    def export(self, pick, save):
        stored = [order for order in self.orders if order.stored]
        order = stored[pick % len(stored)]
        self.expect(
            self.may_be_handed_out(order),
            lambda: self.world.exports.read(order.subject, order.id, MediaType.PNG, save=save),
        )

    @precondition(lambda self: any(order.stored for order in self.orders))
    @rule(pick=PICK)
    def delete(self, pick):
        stored = [order for order in self.orders if order.stored and not order.deleted]
        if stored:
            order = stored[pick % len(stored)]
            self.world.library.delete(order.subject, order.id)
            order.deleted = True

    # How it ends.

    @precondition(lambda self: self.anybody())
    @rule(who=NAMES, how=st.sampled_from(["not", "not", "whole", "dies", "dies"]))
    def withdraw_perhaps(self, who, how):
        if how != "not":
            self.withdraw(who, crash=how == "dies")

    def withdraw(self, who, *, crash=False):
        """End everything; the process may die before anything was deleted."""
        person = self.people[who]
        if not person.subject:
            return
        dies = crash and not person.gone
        self.world.purging_dies = dies
        try:
            self.world.withdrawal.withdraw(person.subject)
        except Died:
            assert dies
        finally:
            self.world.purging_dies = False
        if not person.gone:
            self.logs()
        person.withdrew = True
        for word in person.words:
            word.taken_back, word.waits = True, False
        if not dies:
            self.end(person)

    def end(self, person):
        person.gone = True
        self.nothing_is_left_of(person.subject)

    def nothing_is_left_of(self, subject):
        for order in self.orders:
            if order.subject == subject:
                order.ended = order.deleted = True
        assert self.world.left_of(subject) == {}

    @precondition(lambda self: self.anybody())
    @rule()
    def end_retention(self):
        now = self.clock.now()
        over = [
            person
            for person in self.people.values()
            if person.subject
            and not person.gone
            and not any(
                word.stands(now) and (word.seen or word.given > now - UNSEEN)
                for word in person.words
            )
        ]
        self.world.withdrawal.end_retention(now)
        for person in over:
            self.logs()
            self.end(person)
        for subject in self.left_behind:
            self.logs()
            self.nothing_is_left_of(subject)
        self.left_behind = []

    # Time, and what the studio says.

    @rule(
        by=st.sampled_from(
            [{"seconds": 1}, {"minutes": 5}, {"hours": 1}, {"hours": 12}, {"days": 2}, {"days": 31}]
        )
    )
    def time_passes(self, by):
        self.clock.advance(**by)

    @rule(seconds=st.sampled_from([1, 3, 600, 3_000_000]), sure=RARELY)
    def the_clock_is_set_back(self, seconds, sure):
        if sure:
            self.clock.advance(seconds=-seconds)

    @precondition(lambda self: not self.clock_is_right())
    @rule()
    def the_clock_is_set_right(self):
        self.clock.at = self.logged_at + timedelta(seconds=1)

    @rule(sure=RARELY, still=RARELY)
    def the_notice_changes(self, sure, still):
        if sure and still:
            self.world.change_notice()

    # What always holds.

    @invariant()
    def the_log_only_grows(self):
        with self.world.database.reading() as unit:
            note = unit.log.head()
            if note is None or note == self.head:
                return
            new = read_checkpoint(note)
            if self.head is not None:
                old = read_checkpoint(self.head)
                proof = unit.log.consistency(old.size, new.size)
                verify_consistency(proof, old.root, new.root)
        self.head = note

    @invariant()
    def nothing_is_stored_that_was_not_allowed(self):
        wanted = {order.id for order in self.orders if order.stored and not order.deleted}
        assert self.world.stored() == wanted

    def teardown(self):
        try:
            if hasattr(self, "people"):
                self.every_record_is_proved()
                for person in self.people.values():
                    if person.gone:
                        assert self.world.left_of(person.subject) == {}
        finally:
            STYLISTS["toon"] = self.real
            self.world.close()

    def every_record_is_proved(self):
        verifier = LOG_SIGNER.verifier()
        with self.world.database.reading() as unit:
            for person in self.people.values():
                for record in unit.records.of_subject(person.subject) if person.subject else ():
                    logged = unit.log.prove(record.log_index)
                    root = verifier.verify(logged.checkpoint).root
                    verify_inclusion(logged.leaf.to_bytes(), logged.proof, root)
                    if person.lives():
                        key = opening(
                            unit.vault, person.subject, LeafKind.CONSENT, record.record_id
                        )
                        verify_opening(logged.leaf, key, receipt_payload(record))


ANATOMY = SimpleNamespace(face_box=None, keep_clear=(), lower_face=None)
