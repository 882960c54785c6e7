"""Terms of IPTC and C2PA in words that need no glossary."""

from __future__ import annotations

from collections.abc import Sequence

# IPTC NewsCodes digitalsourcetype.
_SOURCES = {
    "trainedAlgorithmicMedia": "made by a generative AI",
    "compositeWithTrainedAlgorithmicMedia": "partly made by a generative AI",
    "algorithmicMedia": "drawn by a program",
    "algorithmicallyEnhanced": "drawn or changed by a program from a photograph",
    "compositeSynthetic": "put together from parts of which some were generated",
    "digitalCapture": "taken with a camera",
    "computationalCapture": "taken with a camera that computes pictures out of several",
    "digitalCreation": "drawn by a person on a computer",
    "digitalArt": "drawn by a person on a computer",
    "humanEdits": "edited by a person",
    "minorHumanEdits": "edited a little by a person",
    "composite": "put together from several pictures",
    "compositeCapture": "put together from several photographs",
    "screenCapture": "taken from a screen",
    "virtualRecording": "recorded in a virtual world",
    "dataDrivenMedia": "drawn from data",
    "negativeFilm": "scanned from film",
    "positiveFilm": "scanned from film",
    "print": "scanned from paper",
}
# C2PA 2.x, section "Standard actions".
_ACTIONS = {
    "c2pa.created": "made",
    "c2pa.opened": "opened from another picture",
    "c2pa.placed": "put together from other pictures",
    "c2pa.edited": "edited",
    "c2pa.edited.metadata": "described anew",
    "c2pa.cropped": "cropped",
    "c2pa.resized": "resized",
    "c2pa.orientation": "turned",
    "c2pa.filtered": "filtered",
    "c2pa.drawing": "drawn on",
    "c2pa.converted": "saved in another format",
    "c2pa.transcoded": "saved in another format",
    "c2pa.repackaged": "packed anew",
    "c2pa.published": "published",
    "c2pa.color_adjustments": "recoloured",
    "c2pa.adjustedColor": "recoloured",
    "c2pa.enhanced": "enhanced",
    "c2pa.watermarked": "given an invisible watermark",
    "c2pa.watermarked.bound": "given an invisible watermark",
    "c2pa.watermarked.unbound": "given an invisible watermark",
    "c2pa.redacted": "freed of a part of its history",
}
_CHANGED = "the picture changed after signing, or the manifest is another's"
# C2PA 2.x, section "Status codes": beginnings, since some codes carry a reason behind.
_FAULTS = (
    ("assertion.dataHash.mismatch", _CHANGED),
    ("assertion.bmffHash.mismatch", _CHANGED),
    ("assertion.boxesHash.mismatch", _CHANGED),
    ("assertion.hashedURI.mismatch", "a part of the manifest was changed"),
    ("assertion.missing", "a part of the manifest is missing"),
    ("claimSignature.mismatch", "the signature does not fit the manifest"),
    ("claimSignature", "the signature cannot be checked"),
    ("signingCredential.untrusted", "nobody here knows who signed it"),
    ("signingCredential.expired", "the signer's certificate had run out"),
    ("signingCredential.revoked", "the signer's certificate was called back"),
    ("signingCredential", "the signer's certificate is not a proper one"),
    ("timeStamp", "its time stamp does not hold"),
    ("claim.missing", "it holds no claim"),
    ("claim", "its claim is not a proper one"),
    ("ingredient", "what it says of earlier pictures does not hold"),
    ("it cannot be read", "it cannot be read"),
)


def words_for_source(term: str) -> str:
    """Return how a picture came about; a term that is not known is named as it is."""
    return _SOURCES.get(term, f"of a kind called {term}")


def words_for_sources(terms: Sequence[str]) -> str:
    """Return the same for several terms, each told once; empty for none."""
    return ", ".join(dict.fromkeys(words_for_source(term) for term in terms))


def words_for_action(name: str) -> str:
    """Return what was done to a picture."""
    return _ACTIONS.get(name, f"changed in a way called {name}")


def words_for_faults(codes: Sequence[str]) -> str:
    """Return what is wrong with a manifest, the gravest first as it was reported."""
    told = [_fault(code) for code in codes if not code.startswith("signingCredential.untrusted")]
    return "; ".join(dict.fromkeys(told)) or "it cannot be checked"


def _fault(code: str) -> str:
    found = (words for start, words in _FAULTS if code.startswith(start))
    return next(found, f"it is refused as {code}")
