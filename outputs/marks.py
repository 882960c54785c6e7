"""The marks of an output as a list: each is applied in its turn and read back from the bytes.

`read_back` trusts nothing that `apply` said: it works out anew what must be there and reads the
finished bytes. A new mark is one more class in the lists of `outputs.release`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from outputs.encode import DecodedClip, MediaType, encode, encode_clip
from outputs.errors import MarkMissing
from outputs.label import Placement, burn_at
from outputs.label_clip import place_clip
from outputs.provenance import Claim, ManifestReader, Signer, require_claimed
from outputs.reading import read_label
from outputs.types import Clip
from outputs.watermark import Watermarker, apply_residual
from outputs.xmp import XmpFields, fields_for, read_packet, write_packet

REFRESH = 6  # frames that share what is written into their colours: a quarter of a second at most
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Draft:
    """An output on its way: what must be said about it, and what stands so far."""

    clip: Clip  # as it was drawn
    claim: Claim
    parameters: Mapping[str, str | float]  # style, controls and seed; nothing of a person
    media_type: MediaType
    frames: tuple[Pixels, ...]  # (H, W, 3 or 4) sRGB, straight alpha
    data: bytes = b""

    def shown(self, decoded: DecodedClip, number: int) -> Pixels:
        """Return what the finished bytes show when a frame is due."""
        return decoded.at((number + 0.5) * self.clip.seconds)


class Mark(Protocol):
    """One mark."""

    @property
    def name(self) -> str:
        """The mark's name, as in the findings of Verify."""
        ...

    @property
    def is_in_pixels(self) -> bool:
        """Whether it lies in the pixels, and thus is the same in every format."""
        ...

    def apply(self, draft: Draft) -> Draft:
        """Return the draft with the mark."""
        ...

    def read_back(self, draft: Draft, decoded: DecodedClip) -> None:
        """Read the mark from the finished bytes, or raise MarkMissing."""
        ...


@dataclass(frozen=True, slots=True)
class LabelMark:
    """The visible label, burned into the pixels of every frame."""

    locale: str = "en"
    name: str = "label"
    is_in_pixels: bool = True

    def apply(self, draft: Draft) -> Draft:
        """Burn the label."""
        pairs = zip(draft.frames, self._places(draft), strict=True)
        return replace(draft, frames=tuple(burn_at(frame, places) for frame, places in pairs))

    def read_back(self, draft: Draft, decoded: DecodedClip) -> None:
        """Read every copy in every frame where the render's geometry says that it must be."""
        if decoded.frames[0].shape[:2] != draft.clip.first.pixels.shape[:2]:
            raise MarkMissing(self.name, "the picture changed its size")
        for number, expected in enumerate(self._places(draft)):
            read_label(draft.shown(decoded, number), expected)

    def _places(self, draft: Draft) -> tuple[tuple[Placement, ...], ...]:
        synthetic = draft.claim.synthetic
        return place_clip(draft.clip.frames, synthetic=synthetic, locale=self.locale)


@dataclass(frozen=True, slots=True)
class WatermarkMark:
    """The invisible watermark, over the labelled pixels of every frame."""

    watermarker: Watermarker
    name: str = "watermark"
    is_in_pixels: bool = True

    def apply(self, draft: Draft) -> Draft:
        """Write tag and id into the colours."""
        marked: list[Pixels] = []
        residual = np.zeros(draft.frames[0].shape[:2], np.float32)
        for number, frame in enumerate(draft.frames):
            shared = apply_residual(frame, residual)
            if number % REFRESH == 0 or not self._carries(shared, draft.claim.watermark):
                residual = self.watermarker.residual(frame, draft.claim.watermark)
                shared = apply_residual(frame, residual)
            marked.append(shared)
        return replace(draft, frames=tuple(marked))

    def read_back(self, draft: Draft, decoded: DecodedClip) -> None:
        """Read both from every frame that a stranger would see."""
        shown = {
            decoded.number_at((n + 0.5) * draft.clip.seconds) for n in range(len(draft.frames))
        }
        for number in sorted(shown):
            self.watermarker.check(decoded.frames[number], draft.claim.watermark)

    def _carries(self, pixels: Pixels, word: int) -> bool:
        """Tell whether a frame still reads with what was written for an earlier one."""
        try:
            self.watermarker.check(pixels, word)
        except MarkMissing:
            return False
        return True


@dataclass(frozen=True, slots=True)
class XmpMark:
    """The XMP packet and the generation parameters; this is where pixels become bytes."""

    name: str = "xmp"
    is_in_pixels: bool = False

    def apply(self, draft: Draft) -> Draft:
        """Encode the pixels with their packet."""
        packet = write_packet(self._fields(draft))
        text = _parameters_text(draft) if draft.parameters else ""
        if draft.clip.is_still:
            data = encode(draft.frames[0], draft.media_type, xmp=packet, parameters=text)
        else:
            seconds = draft.clip.seconds
            data = encode_clip(draft.frames, draft.media_type, seconds=seconds, xmp=packet)
        return replace(draft, data=data)

    def read_back(self, draft: Draft, decoded: DecodedClip) -> None:
        """Compare the packet and, in a PNG, the parameters with what must be said."""
        if read_packet(decoded.xmp) != self._fields(draft):
            raise MarkMissing(self.name, "the packet says something else")
        if draft.media_type is MediaType.PNG:
            text = _parameters_text(draft) if draft.parameters else None
            if decoded.texts.get("parameters") != text:
                raise MarkMissing(self.name, "the parameters say something else")

    def _fields(self, draft: Draft) -> XmpFields:
        tool = f"Selfsame/{draft.claim.version}"
        return fields_for(
            draft.claim.digital_source_type,
            tool=tool,
            output_id=draft.claim.output_id,
            credit=draft.clip.first.credit,
        )


@dataclass(frozen=True, slots=True)
class ManifestMark:
    """The C2PA manifest: over the finished file, so it comes last."""

    signer: Signer
    reader: ManifestReader
    name: str = "manifest"
    is_in_pixels: bool = False

    def apply(self, draft: Draft) -> Draft:
        """Sign the file."""
        return replace(draft, data=self.signer.sign(draft.data, draft.media_type, draft.claim))

    def read_back(self, draft: Draft, decoded: DecodedClip) -> None:  # noqa: ARG002  # Mark's shape
        """Demand a manifest that is intact, ours, and says what is true of this output."""
        require_claimed(draft.claim, self.reader.read(draft.data, draft.media_type))


def _parameters_text(draft: Draft) -> str:
    """Return the line that creators expect: `name: value, name: value`, in ASCII."""
    pairs = (f"{key}: {value}" for key, value in sorted(draft.parameters.items()))
    text = ", ".join(pairs)
    return text.encode("ascii", "replace").decode("ascii")
