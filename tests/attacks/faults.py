"""What happens to pictures on their way to the server when somebody meddles with the stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from tests.attacks.harness import Channel, Packet

EARLIEST, LATEST = 2.0, 9.0  # seconds: when the fault comes
_GAP_SECONDS = 0.6
_STRETCH = 1.08  # how much slower than its own clock a slowed stream arrives


def reordered(rng: Random) -> Channel:
    """Swap two neighbouring frames."""
    at = rng.uniform(EARLIEST, LATEST)

    def channel(packets: Iterable[Packet]) -> Iterator[Packet]:
        held: Packet | None = None
        done = False
        for packet in packets:
            if held is None and not done and packet.taken > at and not packet.is_still:
                held = packet
                continue
            yield packet
            if held is not None:
                yield replace(held, arrives=packet.arrives)
                held, done = None, True

    return channel


def dropped(rng: Random) -> Channel:
    """Lose what was taken in more than half a second."""
    at = rng.uniform(EARLIEST, LATEST)
    return lambda packets: (p for p in packets if not at < p.taken < at + _GAP_SECONDS)


def duplicated(rng: Random) -> Channel:
    """Send one frame's bytes a second time, as the next frame."""
    at = rng.uniform(EARLIEST, LATEST)

    def channel(packets: Iterable[Packet]) -> Iterator[Packet]:
        last: Packet | None = None
        done = False
        for packet in packets:
            again = last is not None and not done and packet.taken > at and not packet.is_still
            if again and last is not None:
                done = True
                yield replace(packet, jpeg=last.jpeg)
            else:
                yield packet
            last = packet if not packet.is_still else last

    return channel


def delayed(rng: Random) -> Channel:
    """Let everything arrive ever later than its times say: somebody works on the pictures."""
    stretch = rng.uniform(_STRETCH, _STRETCH + 0.1)
    return lambda packets: (replace(p, arrives=p.arrives * stretch) for p in packets)


def backdated(rng: Random) -> Channel:
    """Hold everything back from some moment on, with the times that it should have had."""
    at, hold = rng.uniform(EARLIEST, LATEST), rng.uniform(0.6, 1.0)
    return lambda packets: (
        replace(p, arrives=p.arrives + hold) if p.taken > at else p for p in packets
    )
