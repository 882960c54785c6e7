"""Enrolment and 1:1 verification: is this the person who was captured? Never a search.

Method: adaptive symmetric score normalisation (Matejka et al., "Analysis of Score Normalization
in Multilingual Speaker Recognition", Interspeech 2017), applied to Euclidean distances.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev

from consent.errors import IdentityRefused
from consent.profiles import STANDARD_IDENTITY, IdentityProfile
from consent.types import Template


@dataclass(frozen=True, slots=True)
class Cohort:
    """Mean embeddings of groups of strangers, against which a distance is judged.

    No entry may average fewer than ten people, so that none is anybody's template.
    """

    templates: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True)
class MatchEvidence:
    """A probe that was accepted."""

    distance: float  # Euclidean, to the template
    z: float  # negative = nearer than strangers; NaN = no cohort and the profile allows that


def enrol(embeddings: Sequence[Template], profile: IdentityProfile = STANDARD_IDENTITY) -> Template:
    """Average embeddings of one face into its template.

    Args:
        embeddings: at least two, of equal length, from one capture.
        profile: how far each may lie from their mean.

    Raises:
        IdentityRefused: `face_changed` when one lies too far from the mean, or is not finite.
    """
    if len(embeddings) < 2 or len({len(embedding) for embedding in embeddings}) != 1:
        raise face_changed()
    mean = tuple(fmean(values) for values in zip(*embeddings, strict=True))
    for embedding in embeddings:
        check_continuity(embedding, mean, profile)
    return mean


def check_continuity(
    embedding: Template, template: Template, profile: IdentityProfile = STANDARD_IDENTITY
) -> float:
    """Return the distance of a frame's embedding to the capture's template.

    Raises:
        IdentityRefused: `face_changed`.
    """
    distance = _distance(embedding, template)
    if not distance <= profile.continuity_distance:
        raise face_changed()
    return distance


def verify_probe(
    probe: Template,
    template: Template,
    cohort: Cohort,
    profile: IdentityProfile = STANDARD_IDENTITY,
) -> MatchEvidence:
    """Verify a selfie against a capture's template.

    Accepted at z below `max_z` and a distance up to `accept_distance`. Up to `retry_distance`
    another picture may be tried; beyond it the face is refused as somebody else's.

    Raises:
        IdentityRefused: `retry`, `not_you`, or `no_cohort` when the profile requires a cohort and
            there are fewer than `cohort_nearest` entries.
    """
    distance = _distance(probe, template)
    z = _normalised(distance, probe, template, cohort, profile)
    if math.isnan(z) and profile.z_required and len(cohort.templates) < profile.cohort_nearest:
        raise IdentityRefused(
            "no_cohort",
            "The studio cannot compare faces safely on this computer.",
            why="Without faces to compare with, a relative could pass for you.",
            next_step="Ask whoever runs this studio to install the comparison data.",
        )
    return check_match(MatchEvidence(distance=distance, z=z), profile)


def check_match(
    match: MatchEvidence, profile: IdentityProfile = STANDARD_IDENTITY
) -> MatchEvidence:
    """Hold a measured match to the policy; also used on stored probes.

    Raises:
        IdentityRefused: `retry` or `not_you`.
    """
    if not match.distance <= profile.retry_distance:
        raise IdentityRefused(
            "not_you",
            "This is not the face that was in front of the camera.",
            why="Only the person who agreed may be drawn.",
            next_step="Choose a picture of yourself, or let the other person start their own "
            "sitting.",
        )
    z_passes = match.z < profile.max_z or (math.isnan(match.z) and not profile.z_required)
    if not (match.distance <= profile.accept_distance and z_passes):
        raise IdentityRefused(
            "retry",
            "We cannot be certain that this picture shows you.",
            why="A face that only resembles yours must not pass.",
            next_step="Try a sharper, frontal picture in even light.",
        )
    return match


def face_changed() -> IdentityRefused:
    """Return the refusal of a capture in which the face did not stay the same."""
    return IdentityRefused(
        "face_changed",
        "The face changed during the check.",
        why="The person who agrees must be the person who is drawn, from start to end.",
        next_step="Start again, alone in the picture and in even light.",
    )


def _distance(one: Template, other: Template) -> float:
    """Return the Euclidean distance, or NaN (which fails) for unlike or empty templates."""
    if not one or len(one) != len(other):
        return math.nan
    return math.dist(one, other)


def _normalised(
    distance: float,
    probe: Template,
    template: Template,
    cohort: Cohort,
    profile: IdentityProfile,
) -> float:
    """Return z as the mean of both sides, or NaN where it cannot be known."""
    if len(cohort.templates) < profile.cohort_nearest:
        return math.nan
    return fmean(
        _side(distance, side, cohort, profile.cohort_nearest) for side in (probe, template)
    )


def _side(distance: float, side: Template, cohort: Cohort, nearest: int) -> float:
    strangers = [_distance(side, stranger) for stranger in cohort.templates]
    if any(math.isnan(stranger) for stranger in strangers):
        return math.nan
    chosen = sorted(strangers)[:nearest]
    spread = pstdev(chosen)
    return (distance - fmean(chosen)) / spread if spread > 0 else math.nan
