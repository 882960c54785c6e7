"""What a manifest claims about one output, and how that is written for C2PA.

Terms: C2PA 2.x, sections "Actions", "Ingredient" and "Soft binding"; CAWG training and data mining
1.1. docs/provenance.md says what each part means and what is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consent.log import LoggedLeaf
from consent.types import Origin, OriginKind
from outputs.log_proof import proof_json
from outputs.manifest_evidence import (
    CONSENT_LABEL,
    GENERATOR,
    SOFT_BINDING,
    WATERMARK_ALGORITHM,
    Ingredient,
    ManifestState,
)
from outputs.manifest_report import INGREDIENT_STATE, INGREDIENT_TYPES
from outputs.xmp import ALT_TEXT, SOURCE_TYPES

CONSENT_VERSION = 2  # 1 had neither family nor log
NOT_ALLOWED = (
    "cawg.ai_training",
    "cawg.ai_generative_training",
    "cawg.ai_inference",
    "cawg.data_mining",
)
_MANIFEST_STATES = {state.value: state for state in ManifestState}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a manifest says about one output. Nothing here tells who the subject is."""

    output_id: str
    job_id: str
    receipt_hash: str  # SHA-256 of the signed consent record, hex
    digital_source_type: str  # IPTC term without its address
    synthetic: bool
    version: str  # of this program
    family: str  # of styles: what the consent had to cover
    logged: LoggedLeaf  # the consent's entry in the log, and its proof
    watermark: int = 0  # the id in the picture's colours, 32 bits
    ingredients: tuple[Ingredient, ...] = ()


def ingredient_of(origin: Origin | None, *, synthetic: bool = False) -> Ingredient:
    """Return what a manifest may say of one picture that an output was drawn from.

    Args:
        origin: What was noted when the picture came in; None where nothing was.
        synthetic: Whether the subject is nobody, who has no picture of their own.
    """
    if synthetic:
        origin = Origin(OriginKind.BAKED)
    elif origin is None:
        origin = Origin(OriginKind.UPLOAD)
    match origin.kind:
        case OriginKind.CAPTURE:
            return Ingredient("live capture", ManifestState.NONE, ("digitalCapture",))
        case OriginKind.BAKED:
            return Ingredient("picture of nobody", ManifestState.NONE, ("algorithmicMedia",))
        case OriginKind.UPLOAD:
            state = _MANIFEST_STATES.get(origin.manifest, ManifestState.NONE)
            types = origin.digital_source_types
            return Ingredient("own picture", state, types)


def soft_binding_value(word: int) -> str:
    """Return a watermark's id as the soft binding quotes it: 8 hexadecimal digits."""
    return f"{word:08x}"


def consent_assertion(claim: Claim) -> dict[str, object]:
    """Return what the manifest says of the consent, and what proves that it was logged before."""
    return {
        "version": CONSENT_VERSION,
        "receipt_hash": claim.receipt_hash,
        "output_id": claim.output_id,
        "job_id": claim.job_id,
        "synthetic": claim.synthetic,
        "family": claim.family,
        "log": proof_json(claim.logged),
    }


def manifest_for(claim: Claim, media_type: str) -> dict[str, Any]:
    """Return the manifest's definition as c2pa wants it."""
    agent = {"name": GENERATOR, "version": claim.version}
    labels = [f"ingredient-{number}" for number, _ in enumerate(claim.ingredients)]
    created: dict[str, Any] = {
        "action": "c2pa.created",
        "digitalSourceType": SOURCE_TYPES + claim.digital_source_type,
        "softwareAgent": agent,
    }
    if labels:
        created["parameters"] = {"ingredientIds": labels}
    watermarked = {"action": "c2pa.watermarked.bound", "softwareAgent": agent}
    value = soft_binding_value(claim.watermark)
    binding = {"alg": WATERMARK_ALGORITHM, "blocks": [{"scope": {}, "value": value}]}
    mining = {"entries": {name: {"use": "notAllowed"} for name in NOT_ALLOWED}}
    assertions = {
        "c2pa.actions.v2": {"actions": [created, watermarked]},
        CONSENT_LABEL: consent_assertion(claim),
        SOFT_BINDING: binding,
        "cawg.training-mining": mining,
    }
    return {
        "claim_generator_info": [agent],
        "title": ALT_TEXT,
        "format": media_type,
        "ingredients": [
            _ingredient(ingredient, label)
            for ingredient, label in zip(claim.ingredients, labels, strict=True)
        ],
        # "created": said by the signer itself, not gathered from elsewhere.
        "assertions": [
            {"label": label, "data": data, "created": True} for label, data in assertions.items()
        ],
    }


def _ingredient(ingredient: Ingredient, label: str) -> Mapping[str, Any]:
    """Write what is known of a picture; its own manifest is not copied."""
    facts: dict[str, object] = {INGREDIENT_STATE: ingredient.state.value}
    written: dict[str, Any] = {
        "title": ingredient.title,
        "relationship": ingredient.relationship,
        "label": label,
        "metadata": facts,
    }
    types = ingredient.digital_source_types
    if types:
        written["digital_source_type"] = SOURCE_TYPES + types[0]
    if len(types) > 1:  # C2PA has room for one
        facts[INGREDIENT_TYPES] = list(types)
    return written
