"""What says of itself that it was generated is no selfie; what a camera signed is."""

import io
import time

import numpy as np
import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

from consent.errors import QualityRefused
from consent.types import Origin, OriginKind
from outputs.provenance import ManifestReader
from outputs.provenance import Signer as StudioSigner
from outputs.release import Releaser
from outputs.xmp import fields_for, write_packet
from studio.jobs.stylists import STYLISTS
from studio.jobs.tries import Leave
from studio.sitting.generated import GeneratedFilter
from studio.sitting.images import encode_still
from studio.sitting.selfies import look_at
from studio.styles.portrait import prepare_portrait
from tests.fakes import FixedClock
from tests.outputs.samples import grant_of, render_of, textured
from tests.studio.sitting.claims import (
    actions,
    authority,
    png_with,
    png_with_packed_xmp,
    signed,
    term,
    xmp,
)
from tests.studio.sitting.pictures import encoded
from tests.studio.sitting.videos import film, packed, with_box

GENERATED = (
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "algorithmicMedia",
    "algorithmicallyEnhanced",
    "compositeSynthetic",
    "virtualRecording",
    "dataDrivenMedia",
    "digitalCreation",
)
CAPTURED = ("digitalCapture", "computationalCapture", "humanEdits", "compositeCapture")


@pytest.fixture(scope="module")
def check():
    return GeneratedFilter()


@pytest.fixture(scope="module")
def photo():
    """A noisy picture of nothing: 64 x 48."""
    noise = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)
    return Image.fromarray(noise)


@pytest.fixture(scope="module")
def jpeg(photo):
    return encoded(photo, "JPEG", quality=92)


@pytest.fixture(scope="module")
def video(tmp_path_factory):
    images = [np.full((48, 64, 3), 90, np.uint8)] * 8
    return film(tmp_path_factory.mktemp("films") / "made.mp4", images, size=(64, 48))


def refused(check, data):
    with pytest.raises(QualityRefused) as caught:
        check.require_camera(data)
    assert caught.value.what.endswith(".")
    assert caught.value.next_step.endswith(".")
    return caught.value.code


# Manifests.


@pytest.mark.parametrize("name", GENERATED)
def test_a_manifest_that_says_generated_is_refused_whoever_signed_it(check, jpeg, name):
    assert refused(check, signed(actions(term(name)), jpeg, "image/jpeg")) == "generated"


@pytest.mark.parametrize("name", CAPTURED)
def test_a_camera_s_manifest_passes(check, jpeg, name):
    check.require_camera(signed(actions(term(name)), jpeg, "image/jpeg"))


@pytest.mark.parametrize(
    "kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF", "GIF"], ids=str.lower
)
def test_the_manifest_is_read_in_every_format(check, photo, kind):
    media_type = {"HEIF": "image/heic"}.get(kind, f"image/{kind.lower()}")
    data = encoded(photo, kind)
    assert refused(check, signed(actions(term(GENERATED[0])), data, media_type)) == "generated"
    kept = check.require_camera(signed(actions(term("digitalCapture")), data, media_type))
    assert kept.kind is OriginKind.UPLOAD
    assert kept.manifest == "valid"
    assert kept.digital_source_types == ("digitalCapture",)
    assert check.require_camera(data) == Origin(OriginKind.UPLOAD)


def test_nothing_of_a_person_is_kept_of_a_manifest(check, jpeg):
    told = actions(term("digitalCapture"), title="Ada's holiday")
    told["claim_generator_info"] = [{"name": "Camera\x1b[2J M11 no 5550123", "version": "2"}]
    told["assertions"].append(
        {"label": "org.example.person", "data": {"name": "Ada", "serial": "5550123"}}
    )
    kept = check.require_camera(signed(told, jpeg, "image/jpeg"))
    assert kept == Origin(OriginKind.UPLOAD, "valid", ("digitalCapture",))


def test_a_manifest_too_large_to_be_looked_through_is_not_passed_over(check, jpeg, monkeypatch):
    monkeypatch.setattr("studio.sitting.generated.MOST_REPORT", 100)
    data = signed(actions(term("digitalCapture")), jpeg, "image/jpeg")
    assert refused(check, data) == "manifest_unreadable"


def test_a_file_with_thousands_of_parts_of_manifests_is_not_looked_through(check, jpeg):
    assert refused(check, jpeg + b"jumb" * 10_000) == "manifest_unreadable"


def test_manifest_of_another_picture_is_kept_as_one_that_does_not_hold(check, jpeg):
    whole = signed(actions(term("digitalCapture")), jpeg, "image/jpeg")
    changed = bytearray(whole)
    changed[-40] ^= 1
    assert check.require_camera(bytes(changed)).manifest == "invalid"


def test_a_generated_video_is_refused_and_a_camera_s_passes(check, video):
    assert refused(check, signed(actions(term(GENERATED[0])), video, "video/mp4")) == "generated"
    check.require_camera(signed(actions(term("digitalCapture")), video, "video/mp4"))
    check.require_camera(video)


def test_a_later_edit_that_generates_is_found(check, jpeg):
    edited = actions(term("digitalCapture"), term("compositeWithTrainedAlgorithmicMedia"))
    assert refused(check, signed(edited, jpeg, "image/jpeg")) == "generated"


def test_a_generated_ingredient_is_found_behind_a_camera_s_claim(check, jpeg, photo):
    part = signed(actions(term("trainedAlgorithmicMedia")), encoded(photo, "PNG"), "image/png")
    whole = signed(actions(term("digitalCapture")), jpeg, "image/jpeg", [(part, "image/png")])
    assert refused(check, whole) == "generated"


def test_a_manifest_counts_though_the_picture_was_changed_after_signing(check, photo):
    plain = encoded(photo, "PNG")
    data = signed(actions(term("trainedAlgorithmicMedia")), plain, "image/png")
    at = data.rindex(b"IDAT") + 40
    changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
    assert refused(check, changed) == "generated"


def test_the_source_type_may_stand_in_a_metadata_assertion(check, jpeg):
    told = actions(term("digitalCapture"))
    told["assertions"] += [
        {
            "label": "cawg.metadata",
            "kind": "Json",
            "data": {
                "@context": {"Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"},
                "Iptc4xmpExt:DigitalSourceType": term("trainedAlgorithmicMedia"),
            },
        },
    ]
    assert refused(check, signed(told, jpeg, "image/jpeg")) == "generated"


def test_a_generator_that_names_itself_without_a_source_type_is_refused(check, jpeg):
    told = actions(term("digitalCapture"))
    told["assertions"] = [
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [
                    {"action": "c2pa.created", "digitalSourceType": term("digitalCapture")},
                    {"action": "c2pa.edited", "softwareAgent": {"name": "Adobe Firefly"}},
                ]
            },
        }
    ]
    assert refused(check, signed(told, jpeg, "image/jpeg")) == "generated"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "TIFF"], ids=str.lower)
@pytest.mark.parametrize("damage", ["length", "content", "name"])
def test_a_manifest_that_cannot_be_read_is_not_passed_over(check, photo, kind, damage):
    media_type = {"HEIF": "image/heic"}.get(kind, f"image/{kind.lower()}")
    data = signed(actions(term("digitalCapture")), encoded(photo, kind), media_type)
    at = data.index(b"jumb")
    broken = {
        "length": data[: at - 4] + b"\0\0\0\x09" + data[at:],
        "content": data[: at + 40] + bytes(200) + data[at + 240 :],
        "name": data[:at] + b"xumb" + data[at + 4 :],
    }[damage]
    assert refused(check, broken) == "manifest_unreadable"


def test_a_broken_manifest_in_a_video_is_not_passed_over(check, video):
    data = signed(actions(term("digitalCapture")), video, "video/mp4")
    at = data.index(b"jumb")
    assert refused(check, data[:at] + b"xumb" + data[at + 4 :]) == "manifest_unreadable"


# XMP and IPTC.


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"], ids=str.lower)
@pytest.mark.parametrize(
    "said",
    [
        xmp(
            f"<Iptc4xmpExt:DigitalSourceType>{term('trainedAlgorithmicMedia')}"
            "</Iptc4xmpExt:DigitalSourceType>"
        ),
        xmp(attribute=f'Iptc4xmpExt:DigitalSourceType="{term("compositeSynthetic")}"'),
        xmp("<Iptc4xmpExt:DigitalSourceType>algorithmicMedia</Iptc4xmpExt:DigitalSourceType>"),
        xmp("<xmp:CreatorTool>Adobe Firefly 3</xmp:CreatorTool>"),
        xmp("<Iptc4xmpExt:AISystemUsed>Some model</Iptc4xmpExt:AISystemUsed>"),
    ],
    ids=["element", "attribute", "bare term", "creator tool", "system used"],
)
def test_xmp_that_says_generated_is_refused(check, photo, kind, said):
    assert refused(check, written_with(photo, kind, said)) == "generated"


def written_with(photo, kind, said):
    if kind == "PNG":
        return png_with_packed_xmp(said)
    if kind == "TIFF":
        return encoded(photo, kind, tiffinfo={700: said})
    return encoded(photo, kind, xmp=said)


def test_xmp_of_a_camera_passes(check, photo):
    said = xmp(
        f"<Iptc4xmpExt:DigitalSourceType>{term('digitalCapture')}</Iptc4xmpExt:DigitalSourceType>"
        "<xmp:CreatorTool>Adobe Photoshop Lightroom 14.1</xmp:CreatorTool>"
    )
    check.require_camera(encoded(photo, "JPEG", xmp=said))
    check.require_camera(png_with_packed_xmp(said))


def test_xmp_in_a_video_is_read(check, video):
    said = xmp(attribute=f'Iptc4xmpExt:DigitalSourceType="{term("trainedAlgorithmicMedia")}"')
    name = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # XMP's own box
    assert refused(check, with_box(video, (), packed(b"uuid", name + said))) == "generated"


# What generators leave in text fields.


@pytest.mark.parametrize(
    "texts",
    [
        {"parameters": "portrait of a woman\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1"},
        {"prompt": '{"3": {"class_type": "KSampler"}}', "workflow": "{}"},
        {"invokeai_metadata": '{"seed": 1}'},
        {"Dream": "a face -s 50"},
        {"Software": "NovelAI", "Comment": "{}"},
        {"Software": "Midjourney"},
        {"Comment": '{"prompt": "a face", "seed": 5}'},
        {"AIGC": '{"Label":"1"}'},
    ],
    ids=lambda texts: next(iter(texts.items()))[0],
)
def test_the_entries_of_known_generators_are_refused(check, texts):
    assert refused(check, png_with(**texts)) == "generated"


def test_labels_and_makers_in_a_video_are_read(check, video):
    maker = xmp(element="<xmp:CreatorTool>Midjourney</xmp:CreatorTool>")
    assert refused(check, with_box(video, (), packed(b"uuid", maker))) == "generated"
    label = b'AIGC{"Label":"1","ContentProducer":"x"}'
    assert refused(check, with_box(video, (), packed(b"udta", label))) == "generated"
    camera = xmp(element="<xmp:CreatorTool>Pixel 9</xmp:CreatorTool>")
    check.require_camera(with_box(video, (), packed(b"uuid", camera)))


def test_xmp_behind_the_pixels_of_a_png_is_read(check):
    """ExifTool writes it there."""
    packet = xmp(element="<xmp:CreatorTool>Midjourney</xmp:CreatorTool>")
    entry = b"XML:com.adobe.xmp" + bytes(5) + packet
    info = PngInfo()
    info.add(b"iTXt", entry, after_idat=True)
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "gray").save(buffer, "PNG", pnginfo=info)
    assert refused(check, buffer.getvalue()) == "generated"


@pytest.mark.parametrize("name", ["Beatrice Dalle", "Anna Dalle Tischler", "People whom I grok"])
def test_names_and_words_that_look_like_a_generator_s_pass(check, photo, name):
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = name
    check.require_camera(encoded(photo, "JPEG", exif=exif))


@pytest.mark.parametrize(
    "caption", ["At the OpenAI office", "Gemini statue, image 4", "Ideogram of my name"]
)
def test_a_caption_may_name_whom_it_likes(check, photo, caption):
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = caption
    check.require_camera(encoded(photo, "JPEG", exif=exif))
    exif[ExifTags.Base.Software] = caption.replace("statue", "generated")
    with pytest.raises(QualityRefused):
        check.require_camera(encoded(photo, "JPEG", exif=exif))


def test_a_job_s_number_in_a_caption_is_a_generator_s(check, photo):
    exif = Image.Exif()
    job = "a portrait --v 6 Job ID: 0f8fad5b-d9cb-469f-a165-70867728950e"
    exif[ExifTags.Base.ImageDescription] = job
    assert refused(check, encoded(photo, "JPEG", exif=exif)) == "generated"


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (ExifTags.Base.Software, "Stable Diffusion web UI"),
        (ExifTags.Base.Software, "DALL-E 3"),
        (ExifTags.Base.ImageDescription, "cat. Steps: 30, Sampler: DPM++ 2M"),
        (ExifTags.Base.Make, 'workflow:{"nodes": []}'),
        (ExifTags.Base.Artist, "Midjourney"),
    ],
)
def test_exif_fields_of_known_generators_are_refused(check, photo, kind, tag, text):
    exif = Image.Exif()
    exif[tag] = text
    assert refused(check, encoded(photo, kind, exif=exif)) == "generated"


def test_settings_in_a_user_comment_are_refused(check, photo):
    exif = Image.Exif()
    comment = b"UNICODE\0" + "a face\nSteps: 20, Sampler: Euler".encode("utf-16-be")
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    assert refused(check, encoded(photo, "JPEG", exif=exif)) == "generated"


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (ExifTags.Base.Software, "HDR+ 1.0.540104767zd"),
        (ExifTags.Base.Software, "Adobe Photoshop 26.0 (Macintosh)"),
        (ExifTags.Base.Software, "18.6.2"),
        (ExifTags.Base.Make, "Apple"),
        (ExifTags.Base.Model, "Gemini PDA"),
        (ExifTags.Base.ImageDescription, "Imagen de mi familia, three steps: up and down"),
        (ExifTags.Base.Artist, "Grace Flux"),
    ],
)
def test_a_camera_s_own_words_pass(check, photo, tag, text):
    exif = Image.Exif()
    exif[tag] = text
    check.require_camera(encoded(photo, "JPEG", exif=exif))


def test_a_plain_screenshot_s_entries_pass(check):
    check.require_camera(png_with(Software="gnome-screenshot", Comment="my prompt answer"))


@pytest.mark.parametrize("data", [b"", b"no file at all", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_what_is_no_file_is_left_to_the_decoder(check, data):
    check.require_camera(data)


@pytest.mark.parametrize("word", ['"prompt": ', "gemini ", "steps: 1 ", "DigitalSourceType "])
def test_no_text_makes_the_search_long(check, word):
    began = time.perf_counter()
    check.require_camera(png_with(Comment=word * (900_000 // len(word))))
    assert time.perf_counter() - began < 5


# This studio's own avatars.


@pytest.fixture(scope="module")
def releaser(watermarker):
    reader = ManifestReader([authority().root])
    return Releaser(StudioSigner(authority()), reader, watermarker, FixedClock(), version="0.1.0")


def test_an_avatar_s_signed_files_are_refused(check, releaser):
    made = releaser.mark(
        render_of(textured(512)),
        grant_of(),
        output_id="one",
        job_id="one",
        watermark=1,
        parameters={},
    )
    assert made
    assert {refused(check, one.data) for one in made} == {"generated"}


def test_an_avatar_without_its_manifest_is_refused_by_its_xmp(check, photo):
    said = write_packet(fields_for("algorithmicMedia", tool="Selfsame/0.1.0", output_id="one"))
    assert refused(check, encoded(photo, "WEBP", xmp=said)) == "generated"


@pytest.fixture(scope="module")
def avatar(meter, member, still, releaser):
    """A released portrait of the first baked subject, (1024, 1024, 3), with nothing but pixels."""
    style = STYLISTS["toon"]
    grant = grant_of(style=style.style.name, family=style.style.family.value)
    portrait = prepare_portrait(still, meter.faces(still)[0], meter.person(still), size=1024)
    render = style.render(Leave(grant, lambda: None), portrait, {}, 1)
    png, *_ = releaser.mark(
        render, grant, output_id="one", job_id="one", watermark=1, parameters={}
    )
    with Image.open(io.BytesIO(png.data)) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.mark.parametrize("defect", ["whole", "cropped", "small_jpeg"])
def test_an_avatar_whose_data_was_stripped_is_known_by_its_label(check, meter, avatar, defect):
    image = {
        "whole": lambda: avatar,
        "cropped": lambda: np.ascontiguousarray(avatar[120:970, 150:870]),
        "small_jpeg": lambda: np.asarray(
            Image.open(io.BytesIO(encode_still(avatar))).resize((640, 640))
        ),
    }[defect]()
    sight = look_at(meter, image)
    with pytest.raises(QualityRefused) as caught:
        check.require_unlabelled(sight.image, sight.face)
    assert caught.value.code == "generated"


def test_nobody_s_own_chin_is_taken_for_a_label(check, meter, cast):
    for member in cast.values():
        image = member.frame(member.clips["still"][0]).image
        check.require_unlabelled(image, meter.faces(image)[0])
