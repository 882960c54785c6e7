"""Release is changed, one thing at a time; what it lets out stays nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

import outputs.release
from consent.types import SubjectKind
from outputs.encode import MOVING, STILLS, MediaType
from outputs.errors import ReleaseRefused
from outputs.library import Library
from outputs.objects import ObjectStore, SealedObjects
from outputs.release import REQUIRED
from outputs.types import Clip, Profile
from tests.exits.bending import BENDS, MOVING_ONLY, Bent
from tests.outputs.samples import (
    PARAMETERS,
    WORD,
    MemoryLedger,
    grant_of,
    render_of,
    textured,
    vault_of,
)

SIDE = 384  # pixels, from which on the label has both copies
FRAMES = 7  # one more than share what is written into their colours
GRANT = grant_of(SubjectKind.SYNTHETIC)
STILL = Clip((render_of(textured(SIDE)),))
MOVED = Clip(tuple(render_of(textured(SIDE, seed)) for seed in range(FRAMES)), 0.1)
WAYS = {  # how something leaves: what is drawn, the profile, the format
    "preview": (STILL, Profile.PREVIEW, MediaType.WEBP),
    **{f"still {kind.name}": (STILL, Profile.FINAL, kind) for kind in STILLS},
    **{f"moving {kind.name}": (MOVED, Profile.FINAL, kind) for kind in MOVING},
}
ASKED = {"output_id": "output-1", "job_id": "job-1", "watermark": WORD, "parameters": PARAMETERS}


def mutations():
    for way, (clip, profile, _) in WAYS.items():
        for name in REQUIRED[profile]:
            for words in BENDS[name]:
                if clip.is_still and words in MOVING_ONLY:
                    continue
                yield pytest.param(way, name, words, id=f"{way}: {name} {words}")


@pytest.fixture
def library():
    vault = vault_of("ada")
    return Library(SealedObjects(ObjectStore("memory://"), vault), MemoryLedger())


@pytest.fixture
def leave(releaser, library, monkeypatch):
    """Return a function that releases and stores in one way, in one format only."""

    def leave(way):
        clip, profile, kind = WAYS[way]
        monkeypatch.setattr(outputs.release, "STILLS", (kind,))
        monkeypatch.setattr(outputs.release, "MOVING", (kind,))
        if profile is Profile.PREVIEW:
            released = (releaser.preview(clip.first, GRANT),)
        else:
            released = releaser.mark_clip(clip, GRANT, **ASKED)
        library.put_objects("ada", "output-1", released)
        return released

    return leave


def stored(library):
    return [*library.objects.objects.list_prefix("outputs"), *library.ledger.kept.rows]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_tampered_with_leaves(leave, library, way):
    (released,) = leave(way)
    assert (released.profile, released.media_type) == WAYS[way][1:]
    assert len(stored(library)) == 1


@pytest.mark.parametrize(("way", "name", "words"), [*mutations()])
def test_a_mark_that_is_applied_wrongly_lets_nothing_out(
    leave, releaser, library, way, name, words
):
    profile = WAYS[way][1]
    releaser._marks = {
        profile: tuple(
            Bent(mark, BENDS[name][words]) if mark.name == name else mark
            for mark in releaser._marks[profile]
        )
    }
    with pytest.raises(ReleaseRefused) as refused:
        leave(way)
    assert refused.value.code == "mark_missing"
    assert stored(library) == []


@pytest.mark.parametrize("way", WAYS)
def test_a_list_of_marks_that_is_not_the_profile_s_lets_nothing_out(leave, releaser, library, way):
    profile = WAYS[way][1]
    whole = tuple(releaser._marks[profile])
    other = tuple(mark for kind in Profile if kind != profile for mark in releaser._marks[kind])
    shorter = [whole[:number] + whole[number + 1 :] for number in range(len(whole))]
    for marks in [(), *shorter, whole[::-1], (*whole, whole[0]), other]:
        releaser._marks = {profile: marks}
        with pytest.raises(ReleaseRefused) as refused:
            leave(way)
        assert refused.value.code == "mark_missing"
    assert stored(library) == []


def test_each_profile_has_its_marks_and_a_final_output_has_all_four():
    assert REQUIRED == {
        Profile.PREVIEW: ("label", "watermark", "xmp"),
        Profile.FINAL: ("label", "watermark", "xmp", "manifest"),
    }
    assert set(BENDS) == set(REQUIRED[Profile.FINAL])


@pytest.mark.parametrize("kind", STILLS)
def test_one_format_whose_marks_are_missing_keeps_back_all_the_others(releaser, library, kind):
    bends = {
        "xmp": BENDS["xmp"]["around pixels without marks"],
        "manifest": BENDS["manifest"]["skipped"],
    }
    whole = releaser._marks[Profile.FINAL]
    for name, bend in bends.items():

        def only_there(mark, draft, bend=bend):
            return bend(mark, draft) if draft.media_type is kind else mark.apply(draft)

        releaser._marks = {
            Profile.FINAL: tuple(
                Bent(mark, only_there) if mark.name == name else mark for mark in whole
            )
        }
        with pytest.raises(ReleaseRefused):
            library.put_objects("ada", "output-1", releaser.mark(STILL.first, GRANT, **ASKED))
    assert stored(library) == []


def test_a_grant_is_asked_for_before_anything_is_marked(releaser, library):
    expired = replace(GRANT, expires_at=GRANT.granted_at)
    for release in (
        lambda: releaser.mark(STILL.first, expired, **ASKED),
        lambda: releaser.mark_clip(MOVED, expired, **ASKED),
        lambda: (releaser.preview(STILL.first, expired),),
    ):
        with pytest.raises(ReleaseRefused, match="run out"):
            library.put_objects("ada", "output-1", release())
    assert stored(library) == []
