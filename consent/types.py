"""The words of consent as frozen types; scores come in, decisions go out, never the same type."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consent.log import LoggedLeaf

Template = tuple[float, ...]  # 128 numbers of the face embedding; distances are Euclidean
Chroma = tuple[float, float]  # shares of red and green in linear-light RGB; NaN = not measured

NO_CHROMA: Chroma = (math.nan, math.nan)


class SubjectKind(StrEnum):
    """Whether the subject is somebody or a baked subject who is nobody."""

    PERSON = "person"
    SYNTHETIC = "synthetic"


class Purpose(StrEnum):
    """What consent is for. Only what this version can serve is listed."""

    AVATAR_STILLS = "avatar-stills"


class Medium(StrEnum):
    """In which form the avatar leaves the studio."""

    STILL = "still"


class Audience(StrEnum):
    """Who may see the avatars; each includes the ones before it."""

    PRIVATE = "private"
    PUBLIC = "public"
    COMMERCIAL = "commercial"


_REACH = {Audience.PRIVATE: 0, Audience.PUBLIC: 1, Audience.COMMERCIAL: 2}


class RecordState(StrEnum):
    """State of a consent record (ISO/IEC TS 27560 event states that are served)."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    REPLACED = "replaced"  # by a narrower or a longer one of the same subject


class Action(StrEnum):
    """What a challenge may ask for."""

    CENTRE = "centre"
    TURN_LEFT = "turn_left"
    TURN_RIGHT = "turn_right"
    LOOK_UP = "look_up"
    SMILE = "smile"
    BLINK = "blink"
    MOUTH_OPEN = "mouth_open"
    COLOURS = "colours"  # hold still while the screen's colours light the face


class Colour(StrEnum):
    """What the screen shows during the colours; `consent.flash` says how each looks."""

    CORAL = "coral"
    YELLOW = "yellow"
    GREEN = "green"
    CYAN = "cyan"
    BLUE = "blue"
    MAGENTA = "magenta"


class Pace(StrEnum):
    """How fast the colours change."""

    STANDARD = "standard"
    GENTLE = "gentle"  # slow and cross-faded, for people whom flashing light may harm


@dataclass(frozen=True, slots=True)
class Subject:
    """The person depicted, known by a random pseudonym only."""

    id: str
    kind: SubjectKind
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Scope:
    """What a record allows."""

    families: frozenset[str]  # style families: illustrated, painted, imagined
    media: frozenset[Medium]
    audience: Audience
    output_cap: int = 1000  # how many outputs may ever be made under the consent

    def covers(self, other: Scope) -> bool:
        """Tell whether everything that the other scope allows is allowed here."""
        return (
            other.families <= self.families
            and other.media <= self.media
            and _REACH[other.audience] <= _REACH[self.audience]
            and other.output_cap <= self.output_cap
        )


class Change(StrEnum):
    """How a record differs from the one that it replaces."""

    NARROWED = "narrowed"  # allows less; it stands at once, on the assent that the other one had
    EXTENDED = "extended"  # allows more, or longer; it waits for the face before the camera


@dataclass(frozen=True, slots=True)
class SubjectSignature:
    """A subject's own signature with a passkey (WebAuthn level 3, section 7.2); all base64url."""

    credential_id: str
    public_key: str  # COSE_Key
    authenticator_data: str
    client_data_json: str
    signature: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """A one-time, unpredictable request; `actions` is revealed step by step."""

    nonce: str  # 128 bits, hex
    subject_id: str
    record_id: str
    assent: Action  # the gesture that says "I, in front of the camera, agree"
    actions: tuple[Action, ...]
    colours: tuple[Colour, ...]  # revealed one by one, during the action COLOURS
    pace: Pace
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class FrameEvidence:
    """Numbers measured on one camera frame."""

    sequence: int  # counted by the page from 0
    client_ms: float  # the page's clock, milliseconds
    arrived_at: datetime  # the server's clock
    sha256: str  # of the frame's bytes
    faces: int
    face_x: float  # pixels from the left to the face's centre; 0 without a face
    face_y: float  # pixels from the top
    face_height: float  # pixels; 0 without a face
    inter_eye: float  # pixels between the eyes' centres; 0 without a face
    luma: float  # mean luma of the face, 0 to 255
    yaw: float  # degrees, positive = the subject's left
    pitch: float  # degrees, positive = up
    roll: float  # degrees, positive = leaning to the subject's left
    smile: float  # 0 to 1
    mouth_open: float  # 0 to 1
    eyes_closed: float  # 0 to 1, the smaller of both eyes
    skin_chroma: Chroma = NO_CHROMA  # of cheeks and forehead
    background_chroma: Chroma = NO_CHROMA  # beside the face
    region_chromas: tuple[Chroma, ...] = ()  # of parts of the face that face different ways
    region_lights: tuple[float, ...] = ()  # linear light of the same


@dataclass(frozen=True, slots=True)
class LiveCapture:
    """The verdict that a live person was there: made in `consent.liveness`, kept by its adapter."""

    id: str
    subject_id: str
    record_id: str
    nonce: str
    captured_at: datetime
    assent: Action
    template: Template = field(repr=False)  # biometric: keep it out of logs
    evidence: Mapping[str, float]  # summary numbers that are kept
    colours: tuple[Colour, ...] = ()  # as shown: the next challenge must differ


@dataclass(frozen=True, slots=True)
class SyntheticCapture:
    """A baked subject played the challenge; never accepted for a person's record."""

    id: str
    subject_id: str
    record_id: str
    nonce: str
    captured_at: datetime
    baked_subject: str
    template: Template = field(repr=False)  # biometric: keep it out of logs
    frame_hashes: tuple[str, ...]


Capture = LiveCapture | SyntheticCapture


@dataclass(frozen=True, slots=True)
class Look:
    """How a face looks in a selfie: what tells one picture of a person from another."""

    yaw: float  # degrees, positive = the subject's left
    pitch: float  # degrees, positive = up
    luma: float  # mean luma of the face, 0 to 255
    side_light: float  # -1 to 1, positive = the subject's left side is the brighter one
    smile: float  # 0 to 1
    sharpness: float  # variance of the Laplacian over the face at 256 px, grey levels squared


class OriginKind(StrEnum):
    """Where the picture of a probe came from."""

    CAPTURE = "capture"  # a still of the look into the camera
    UPLOAD = "upload"  # a file of the person's own
    BAKED = "baked"  # a still of a baked subject, who is nobody


@dataclass(frozen=True, slots=True)
class Origin:
    """What the file of a probe said of itself; no camera, no name, nothing that finds a person."""

    kind: OriginKind
    manifest: str = "none"  # state of its C2PA manifest: none, valid, invalid
    digital_source_types: tuple[str, ...] = ()  # IPTC terms without their address


@dataclass(frozen=True, slots=True)
class Probe:
    """A selfie that was matched 1:1 to a capture's template."""

    id: str
    subject_id: str
    capture_id: str
    sha256: str  # of the selfie's bytes as they are stored
    distance: float  # Euclidean, to the template
    z: float  # adaptive score normalisation; negative = nearer than strangers
    verified_at: datetime
    look: Look | None = None  # None = not measured
    origin: Origin | None = None  # None = not noted, as in probes of before


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """What a job wants to make."""

    subject_id: str
    record_id: str
    capture_id: str
    probe_ids: tuple[str, ...]
    purpose: Purpose
    family: str
    style: str
    medium: Medium = Medium.STILL
    audience: Audience = Audience.PRIVATE


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave for one step of one job, made in `consent.gate` and nowhere else; never stored."""

    subject_id: str
    subject_kind: SubjectKind
    record_id: str
    receipt_hash: str  # SHA-256 of the signed record, hex: what the manifest quotes
    capture_id: str
    probe_hashes: tuple[str, ...]
    purpose: Purpose
    family: str
    style: str
    audience: Audience
    granted_at: datetime
    expires_at: datetime
    rules: tuple[str, ...] = field(default=())  # names of the rules that were satisfied
    logged: LoggedLeaf | None = None  # the record's commitment in the log, with its proof
    origins: tuple[Origin | None, ...] = ()  # of the probes, in the order of their hashes


@dataclass(frozen=True, slots=True)
class Export:
    """A file that its subject downloaded."""

    output_id: str
    media_type: str
    sha256: str  # of the file, hex
    exported_at: datetime  # the first time
    is_watermarked: bool = False  # its colours hold a hidden number
