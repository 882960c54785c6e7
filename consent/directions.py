"""What the camera page says: one instruction at a time, hints, and the refusals of a capture."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from consent.errors import LivenessRefused
from consent.types import Action, Colour


class Obstacle(StrEnum):
    """Why a frame cannot count, although nothing is wrong yet."""

    NO_FACE = "no_face"
    TWO_FACES = "two_faces"
    TOO_FAR = "too_far"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    NOT_CENTRED = "not_centred"
    NOT_RELAXED = "not_relaxed"


@dataclass(frozen=True, slots=True)
class Directive:
    """What the page shows next, and what the server should do with the frame just sent."""

    instruction: Action
    text: str
    hint: str | None
    progress: float  # 0 to 1
    wants_embedding: bool = False  # of the frame just observed, by `add_embedding`
    wants_still: bool = False  # the page sends one full-resolution picture, for `add_still`
    colour: Colour | None = None  # what the whole screen shows from now on
    fade_seconds: float = 0.0  # how slowly it goes over to that
    finished: bool = False


START_TEXT = "Look straight ahead"
FINISHED_TEXT = "Thank you, that is all"
TEXTS = {
    Action.CENTRE: "Back to the middle",
    Action.TURN_LEFT: "Turn your head to the left",
    Action.TURN_RIGHT: "Turn your head to the right",
    Action.LOOK_UP: "Look up",
    Action.SMILE: "Smile",
    Action.BLINK: "Close both eyes for a moment",
    Action.MOUTH_OPEN: "Open your mouth",
    Action.COLOURS: "Hold still, colours ahead",
}
HINTS = {
    Obstacle.NO_FACE: "We cannot see your face. Look into the camera.",
    Obstacle.TWO_FACES: "Only you may be in the picture.",
    Obstacle.TOO_FAR: "Come a little closer.",
    Obstacle.TOO_DARK: "It is too dark here: turn a lamp or window towards your face.",
    Obstacle.TOO_BRIGHT: "It is too bright here: turn away from the window or lamp.",
    Obstacle.NOT_CENTRED: "Look straight into the camera.",
    Obstacle.NOT_RELAXED: "Relax your face for a moment.",
}
FURTHER_HINT = "A little further."
RELAX_FIRST_HINT = "Relax your face first."
HOLD_HINT = "Hold still for a moment."

_TEXTS_OF_REFUSALS = {
    "no_face": (
        "We lost sight of your face.",
        "Only a face that is seen from start to end can agree.",
        "Put the camera in front of you and start again.",
    ),
    "two_faces": (
        "There is a second face in the picture.",
        "Only one person can agree, and only that person may be drawn.",
        "Be alone in the picture and start again.",
    ),
    "too_far": (
        "Your face is too small in the picture.",
        "From afar we could mistake somebody else for you.",
        "Sit about an arm's length from the camera and start again.",
    ),
    "too_dark": (
        "It is too dark here.",
        "In the dark we could mistake somebody else for you.",
        "Turn a lamp or window towards your face and start again.",
    ),
    "too_bright": (
        "It is too bright here.",
        "In glaring light we could mistake somebody else for you.",
        "Turn away from the window or lamp and start again.",
    ),
    "no_response": (
        "We did not see the movement we asked for.",
        "A picture cannot move when it is asked to; you can.",
        "Start again and follow each instruction as it appears.",
    ),
    "wrong_action": (
        "We saw another movement than the one we asked for.",
        "A film made earlier cannot know what will be asked; you can.",
        "Start again; left and right are your own.",
    ),
    "repeated_frame": (
        "The same picture arrived twice.",
        "A camera never sends the same picture twice; a recording does.",
        "Use a real camera and start again.",
    ),
    "out_of_order": (
        "The pictures arrived in the wrong order.",
        "Only an unbroken film shows that you were there.",
        "Start again.",
    ),
    "too_slow": (
        "Too few pictures arrived from the camera.",
        "With gaps in the film, somebody could take your place.",
        "Close other programs and tabs that use the camera, then start again.",
    ),
    "late": (
        "The pictures arrived later and later.",
        "With a delay, somebody could change the film on its way.",
        "Close other programs and tabs, check the connection, then start again.",
    ),
    "colours_weak": (
        "It is too bright here for the colours of your screen.",
        "Your skin answers their light; a picture of you does not.",
        "Turn away from the window or lamp, make the screen brighter, and start again.",
    ),
    "colours_wrong": (
        "Your face did not follow the colours of the screen.",
        "A film made earlier cannot know the colours; your skin answers them at once.",
        "Keep this page in front, hold still while it shows colours, and start again.",
    ),
    "colours_everywhere": (
        "Everything changed its colour, not your face alone.",
        "A tinted film changes all over; the light of a screen falls on what is near.",
        "Sit with some room behind you, switch camera effects off, and start again.",
    ),
    "colours_flat": (
        "Your face answered the colours like a flat picture.",
        "A face is round: its parts catch the light differently.",
        "Take the screen in front of you, not beside you, and start again.",
    ),
    "colours_unseen": (
        "We saw too little of your face while the colours were shown.",
        "Only a face that is seen can answer the light of the screen.",
        "Look straight ahead until the colours end, and start again.",
    ),
    "jump": (
        "The picture jumped.",
        "A head cannot move that fast; an edited film can.",
        "Start again and move a little slower.",
    ),
    "no_still": (
        "The camera did not send the full pictures we asked for.",
        "The selfies must be taken in the same moment as the film.",
        "Start again; if it happens again, choose another camera.",
    ),
    "unfinished": (
        "The check is not finished.",
        "Only a whole check shows that you were there.",
        "Follow the instructions to the end.",
    ),
}


def refused(code: str) -> LivenessRefused:
    """Return the refusal with this code in its own words."""
    what, why, next_step = _TEXTS_OF_REFUSALS[code]
    return LivenessRefused(code, what, why=why, next_step=next_step)
