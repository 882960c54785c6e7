"""The waiting room: a few captures at once, and an honest word to whoever waits."""

from __future__ import annotations

import heapq
import math
import threading
from collections import deque
from collections.abc import Callable
from statistics import fmean

from consent.errors import LivenessRefused
from studio.service import WaitView

SEATS = 4  # captures at once: two cores measure that many at twelve frames a second and more
MOST_WAITING = 40  # people who wait; some five minutes for the last of them
MOST_OF_ONE_ORIGIN = 20  # seats and places that one address may hold; a team may share one
FIRST_GUESS = 25.0  # seconds of a capture, before one was seen
REMEMBERED = 20  # captures whose mean length is the guess
OVERDUE = 3.0  # seconds that a capture longer than the mean is thought to go on


class Ticket:
    """One browser session's place, in the room or on a seat (`studio.service.CameraTicket`)."""

    def __init__(self, room: WaitingRoom, session_key: str, origin: str) -> None:
        self._room = room
        self.session_key = session_key
        self.origin = origin
        self.seated_at: float | None = None  # seconds on the room's clock

    def waiting(self) -> WaitView | None:
        """Return the place in the row, or None when the seat is free and held.

        Raises:
            LivenessRefused: `camera_elsewhere` once the ticket was left or taken over.
        """
        return self._room.view(self)

    def leave(self) -> None:
        """Give seat or place to the next; does nothing the second time."""
        self._room.leave(self)


class WaitingRoom:
    """Seats whoever came first; safe between threads.

    A browser session holds one ticket: a second page of it takes the place of the first.
    """

    def __init__(self, seconds: Callable[[], float], seats: int = SEATS) -> None:
        """Open an empty room.

        Args:
            seconds: a clock that never goes back.
            seats: captures at once.
        """
        self._seconds = seconds
        self._seats = seats
        self._lock = threading.Lock()
        self._seated: list[Ticket] = []
        self._row: list[Ticket] = []
        self._lengths: deque[float] = deque(maxlen=REMEMBERED)

    def everybody(self) -> tuple[Ticket, ...]:
        """Return who is here: the seated, then the row."""
        with self._lock:
            return (*self._seated, *self._row)

    def enter(self, session_key: str, origin: str = "") -> Ticket:
        """Return a ticket: a seat when one is free, else the last place in the row.

        Raises:
            LivenessRefused: `studio_full`.
        """
        ticket = Ticket(self, session_key, origin)
        with self._lock:
            if self._take_over(ticket):
                return ticket
            held = sum(bool(origin) and one.origin == origin for one in self._seated + self._row)
            if len(self._row) >= MOST_WAITING or held >= MOST_OF_ONE_ORIGIN:
                raise _full()
            self._row.append(ticket)
            self._seat_next()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Free what the ticket holds; does nothing when it holds nothing."""
        with self._lock:
            if ticket in self._row:
                self._row.remove(ticket)
            if ticket in self._seated:
                self._seated.remove(ticket)
                self._lengths.append(self._seconds() - (ticket.seated_at or 0.0))
            self._seat_next()

    def view(self, ticket: Ticket) -> WaitView | None:
        """Return the ticket's place, or None when it is seated; raises LivenessRefused."""
        with self._lock:
            if ticket in self._seated:
                return None
            if ticket not in self._row:
                raise _elsewhere()
            index = self._row.index(ticket)
            return WaitView(place=index + 1, seconds=math.ceil(self._wait(index)))

    def _take_over(self, ticket: Ticket) -> bool:
        """Put the ticket where its session already has one."""
        for held in (self._seated, self._row):
            for index, other in enumerate(held):
                if other.session_key == ticket.session_key:
                    ticket.seated_at = None if other.seated_at is None else self._seconds()
                    held[index] = ticket
                    return True
        return False

    def _seat_next(self) -> None:
        while self._row and len(self._seated) < self._seats:
            ticket = self._row.pop(0)
            ticket.seated_at = self._seconds()
            self._seated.append(ticket)

    def _wait(self, before: int) -> float:
        """Return the seconds until a seat is free for whoever has `before` others before them."""
        usual = max(fmean(self._lengths), OVERDUE) if self._lengths else FIRST_GUESS
        now = self._seconds()
        free = [max(usual - (now - (one.seated_at or now)), OVERDUE) for one in self._seated]
        heapq.heapify(free)
        for _ in range(before):
            heapq.heappush(free, heapq.heappop(free) + usual)
        return free[0] if free else 0.0


def _full() -> LivenessRefused:
    return LivenessRefused(
        "studio_full",
        "Too many people wait for the camera.",
        why="Everybody who waits should get their turn soon.",
        next_step="Try again in a few minutes.",
    )


def _elsewhere() -> LivenessRefused:
    return LivenessRefused(
        "camera_elsewhere",
        "The camera was started again in another window.",
        why="One sitting uses one camera at a time.",
        next_step="Go on in the other window, or start again here.",
    )
