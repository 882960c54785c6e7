import itertools
import math
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from consent.errors import IdentityRefused
from consent.identity import verify_probe
from consent.profiles import STANDARD_IDENTITY
from studio.face.cohort import load_cohort
from studio.face.embedding import FaceEmbedder


@pytest.fixture(scope="module")
def embedded(cast, meter):
    """The embeddings of two frontal frames of every subject."""
    found = {}
    for name, member in cast.items():
        frames = (member.clips["still"][0], member.clips["rest"][0])
        images = [member.frame(frame).image for frame in frames]
        found[name] = [meter.embed(image, meter.faces(image)[0]) for image in images]
    return found


def test_an_embedding_is_128_finite_numbers(embedded):
    for embedding in itertools.chain(*embedded.values()):
        assert len(embedding) == 128
        assert all(math.isfinite(value) for value in embedding)


def test_one_subject_is_near_itself(embedded):
    for name, (one, other) in embedded.items():
        assert math.dist(one, other) < STANDARD_IDENTITY.accept_distance, name


def test_two_subjects_are_apart(embedded):
    for (name, ours), (other, theirs) in itertools.combinations(embedded.items(), 2):
        for one, two in itertools.product(ours, theirs):
            assert math.dist(one, two) > STANDARD_IDENTITY.retry_distance, (name, other)


def test_the_shipped_cohort_lets_one_pass_as_oneself_and_as_nobody_else(embedded):
    """A regression test: accepted impostors must not rise (docs/calibration.md)."""
    cohort = load_cohort()
    for (name, ours), (other, theirs) in itertools.product(embedded.items(), repeat=2):
        template, probe = ours[0], theirs[1]
        if name == other:
            assert verify_probe(probe, template, cohort).z < STANDARD_IDENTITY.max_z
        else:
            with pytest.raises(IdentityRefused):
                verify_probe(probe, template, cohort)


def test_the_same_picture_embeds_the_same(meter, still):
    face = meter.faces(still)[0]
    assert meter.embed(still, face) == meter.embed(still.copy(), face)


def test_size_changes_an_embedding_little(meter, still):
    half = np.asarray(Image.fromarray(still).resize((still.shape[1] // 2, still.shape[0] // 2)))
    whole = meter.embed(still, meter.faces(still)[0])
    assert math.dist(whole, meter.embed(half, meter.faces(half)[0])) < 0.2


def test_a_face_at_the_edge_of_the_picture_embeds(meter, still):
    box = meter.faces(still)[0].box
    cut = still[int(box.top + 0.1 * box.height) :, int(box.left) : int(box.right)]
    faces = meter.faces(cut)
    if faces:
        assert len(meter.embed(cut, faces[0])) == 128


def test_an_embedding_leaves_the_rest_of_the_process_running(meter, still):
    face = meter.faces(still)[0]
    meter.embed(still, face)
    turns = 0
    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(meter.embed, still, face)
        while not working.done():
            time.sleep(0.001)
            turns += 1
    assert turns > 10


def test_many_threads_get_their_own_faces(meter, cast):
    images = [member.frame(member.clips["rest"][0]).image for member in cast.values()]
    faces = [meter.faces(image)[0] for image in images]
    alone = [meter.embed(*pair) for pair in zip(images, faces, strict=True)]
    with ThreadPoolExecutor(len(images)) as pool:
        assert list(pool.map(meter.embed, images, faces)) == alone


def test_a_network_that_died_is_started_again(meter, still):
    face = meter.faces(still)[0]
    before = meter.embed(still, face)
    meter._embedder._network.kill()
    assert meter.embed(still, face) == before


def test_a_network_that_cannot_run_is_an_error_and_not_a_template(tmp_path, meter, still):
    embedder = FaceEmbedder(tmp_path / "missing.dat")
    with pytest.raises(RuntimeError, match="does not run"):
        embedder.embed(still, meter.faces(still)[0])
    embedder.close()
