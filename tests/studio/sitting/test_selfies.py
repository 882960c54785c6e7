import io
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from consent.errors import ConsentRefused, QualityRefused
from consent.quality import STANDARD
from outputs.objects import ObjectStore, SealedObjects
from studio.sitting.images import decode_photo, encode_still
from studio.sitting.selfies import SelfieVault, look_at, still_evidence
from tests.fakes import MemoryVault
from tests.studio.sitting import pictures
from tests.studio.sitting.pictures import encoded


def jpeg(image):
    return encoded(Image.fromarray(np.ascontiguousarray(image)), "JPEG", quality=95)


def refused(meter, data):
    with pytest.raises(QualityRefused) as caught:
        look_at(meter, decode_photo(data))
    refusal = caught.value
    assert refusal.what.endswith(".")
    assert refusal.next_step.endswith(".")
    return refusal.code


def covered(still, face):
    """A cloth over mouth and chin, as a mask against dust is worn."""
    image = still.copy()
    top = int(face.landmarks[4, 1])
    image[top : int(face.box.bottom) + 20, int(face.box.left) : int(face.box.right)] = (40, 90, 200)
    return image


def dark_glasses(still, face):
    image = still.copy()
    for outer, inner in ((33, 133), (263, 362)):
        centre = (face.landmarks[outer, :2] + face.landmarks[inner, :2]) / 2
        size = (int(face.box.width * 0.19), int(face.box.height * 0.12))
        cv2.ellipse(image, [int(v) for v in centre], size, 0, 0, 360, (22, 20, 18), -1)
    return image


DEFECTS = {
    "no_face.jpg": (lambda still, face: np.full_like(still, 128), "no_face"),
    "two_faces.jpg": (lambda still, face: np.concatenate([still, still], axis=1), "two_faces"),
    "tiny_face.jpg": (lambda still, face: cv2.resize(still, None, fx=0.25, fy=0.25), "too_small"),
    "blurred.jpg": (lambda still, face: cv2.GaussianBlur(still, (0, 0), 9), "blurred"),
    "dark.jpg": (lambda still, face: (still * 0.12).astype(np.uint8), "too_dark"),
    "bright.jpg": (
        lambda still, face: np.clip(still.astype(int) + 150, 0, 255).astype(np.uint8),
        "too_bright",
    ),
    "covered.jpg": (covered, "covered"),
    "dark_glasses.jpg": (dark_glasses, "covered"),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_a_picture_that_cannot_be_used_is_refused_by_its_defect(meter, still, name):
    spoil, code = DEFECTS[name]
    assert refused(meter, jpeg(spoil(still, meter.faces(still)[0]))) == code


def test_a_turned_head_is_refused_as_a_profile(meter, member, monkeypatch):
    """No baked head turns by more than the limit, so the limit comes down to it."""
    turned = member.frame(member.clips["turn_left"][-1]).image
    bigger = cv2.resize(turned, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    evidence = still_evidence(bigger, meter.faces(bigger))
    assert evidence is not None
    assert 20 < evidence.yaw < STANDARD.max_yaw
    monkeypatch.setattr(
        "studio.sitting.selfies.still_evidence", lambda image, faces: _turn(evidence, by=15)
    )
    assert refused(meter, jpeg(bigger)) == "profile"


def _turn(evidence, *, by):
    return replace(evidence, yaw=evidence.yaw + by)


@pytest.mark.parametrize("data", [b"", b"not a picture", pictures.pixel_bomb()])
def test_what_is_no_picture_never_reaches_the_models(data):
    with pytest.raises(QualityRefused):
        look_at(None, decode_photo(data))


def test_a_good_picture_is_measured_and_kept_without_metadata(meter, still):
    picture = Image.fromarray(still)
    sight = look_at(meter, decode_photo(pictures.rotated_by_exif(picture)))
    assert sight.evidence.faces == 1
    assert sight.image.shape == still.shape
    with Image.open(io.BytesIO(encode_still(sight.image))) as clean:
        assert clean.format == "JPEG"
        assert clean.size == picture.size
        assert not clean.getexif()


@pytest.mark.parametrize("kind", ["HEIF", "AVIF", "WEBP", "PNG"])
def test_a_phone_s_formats_are_as_good_as_jpeg(meter, still, kind):
    sight = look_at(meter, decode_photo(encoded(Image.fromarray(still), kind, quality=90)))
    assert sight.evidence.faces == 1


@pytest.mark.parametrize("factor", [0.55, 1.0, 1.3])
def test_every_subject_is_usable_in_ordinary_light(meter, cast, factor):
    for name, member in cast.items():
        still = member.frame(member.clips["still"][0]).image
        lit = np.clip(still * factor, 0, 255).astype(np.uint8)
        assert look_at(meter, lit).evidence.inter_eye > STANDARD.min_inter_eye, name


def test_no_face_is_no_evidence():
    assert still_evidence(np.zeros((48, 64, 3), np.uint8), ()) is None


@pytest.fixture
def vault(tmp_path):
    keys = MemoryVault({"ada", "eve"})
    return SelfieVault(SealedObjects(ObjectStore(f"file://{tmp_path}"), keys)), keys


def test_a_selfie_is_read_back_by_its_own_subject_only(vault):
    selfies, _ = vault
    selfies.put("ada", "one", b"jpeg")
    assert selfies.read("ada", "one") == b"jpeg"
    with pytest.raises(QualityRefused):
        selfies.read("eve", "one")


def test_a_purge_takes_one_subject_s_selfies_and_says_how_many(vault):
    selfies, _ = vault
    for subject, probe in (("ada", "one"), ("ada", "two"), ("eve", "one")):
        selfies.put(subject, probe, b"jpeg")
    assert [found.words for found in selfies.count("ada")] == ["2 selfies"]
    assert [found.words for found in selfies.purge("ada")] == ["2 selfies"]
    assert [found.number for found in selfies.purge("ada")] == [0]
    assert selfies.read("eve", "one") == b"jpeg"
    with pytest.raises(QualityRefused):
        selfies.read("ada", "one")


def test_a_destroyed_key_leaves_nothing_to_read(vault):
    selfies, keys = vault
    selfies.put("ada", "one", b"jpeg")
    keys.destroy("ada")
    with pytest.raises(ConsentRefused):
        selfies.read("ada", "one")
