"""What the web layer must be told; it reads no environment of its own."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class UiSettings:
    """Addresses, cookie and limits of one running studio.

    `allowed_hosts` are the names that a browser may have typed (without a port): any other Host
    header is turned away, so that a foreign name resolved to this computer reads nothing.
    """

    version: str
    allowed_hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    allowed_origins: tuple[str, ...] = ()  # further origins, such as "https://studio.example"
    cookie_secure: bool = False  # true behind https
    cookie_days: int = 365  # no record is kept longer than this
    max_upload_bytes: int = 40 * MEGABYTE  # a whole request body: a poster as PNG, painted on grain
    max_selfies_bytes: int = 100 * MEGABYTE  # the same where pictures and videos of oneself come in
    max_frame_bytes: int = 512 * 1024  # a 640 x 480 JPEG is about 60 kB
    max_still_bytes: int = 8 * MEGABYTE
    max_frames_per_second: float = 30.0  # the page aims at 15
    capture_idle_seconds: float = 10.0
    frames_ahead: int = 6  # pictures that wait to be measured; the page sends no more unanswered
    sessions_at_once: int = 300  # of one address, which a team may share; each is a row that stays
    sessions_per_hour: int = 600
    consents_at_once: int = 120  # of one address, and subjects who are nobody with them
    consents_per_hour: int = 240
    passkeys_at_once: int = 60  # of one address: what is asked with an invitation, right or wrong
    passkeys_per_hour: int = 60
    reports_at_once: int = 20  # of one address; each holds an avatar back until somebody looks
    reports_per_hour: int = 20
    bodies_at_once: int = 12  # files that come in or wait to be looked at; they lie in memory
    large_pictures_at_once: int = 2  # to verify, to judge or to draw; others wait their turn
    previews_at_once: int = 6  # of one session, drawn or waiting; a page asks for three at most

    @property
    def cookie_name(self) -> str:
        """Return the session cookie's name; `__Host-` binds it to this host where https allows."""
        return "__Host-selfsame" if self.cookie_secure else "selfsame"
