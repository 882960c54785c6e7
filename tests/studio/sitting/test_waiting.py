import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from consent.errors import LivenessRefused
from studio.sitting.waiting import (
    FIRST_GUESS,
    MOST_OF_ONE_ORIGIN,
    MOST_WAITING,
    OVERDUE,
    WaitingRoom,
)


class Seconds:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def room(seconds):
    return WaitingRoom(seconds, seats=2)


def enter(room, *names):
    return [room.enter(name) for name in names]


def places(tickets):
    return [view and view.place for view in (ticket.waiting() for ticket in tickets)]


def test_who_finds_a_seat_does_not_wait(room):
    assert places(enter(room, "a", "b")) == [None, None]


def test_further_ones_wait_in_order(room):
    assert places(enter(room, "a", "b", "c", "d")) == [None, None, 1, 2]


def test_a_seat_goes_to_whoever_waits_longest(room):
    a, b, c, d = enter(room, "a", "b", "c", "d")
    b.leave()
    assert places([a, c, d]) == [None, None, 1]
    a.leave()
    assert places([c, d]) == [None, None]


def test_who_leaves_the_row_lets_the_others_move_up(room):
    _, _, c, d, e = enter(room, "a", "b", "c", "d", "e")
    c.leave()
    assert places([d, e]) == [1, 2]


def test_leaving_twice_frees_one_seat(room):
    a, _, _, d = enter(room, "a", "b", "c", "d")
    a.leave()
    a.leave()
    assert places([d]) == [1]


def test_who_left_is_not_let_in(room):
    (a,) = enter(room, "a")
    a.leave()
    with pytest.raises(LivenessRefused):
        a.waiting()


def test_a_session_takes_its_own_seat_over_and_nobody_elses(room):
    a, b, c = enter(room, "a", "b", "c")
    again = room.enter("a")
    assert places([again, b, c]) == [None, None, 1]
    with pytest.raises(LivenessRefused) as caught:
        a.waiting()
    assert caught.value.code == "camera_elsewhere"
    a.leave()
    assert places([again, c]) == [None, 1]


def test_a_session_keeps_its_place_in_the_row(room):
    _, _, c, d = enter(room, "a", "b", "c", "d")
    again = room.enter("c")
    assert places([again, d]) == [1, 2]
    with pytest.raises(LivenessRefused):
        c.waiting()


def test_a_first_wait_is_guessed_and_shrinks_with_time(room, seconds):
    _, _, c, d, e = enter(room, "a", "b", "c", "d", "e")
    assert [ticket.waiting().seconds for ticket in (c, d, e)] == [25, 25, 50]
    seconds.now += 10
    assert [ticket.waiting().seconds for ticket in (c, d, e)] == [15, 15, 40]
    assert FIRST_GUESS == 25


def test_the_wait_follows_the_captures_that_were_seen(room, seconds):
    for name in ("a", "b"):
        (ticket,) = enter(room, name)
        seconds.now += 16
        ticket.leave()
    _, _, waiting = enter(room, "a", "b", "c")
    assert waiting.waiting().seconds == 16


def test_a_capture_that_takes_longer_than_usual_is_never_said_to_be_over(room, seconds):
    _, _, waiting = enter(room, "a", "b", "c")
    seconds.now += 55
    assert waiting.waiting().seconds == OVERDUE


def test_captures_that_failed_at_once_promise_no_instant_turn(room, seconds):
    for name in "abcdefgh":
        enter(room, name)[0].leave()
    _, _, waiting = enter(room, "x", "y", "z")
    assert waiting.waiting().seconds >= OVERDUE


def test_the_row_has_an_end(room):
    enter(room, *(str(number) for number in range(2 + MOST_WAITING)))
    with pytest.raises(LivenessRefused) as caught:
        room.enter("one more")
    assert caught.value.code == "studio_full"
    assert caught.value.next_step
    assert room.enter("7")  # whoever waits already keeps the place


def test_one_address_cannot_fill_the_row(room):
    for number in range(MOST_OF_ONE_ORIGIN):
        room.enter(str(number), "192.0.2.7")
    with pytest.raises(LivenessRefused):
        room.enter("one more", "192.0.2.7")
    assert room.enter("a neighbour", "192.0.2.8")


def test_everybody_gets_their_turn_in_the_order_they_came(seconds):
    room = WaitingRoom(seconds, seats=4)
    tickets = [room.enter(str(number)) for number in range(40)]
    served = []
    while room.everybody():
        seated = [ticket for ticket in room.everybody() if ticket.waiting() is None]
        assert len(seated) <= 4
        seconds.now += 20
        served.append(seated[0])
        seated[0].leave()
    assert served == tickets


def test_many_threads_leave_no_seat_behind(seconds):
    room = WaitingRoom(seconds, seats=4)
    at_once, most, lock = 0, 0, threading.Lock()

    def sit(number):
        nonlocal at_once, most
        ticket = room.enter(str(number))
        while ticket.waiting() is not None:
            threading.Event().wait(0.001)
        with lock:
            at_once += 1
            most = max(most, at_once)
        threading.Event().wait(0.002)
        with lock:
            at_once -= 1
        ticket.leave()

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(sit, range(90)))
    assert room.everybody() == ()
    assert most <= 4
