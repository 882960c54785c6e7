"""Skin, hair and clothes, told apart by colour models learnt from the portrait itself."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from studio.styles import mesh
from studio.styles.fields import Mask, as_field, filled, ramp
from studio.styles.parsing.features import WORK, Features
from studio.styles.parsing.mixture import Mixture, fit_mixture

FAR = 3.2  # Mahalanobis distance from the skin beyond which a seed is not skin
ALIKE = 1.8  # the same distance within which loose hair, a pony tail, is the crown's
HAIR_FAR = 2.8  # Mahalanobis distance from the crown's hair beyond which a seed is clothes
MIN_SEEDS = 60  # pixels at the working size: fewer than that is no region of its own
ROUNDS = 3  # refits: the cheeks' model learns the neck's shade, the crown's the hair's ends
CONFIDENT = 0.85  # posterior beyond which a pixel teaches the next round's model
SMOOTH_RADIUS = 5  # pixels: evidence is pooled along edges (Rhemann et al. 2011)
SMOOTH_EPS = 20.0  # squared Lab units
SURE = 0.7  # alpha below which the wall may be all that is seen
RIM = 0.10  # face widths: how deep loose strands let the wall through
HUE_APART = 7.0  # scaled Lab units of a and b
LIGHT_APART = 20.0  # scaled Lab units of L
WELL_INSIDE = 0.03  # face widths within the face's outline
CRUMB = 60  # pixels: a piece of a class smaller than this belongs to its surroundings
CRUMB_SHARE = 0.06  # or smaller than this share of the class' largest piece
LOW_SHARE = 0.3  # the same for hair that begins below the chin: a collar's shade, mostly
ROOT = -0.05  # face widths below the eyes: hair that hangs begins higher
LOOSE_REACH = 0.12  # face widths from hanging hair within which more of it may lie
LOOSE = np.float32(0.1)  # how likely such hair is, next to hair that hangs
CHIN_ROOM = 0.1  # face widths above the chin from which hair must hang
HALF = 0.5  # alpha
BALD = 0.04  # squared face widths: less than that unlike skin above the face is its rim
SKIN, HAIR, CLOTHES = range(3)  # indices among the classes
UNLIKE = -40.0  # log density from which evidence counts less and less
TAIL = 10.0
TEMPERATURE = 0.35  # neighbouring pixels are not independent witnesses

Models = tuple[Mixture, Mixture | None, Mixture | None]  # skin, hair, clothes


def classify(features: Features) -> tuple[Mask, Mask, Mask]:
    """Return the masks of skin, hair and clothes, (WORK, WORK) float32, within the person.

    Clothes or hair that were not found (a bald head, bare shoulders) give an empty mask.
    """
    colours = features.colours
    priors = _priors(features)
    models = seeded = _seeded(features, colours)
    posterior = _posterior(features, colours, models, priors)
    for _ in range(ROUNDS - 1):
        hanging = _hanging(features, posterior)
        if seeded[1] is not None:
            hanging |= seeded[1].distance(colours) < ALIKE
        posterior[..., HAIR] *= hanging
        models = _refitted(features, colours, models, posterior)
        priors[..., HAIR] *= np.where(hanging, np.float32(1), LOOSE)
        posterior = _posterior(features, colours, models, priors)
    posterior = _without_crumbs(posterior, float(features.points[mesh.CHIN, 1]))
    # Inside the face, what is a pixel or two wide is a light's rim, not a strand.
    inside = (features.inside > WELL_INSIDE)[..., None]
    posterior = np.where(inside, cv2.medianBlur(posterior, 5), posterior)
    mouth = features.points[[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT[::-1]]]
    posterior[filled(WORK, mouth)] = (1, 0, 0)  # however dark it is inside
    skin, hair, clothes = (as_field(posterior[..., k] * features.person) for k in range(3))
    return skin, as_field(hair * _not_background(features, colours, seeded[1])), clothes


def _without_crumbs(posterior: NDArray[np.float32], chin: float) -> NDArray[np.float32]:
    """Give small stray pieces of a class to the class around them."""
    cleaned = posterior.copy()
    winner = posterior.argmax(axis=2)
    for k in range(3):
        count, labels, stats, centres = cv2.connectedComponentsWithStats(
            (winner == k).astype(np.uint8)
        )
        largest = stats[1:, cv2.CC_STAT_AREA].max() if count > 1 else 0
        for piece in range(1, count):
            area = stats[piece, cv2.CC_STAT_AREA]
            low = k == HAIR and centres[piece, 1] > chin
            if area >= max(CRUMB, (LOW_SHARE if low else CRUMB_SHARE) * largest):
                continue
            rim = cv2.dilate((labels == piece).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
            votes = np.bincount(winner[rim & (labels != piece)], minlength=3)
            votes[CLOTHES] *= bool(stats[piece, cv2.CC_STAT_TOP] > chin)
            heir = int(votes.argmax()) if votes.any() else k
            if np.any(rim & (winner == k) & (labels != piece)):
                cleaned[labels == piece] = np.eye(3, dtype=np.float32)[heir]
            elif heir != k:  # alone: its soft rim goes with it
                cleaned[rim, heir] += cleaned[rim, k]
                cleaned[rim, k] = 0
    return cleaned


def _not_background(f: Features, colours: NDArray[np.float32], hair: Mixture | None) -> Mask:
    """Where the rim of the hair is hair: between loose strands the alpha includes the wall."""
    outside = _model(colours[f.person < 0.05], 3)
    if hair is None or outside is None:
        return np.ones_like(f.person)
    depth = cv2.distanceTransform((f.person > 0.3).astype(np.uint8), cv2.DIST_L2, 5)
    doubt = np.exp(-as_field(depth) / (RIM * f.face_width)) * ramp(-f.person, -1.0, -SURE)
    rim = (f.person > 0.02) & (doubt > 1e-3)
    gain = np.full_like(doubt, -12)
    gain[rim] = outside.log_likelihood(colours[rim]) - hair.log_likelihood(colours[rim])
    score = TEMPERATURE * np.clip(gain, -12, 12) + np.log(doubt + 1e-6) - np.log(1.01 - doubt)
    pooled = cv2.ximgproc.guidedFilter(f.guide, as_field(score), 3, SMOOTH_EPS)
    return as_field(1 / (1 + np.exp(np.clip(2 * as_field(pooled), -30, 30))))


def _priors(f: Features) -> NDArray[np.float32]:
    """How likely each class is at each place of the face's frame, before any colour is seen."""
    side = np.abs(f.across)
    below = f.down - f.chin
    face = ramp(f.inside, -0.02, 0.04)
    low_face = face * ramp(f.down, -0.24, -0.10)
    ears = ramp(side, 0.44, 0.50) * ramp(-side, -0.68, -0.60)
    ears *= ramp(f.down, -0.18, -0.05) * ramp(-f.down, -0.50, -0.38)
    neck = ramp(-side, -0.48, -0.36) * ramp(below, -0.25, -0.08)
    wear = ramp(below + 0.9 * np.maximum(side - 0.2, 0), 0.22, 0.62)

    shoulder = ramp(side, 0.42, 0.58) * ramp(below, -0.2, 0.0)
    skin = (
        0.25 - 0.12 * shoulder + 0.55 * face + 0.3 * ears + 0.5 * neck * (1 - wear) + 6.0 * low_face
    )
    hair = 0.6 - 0.35 * face - 0.35 * neck - 0.25 * ramp(below, 0.0, 0.6)
    hair = np.maximum(hair, 0.02) * (1 - 0.92 * low_face)
    # Between the shoulders may be a neckline of any depth: there, colour decides.
    clothes = (0.8 - 0.55 * ramp(-side, -0.42, -0.25)) * wear
    clothes += (
        1e-12 + 0.2 * shoulder + 0.016 * ramp(below, -0.06, 0.06)
    )  # no collar stands above the chin
    stack = np.dstack([skin, hair, clothes])
    return as_field(stack / stack.sum(axis=2, keepdims=True))


def _hanging(f: Features, posterior: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(WORK, WORK) False on hair below the face that does not hang down from above it.

    Shaded collars look like hair. A strip as thin as the outline's blur roots nothing.
    """
    shape = ((posterior.argmax(axis=2) == HAIR) & (f.person > HALF)).astype(np.uint8)
    shape = np.asarray(cv2.morphologyEx(shape, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    count, labels = cv2.connectedComponents(shape)
    crown = np.unique(labels[(f.down < ROOT) & (shape > 0)])
    hanging = np.isin(labels, crown) & (shape > 0) & (count > 1)
    reach = max(1, round(LOOSE_REACH * f.face_width))
    far = cv2.distanceTransform((~hanging).astype(np.uint8), cv2.DIST_L2, 5) > reach
    return np.asarray(~far | (f.down < f.chin - CHIN_ROOM))


def _seeded(f: Features, colours: NDArray[np.float32]) -> Models:
    solid = f.person > 0.5
    outlines = (*mesh.CHEEKS, mesh.NOSE, mesh.FOREHEAD)
    lit = filled(WORK, *(f.points[list(outline)] for outline in outlines))
    samples = colours[lit & solid] if (lit & solid).any() else colours[lit]
    spread = np.abs(samples - np.median(samples, axis=0))
    kept = samples[(spread < 3.5 * np.median(spread, axis=0) + 1.5).all(axis=1)]
    skin_hue = np.median(samples[:, 1:3], axis=0)
    skin = fit_mixture(kept if len(kept) >= MIN_SEEDS else samples, 2)
    unlike = (f.person > 0.85) & (skin.distance(colours) > FAR)
    above = unlike & (f.inside < -0.04) & (f.down < 0.0)
    wide = np.abs(f.across)
    below = f.down - f.chin
    # Skin in another light keeps its hue: what has the cheeks' is no seed of clothes.
    same_hue = np.abs(colours[..., 1:3] - skin_hue).max(axis=2) < HUE_APART
    same_hue &= np.abs(colours[..., 0] - np.median(samples[:, 0])) < LIGHT_APART
    shoulders = unlike & ~same_hue & (below > 0.08) & (wide > 0.45) & (below + 0.6 * wide > 0.5)
    haired = above.sum() > BALD * f.face_width**2
    hair = _model(colours[above], 3) if haired else None
    # Long hair lies on the shoulders: what looks like the crown's is no seed of clothes, unless
    # nothing else is left (a black shirt under black hair).
    worn = shoulders & (hair.distance(colours) > HAIR_FAR) if hair is not None else shoulders
    return skin, hair, _model(colours[worn], 3) or _model(colours[shoulders], 3)


def _model(samples: NDArray[np.float32], parts: int) -> Mixture | None:
    return fit_mixture(samples, parts) if len(samples) >= MIN_SEEDS else None


def _posterior(
    f: Features, colours: NDArray[np.float32], models: Models, priors: NDArray[np.float32]
) -> NDArray[np.float32]:
    guide, known = f.guide, f.person > 0.02
    own = colours[known]
    scores = []
    for k, model in enumerate(models):
        if model is None:
            scores.append(np.full((WORK, WORK), -60, np.float32))
            continue
        evidence = np.full((WORK, WORK), UNLIKE, np.float32)
        evidence[known] = _tempered(model.log_likelihood(own))
        score = as_field(TEMPERATURE * evidence + np.log(priors[..., k]))
        pooled = cv2.ximgproc.guidedFilter(guide, score, SMOOTH_RADIUS, SMOOTH_EPS)
        scores.append(as_field(pooled))
    stack = np.dstack(scores)
    stack = np.exp(2.0 * (stack - stack.max(axis=2, keepdims=True)))
    return as_field(stack / stack.sum(axis=2, keepdims=True))


def _tempered(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Let what no model expects still be more or less unlike each, but never outvote a region."""
    beyond = np.maximum(UNLIKE - evidence, 0)
    return as_field(np.maximum(evidence, UNLIKE) - TAIL * np.log1p(beyond / TAIL))


def _marks(f: Features) -> NDArray[np.bool_]:
    """Eyes, brows and mouth with some room around: inside the face, but of no skin's colour."""
    rings = [[*mesh.LIPS_UPPER_OUT, *mesh.LIPS_LOWER_OUT[::-1]]]
    for eye in mesh.EYES:
        rings += [[*eye.crease, *eye.lower[::-1]], [*eye.brow_top, *eye.brow_bottom[::-1]]]
    shape = filled(WORK, *(f.points[ring] for ring in rings)).astype(np.uint8)
    return np.asarray(cv2.dilate(shape, np.ones((5, 5), np.uint8)) > 0)


def _refitted(
    f: Features, colours: NDArray[np.float32], models: Models, posterior: NDArray[np.float32]
) -> Models:
    sure = (posterior > CONFIDENT) & (f.person > 0.7)[..., None]
    sure[..., SKIN] &= ~_marks(f)
    skin, hair, clothes = (
        _model(colours[sure[..., k]], parts) for k, parts in enumerate((4, 3, 3))
    )
    return skin or models[0], hair or models[1], clothes or models[2]
