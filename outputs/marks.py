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

from outputs.encode import Decoded, MediaType, encode
from outputs.errors import MarkMissing
from outputs.label import burn_label, place_label
from outputs.provenance import Claim, ManifestReader, Signer, require_claimed
from outputs.reading import read_label
from outputs.types import Render
from outputs.watermark import Watermarker
from outputs.xmp import XmpFields, fields_for, read_packet, write_packet


@dataclass(frozen=True, slots=True)
class Draft:
    """An output on its way: what must be said about it, and what stands so far."""

    render: Render
    claim: Claim
    parameters: Mapping[str, str | float]  # style, controls and seed; nothing of a person
    media_type: MediaType
    pixels: NDArray[np.uint8]  # (H, W, 3 or 4) sRGB, straight alpha
    data: bytes = b""


class Mark(Protocol):
    """One mark."""

    @property
    def name(self) -> str:
        """The mark's name, as in the findings of Verify."""
        ...

    def apply(self, draft: Draft) -> Draft:
        """Return the draft with the mark."""
        ...

    def read_back(self, draft: Draft, decoded: Decoded) -> None:
        """Read the mark from the finished bytes, or raise MarkMissing."""
        ...


@dataclass(frozen=True, slots=True)
class LabelMark:
    """The visible label, burned into the pixels."""

    name: str = "label"

    def apply(self, draft: Draft) -> Draft:
        """Burn the label."""
        pixels, _ = burn_label(draft.render, synthetic=draft.claim.synthetic)
        return replace(draft, pixels=pixels)

    def read_back(self, draft: Draft, decoded: Decoded) -> None:
        """Read every copy where the render's geometry says that it must be."""
        if decoded.pixels.shape[:2] != draft.render.pixels.shape[:2]:
            raise MarkMissing(self.name, "the picture changed its size")
        expected = place_label(draft.render, synthetic=draft.claim.synthetic)
        read_label(decoded.pixels, expected)


@dataclass(frozen=True, slots=True)
class WatermarkMark:
    """The invisible watermark, over the labelled pixels."""

    watermarker: Watermarker
    name: str = "watermark"

    def apply(self, draft: Draft) -> Draft:
        """Write tag and id into the colours."""
        word = draft.claim.watermark
        return replace(draft, pixels=self.watermarker.embed(draft.pixels, word))

    def read_back(self, draft: Draft, decoded: Decoded) -> None:
        """Read both from what a stranger would open."""
        self.watermarker.check(decoded.pixels, draft.claim.watermark)


@dataclass(frozen=True, slots=True)
class XmpMark:
    """The XMP packet and the generation parameters; this is where pixels become bytes."""

    name: str = "xmp"

    def apply(self, draft: Draft) -> Draft:
        """Encode the pixels with their packet."""
        packet = write_packet(self._fields(draft))
        text = _parameters_text(draft) if draft.parameters else ""
        data = encode(draft.pixels, draft.media_type, xmp=packet, parameters=text)
        return replace(draft, data=data)

    def read_back(self, draft: Draft, decoded: Decoded) -> None:
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
            draft.claim.digital_source_type, tool=tool, output_id=draft.claim.output_id
        )


@dataclass(frozen=True, slots=True)
class ManifestMark:
    """The C2PA manifest: over the finished file, so it comes last."""

    signer: Signer
    reader: ManifestReader
    name: str = "manifest"

    def apply(self, draft: Draft) -> Draft:
        """Sign the file."""
        return replace(draft, data=self.signer.sign(draft.data, draft.media_type, draft.claim))

    def read_back(self, draft: Draft, decoded: Decoded) -> None:  # noqa: ARG002  # Mark's shape
        """Demand a manifest that is intact, ours, and says what is true of this output."""
        require_claimed(draft.claim, self.reader.read(draft.data, draft.media_type))


def _parameters_text(draft: Draft) -> str:
    """Return the line that creators expect: `name: value, name: value`, in ASCII."""
    pairs = (f"{key}: {value}" for key, value in sorted(draft.parameters.items()))
    text = ", ".join(pairs)
    return text.encode("ascii", "replace").decode("ascii")
