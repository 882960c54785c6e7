"""What goes wrong on the way out.

OutputError
├── ReleaseRefused   a picture may not leave; in three parts, like every refusal of consent
├── OutputMissing    the library has no such picture; in three parts
├── VerifyError      a file cannot be examined; in three parts
└── MarkMissing      a mark did not read back; release turns it into a ReleaseRefused
    └── TooLarge     the picture has more pixels than may be decoded
        └── TooManyParts   the file has more parts than any program writes
"""

from __future__ import annotations

from consent.errors import Refusal


class OutputError(Exception):
    """Root of everything that `outputs` raises."""


class ReleaseRefused(Refusal, OutputError):
    """The picture may not leave: its grant, its geometry or one of its marks is not in order."""


class OutputMissing(Refusal, OutputError):
    """The library has no such picture for this subject, or its bytes are not what was stored."""


class VerifyError(Refusal, OutputError):
    """The file cannot be examined: it is no picture, or too large to open safely."""


class MarkMissing(OutputError):
    """A mark did not read back.

    Attributes:
        mark: name of the mark, as in the findings of Verify.
    """

    def __init__(self, mark: str, reason: str) -> None:
        super().__init__(f"{mark}: {reason}")
        self.mark = mark


class TooLarge(MarkMissing):
    """The picture has more pixels than may be decoded."""


class TooManyParts(TooLarge):
    """The file has more parts than any program writes: decoding it could take very long."""
