"""Baked subjects who sit before the studio's real socket, as pages in browsers would.

They run in a process of their own (`python -m benchmarks.sitter`), so that the studio's process
does only what it does for people. Pictures are made once for each pose and colour, which costs a
sitter next to nothing: four of them take a fraction of a core.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import struct
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from urllib.request import Request, urlopen

import numpy as np
from numpy.typing import NDArray
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.stage import jpeg
from consent.flash import screen_hex
from consent.types import Colour
from studio.subjects.cast import STILL, CastMember, load_cast
from studio.subjects.player import LAYER, READ_NOISE
from studio.subjects.screen import Lit, Screen, light_of

HEADER = struct.Struct("<BId")
RATE = 15  # pictures a second
MOST_UNANSWERED = 6  # as the page
REACTION = 0.4  # seconds
STILLS = 7  # of each sitter: five, and two that may be asked for again
HELD = 8  # pictures of an action's extreme
CHOICE = {"families": ["painted"], "days": 30, "audience": "private", "adult_attested": True}


@dataclass(slots=True)
class Sat:
    """What one sitter saw of one capture; times in seconds."""

    outcome: str = ""  # "passed", or of the refusal
    sent: int = 0
    answers: list[float] = field(default_factory=list)  # when each came, from the first picture
    delays: list[float] = field(default_factory=list)  # from picture to answer
    waits: list[tuple[float, int, int]] = field(default_factory=list)  # when told, place, seconds
    waited: float = 0.0
    verdict: float = 0.0  # from the last picture to the last word
    colour_frames: int = 0  # answers while colours were shown


class Album:
    """One subject's pictures as JPEG, made when first needed; no two sent ones are the same."""

    def __init__(self, member: CastMember, seed: int) -> None:
        self._member = member
        self._rng = np.random.default_rng(seed)
        self._made: dict[tuple[str, str | None], bytes] = {}
        self._lit: dict[str, Lit] = {}
        self._stills: deque[bytes] = deque()

    def picture(self, name: str, colour: str | None) -> bytes:
        """Return a picture lit by a colour of the screen (#rrggbb, or none)."""
        if name.startswith(STILL):
            # The studio decodes it before it looks for doubles, so each needs noise of its own.
            return self._stills.popleft() if self._stills else self._make(name, None)
        if LAYER + name not in self._member.hashes:
            colour = None
        key = (name, colour)
        if key not in self._made:
            self._made[key] = self._make(name, colour)
        # A decoder reads nothing after the end, but the bytes are new, as a camera's always are.
        return self._made[key] + secrets.token_bytes(8)

    def fill(self, sitters: int) -> None:
        """Make everything that so many sitters may be asked for."""
        still = self._member.clips[STILL][0]
        self._stills.extend(self._make(still, None) for _ in range(STILLS * sitters))
        for name in (name for clip in self._member.clips.values() for name in clip):
            if not name.startswith((STILL, LAYER)):
                for colour in (None, *map(screen_hex, Colour)):
                    self.picture(name, colour)

    def _make(self, name: str, colour: str | None) -> bytes:
        image: NDArray[np.uint8] | NDArray[np.float32] = self._member.frame(name).image
        if colour is not None:
            if name not in self._lit:
                layer = self._member.frame(LAYER + name).image
                self._lit[name] = Lit.of(self._member.frame(name).image, layer)
            image = self._lit[name].under(light_of(colour), Screen().strength)
        noisy = image + self._rng.normal(0, READ_NOISE, image.shape)
        return jpeg(np.clip(noisy, 0, 255).astype(np.uint8), 92 if name.startswith(STILL) else 80)


class Body:
    """Does what is asked, after a moment, picture by picture."""

    def __init__(self, member: CastMember) -> None:
        self._member = member
        self._asked = "centre"
        self._script: deque[str] = deque()
        self._rests = 0
        self._ready_at = 0.0

    def hear(self, instruction: str, now: float) -> None:
        """Learn what is asked for."""
        if instruction != self._asked:
            self._asked = instruction
            self._ready_at = now + REACTION

    def pose(self, now: float) -> str:
        """Return the name of the next picture."""
        if not self._script and now >= self._ready_at and self._asked in self._member.clips:
            clip = self._member.clips[self._asked]
            self._script.extend((*clip, *([clip[-1]] * HELD), *reversed(clip)))
        if self._script:
            return self._script.popleft()
        self._rests += 1
        rest = self._member.clips["rest"]
        return rest[self._rests // 4 % len(rest)]


class Sitter:
    """One person's page: cookie, consent, camera."""

    def __init__(self, origin: str, album: Album, member: CastMember, rate: float) -> None:
        self._origin = origin
        self._album = album
        self._member = member
        self._rate = rate
        self._cookie = ""
        self.sat = Sat()

    def consent(self) -> None:
        """Open the page and agree."""
        headers = {"origin": self._origin, "content-type": "application/json"}
        with urlopen(Request(f"{self._origin}/api/session", b"", headers)) as answer:  # noqa: S310
            self._cookie = answer.headers["set-cookie"].partition(";")[0]
        body = json.dumps(CHOICE).encode()
        agree = {**headers, "cookie": self._cookie}
        with urlopen(Request(f"{self._origin}/api/consent", body, agree)):  # noqa: S310
            pass

    async def sit(self) -> Sat:
        """Wait for the seat, answer the challenge and return what was seen."""
        await asyncio.to_thread(self.consent)
        address = f"ws{self._origin.removeprefix('http')}/api/capture?pace=standard"
        async with connect(
            address,
            origin=self._origin,  # type: ignore[arg-type]  # its type is a plain string's new name
            additional_headers={"cookie": self._cookie},
            compression=None,
            max_size=None,
        ) as socket:
            began = time.perf_counter()
            async for text in socket:
                message: Mapping[str, object] = json.loads(text)
                if "waiting" in message:
                    self._note_wait(message["waiting"], time.perf_counter() - began)
                elif "assent" in message:
                    self.sat.waited = time.perf_counter() - began
                    await Capture(socket, self._album, self._member, self._rate, self.sat).run()
                    break
                else:
                    self.sat.outcome = str(message)
        return self.sat

    def _note_wait(self, said: object, at: float) -> None:
        if isinstance(said, dict):
            self.sat.waits.append((at, int(said["place"]), int(said["seconds"])))


class Capture:
    """The pictures of one capture and their answers."""

    def __init__(
        self, socket: ClientConnection, album: Album, member: CastMember, rate: float, sat: Sat
    ) -> None:
        self._socket = socket
        self._album = album
        self._member = member
        self._period = 1 / rate
        self._sat = sat
        self._body = Body(member)
        self._sent_at: dict[int, float] = {}
        self._colour: str | None = None
        self._still_wanted = False
        self._stills = 0
        self._last_sent = 0.0
        self._began = time.perf_counter()

    async def run(self) -> None:
        """Send pictures until the last word."""
        sending = asyncio.create_task(self._send())
        try:
            async for text in self._socket:
                if self._hear(json.loads(text)):
                    return
        finally:
            sending.cancel()

    async def _send(self) -> None:
        due = time.perf_counter()
        while True:
            due = max(due + self._period, time.perf_counter())
            await asyncio.sleep(due - time.perf_counter())
            pose = self._body.pose(time.perf_counter())
            if len(self._sent_at) >= MOST_UNANSWERED:
                continue
            kind, self._still_wanted = int(self._still_wanted), False
            if kind:
                stills = self._member.clips[STILL]
                pose = stills[self._stills % len(stills)]
                self._stills += 1
            now = time.perf_counter()
            data = self._album.picture(pose, self._colour)
            sequence = self._sat.sent
            self._sat.sent += 1
            self._sent_at[sequence] = self._last_sent = now
            head = HEADER.pack(kind, sequence, (now - self._began) * 1000)
            await self._socket.send(head + data)

    def _hear(self, message: Mapping[str, object]) -> bool:
        """Take one answer; tell whether it was the last word."""
        now = time.perf_counter()
        if "sequence" not in message:
            refusal = message.get("refused")
            self._sat.outcome = refusal["code"] if isinstance(refusal, dict) else "passed"
            self._sat.verdict = now - self._last_sent
            return True
        self._sat.answers.append(now - self._began)
        self._sat.delays.append(now - self._sent_at.pop(int(str(message["sequence"]))))
        colour = message.get("colour")
        self._colour = colour if isinstance(colour, str) else None
        self._sat.colour_frames += self._colour is not None
        self._still_wanted = bool(message["wants_still"]) or self._still_wanted
        self._body.hear(str(message["instruction"]), now)
        return False


async def sit_together(origin: str, count: int, rate: float) -> list[Sat]:
    """Let several subjects sit down at once."""
    cast = list(load_cast().values())
    albums = {member.id: Album(member, seed) for seed, member in enumerate(cast)}
    for member in cast[:count]:  # before anything is timed
        albums[member.id].fill(-(-count // len(cast)))
    members = [cast[number % len(cast)] for number in range(count)]
    sitters = [Sitter(origin, albums[member.id], member, rate) for member in members]
    return await asyncio.gather(*(sitter.sit() for sitter in sitters))


def main() -> int:
    """Sit, and print what was seen as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("origin")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--rate", type=float, default=RATE)
    options = parser.parse_args()
    seen = asyncio.run(sit_together(options.origin, options.count, options.rate))
    print(json.dumps([asdict(sat) for sat in seen]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
