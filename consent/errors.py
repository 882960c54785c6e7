"""The tree of refusals.

ConsentError
└── Refusal                 a person can act on it: code, what happened, why, what to do next
    ├── ConsentRefused      no record, expired, withdrawn, out of scope, not attested
    ├── LivenessRefused     the capture did not show a live person doing what was asked
    ├── IdentityRefused     the face is not the one that was captured
    ├── QualityRefused      the picture cannot be used: small, blurred, two faces, not an image
    ├── RecordInvalid       a stored record, signature or receipt does not verify
    └── LogInvalid          the transparency log, a proof or a checkpoint does not verify
"""

from __future__ import annotations


class ConsentError(Exception):
    """Root of everything that `consent` raises."""


class Refusal(ConsentError):
    """A refusal in three parts that a tired person understands at once.

    Attributes:
        code: stable identifier for logs, APIs and tests; never shown first.
        what: what happened, one sentence.
        why: whom or what it protects, one sentence.
        next_step: what the person can do now, one sentence.
    """

    def __init__(self, code: str, what: str, *, why: str, next_step: str) -> None:
        super().__init__(f"{what} {next_step}")
        self.code = code
        self.what = what
        self.why = why
        self.next_step = next_step

    def parts(self) -> dict[str, str]:
        """Return code, what, why and next, as pages, APIs and jobs carry them."""
        return {"code": self.code, "what": self.what, "why": self.why, "next": self.next_step}


class ConsentRefused(Refusal):
    """No valid consent covers what was asked."""


class LivenessRefused(Refusal):
    """The capture does not show a live person who did what was asked."""


class IdentityRefused(Refusal):
    """The face is not, or not certainly, the one that was captured."""


class QualityRefused(Refusal):
    """The picture cannot be used."""


class RecordInvalid(Refusal):
    """A record, signature or receipt does not verify."""


class LogInvalid(Refusal):
    """The transparency log, a proof out of it or a checkpoint of it does not verify."""
