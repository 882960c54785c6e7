from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from consent.directions import HINTS, Obstacle, refused
from consent.errors import IdentityRefused, LivenessRefused
from consent.liveness import CaptureReview
from consent.profiles import STANDARD_LIVENESS
from consent.types import NO_CHROMA, Action
from tests.fakes import NOON, Sitter, a_challenge, face, near, sit

TURNS = (Action.TURN_LEFT, Action.TURN_RIGHT, Action.BLINK)
SECOND = timedelta(seconds=1)


def review(*actions, assent=Action.SMILE, seed=1):
    return CaptureReview(a_challenge(*actions, assent=assent, seed=seed))


def until(review_, sitter, wanted, **options):
    """Sit until the wanted action is asked for."""
    return sit(review_, sitter, stop=lambda said: said.instruction is wanted, **options)


def watch(review_, frames):
    for frame in frames:
        review_.observe(frame)


def code_of(error):
    return error.value.code


# The way it should go.


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("fps", [10.5, 15.0, 30.0])
def test_a_person_who_follows_is_alive(seed, fps):
    sitter = Sitter(fps=fps, degrees_per_frame=100 / fps, score_per_frame=4 / fps)
    followed = review(seed=seed)
    assert sit(followed, sitter).finished
    verdict = followed.verdict(sitter.now, "capture")
    challenge = a_challenge(seed=seed)
    assert (verdict.id, verdict.nonce) == ("capture", challenge.nonce)
    assert (verdict.subject_id, verdict.record_id) == (challenge.subject_id, challenge.record_id)
    assert verdict.assent is challenge.assent
    assert verdict.captured_at == NOON
    assert math.dist(verdict.template, sitter.template) < 0.2
    assert verdict.evidence["embeddings"] <= STANDARD_LIVENESS.max_embeddings
    moved = set(challenge.actions) - {Action.COLOURS}
    assert {f"peak_{action.value}" for action in moved} <= set(verdict.evidence)
    assert verdict.evidence["colours_decoded"] == 10
    assert verdict.colours == challenge.colours


@pytest.mark.parametrize("fps", [10.0, 12.5])
def test_slow_people_are_never_asked_for_more_embeddings_than_allowed(fps):
    sitter = Sitter(fps=fps, degrees_per_frame=1.5, score_per_frame=0.03)
    slow = CaptureReview(a_challenge(seed=4), rng=Random(3))
    assert sit(slow, sitter).finished
    assert slow.verdict(sitter.now, "c").evidence["embeddings"] <= STANDARD_LIVENESS.max_embeddings


def test_the_instructions_come_in_the_challenges_order_with_the_middle_between():
    followed, sitter = review(seed=3), Sitter()
    heard = []
    while not followed.finished:
        said = sit(followed, sitter, limit=1)
        if not heard or heard[-1] is not said.instruction:
            heard.append(said.instruction)
    challenge = a_challenge(seed=3)
    expected = [Action.CENTRE]
    for action in (challenge.assent, *challenge.actions):
        expected += [action, Action.CENTRE]
    assert heard == expected


def test_progress_grows_to_one():
    followed, sitter = review(), Sitter()
    seen = [sit(followed, sitter, limit=1).progress for _ in range(200) if not followed.finished]
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


@pytest.mark.parametrize("actions", [TURNS, (*TURNS, Action.MOUTH_OPEN)])
def test_five_stills_are_spread_over_the_challenge(actions):
    followed, sitter = review(*actions), Sitter()
    sit(followed, sitter)
    assert len(followed.stills) == 5
    taken = [still.evidence.sequence for still in followed.stills]
    assert taken == sorted(set(taken))
    assert taken[-1] - taken[0] > 0.6 * sitter.sequence
    assert all(still.distance < 0.5 for still in followed.stills)


def test_after_the_end_more_frames_change_nothing():
    followed, sitter = review(), Sitter()
    sit(followed, sitter)
    assert followed.observe(sitter.frame()).finished


def test_what_is_asked_is_said_in_plain_words():
    followed, sitter = review(*TURNS), Sitter()
    assert followed.observe(sitter.frame()).text == "Look straight ahead"
    assert until(followed, sitter, Action.SMILE).text == "Smile"
    assert until(followed, sitter, Action.CENTRE).text == "Back to the middle"
    assert until(followed, sitter, Action.TURN_LEFT).text == "Turn your head to the left"
    assert until(followed, sitter, Action.BLINK).text == "Close both eyes for a moment"


# Kindness.


def test_small_wobble_is_no_offence():
    rng = Random(5)
    followed, sitter = review(), Sitter()
    original = sitter.frame

    def wobbling(doing=Action.CENTRE, **overrides):
        frame = original(doing, **overrides)
        return replace(
            frame,
            yaw=frame.yaw + rng.uniform(-3, 3),
            pitch=frame.pitch + rng.uniform(-3, 3),
            smile=max(0.0, frame.smile + rng.uniform(-0.05, 0.05)),
        )

    sitter.frame = wobbling
    assert sit(followed, sitter).finished


@pytest.mark.parametrize("expression", [{"smile": 0.8}, {"eyes_closed": 0.8}, {"mouth_open": 0.5}])
def test_an_expression_while_turning_is_no_offence(expression):
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.TURN_LEFT)
    for _ in range(60):
        followed.observe(sitter.frame(**expression))
    assert sit(followed, sitter).finished


def test_laughing_counts_as_a_smile():
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.SMILE)
    sitter.looks |= {"smile": 0.8, "mouth_open": 0.6}
    said = sit(followed, sitter, limit=2)
    assert said.instruction is Action.CENTRE


def test_a_short_look_the_wrong_way_is_forgiven():
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.TURN_LEFT)
    for _ in range(8):
        followed.observe(sitter.frame(Action.TURN_RIGHT))
    assert sit(followed, sitter).finished


@pytest.mark.parametrize(
    ("overrides", "obstacle"),
    [
        ({"face_height": 100.0}, Obstacle.TOO_FAR),
        ({"inter_eye": 60.0}, Obstacle.TOO_FAR),
        ({"luma": 34.0}, Obstacle.TOO_DARK),
        ({"luma": 220.0}, Obstacle.TOO_BRIGHT),
        ({"luma": math.nan}, Obstacle.TOO_DARK),
        ({"yaw": 12.0}, Obstacle.NOT_CENTRED),
        ({"pitch": -18.0}, Obstacle.NOT_CENTRED),
        ({"roll": 20.0}, Obstacle.NOT_CENTRED),
        ({"yaw": math.nan}, Obstacle.NOT_CENTRED),
        ({"smile": 0.7}, Obstacle.NOT_RELAXED),
        ({"mouth_open": math.nan}, Obstacle.NOT_RELAXED),
        ({"faces": 0}, Obstacle.NO_FACE),
        ({"faces": 2}, Obstacle.TWO_FACES),
    ],
)
def test_an_obstacle_is_named_before_anything_is_refused(overrides, obstacle):
    said = review().observe(Sitter().frame(**overrides))
    assert said.hint == HINTS[obstacle]
    assert not said.wants_embedding
    assert not said.wants_still


@pytest.mark.parametrize(
    "overrides",
    [
        {"yaw": 10.0},
        {"yaw": -10.0},
        {"pitch": 15.0},
        {"roll": -15.0},
        {"inter_eye": 70.0},
        {"face_height": 112.0},
        {"luma": 35.0},
        {"luma": 200.0},
        {"smile": 0.6},
    ],
)
def test_a_frame_at_the_limit_counts(overrides):
    assert review().observe(Sitter().frame(**overrides)).wants_embedding


@pytest.mark.parametrize(("faces", "obstacle"), [(0, Obstacle.NO_FACE), (2, Obstacle.TWO_FACES)])
def test_obstacles_are_named_during_an_action_too(faces, obstacle):
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.TURN_LEFT)
    assert followed.observe(sitter.frame(faces=faces)).hint == HINTS[obstacle]


def test_another_expression_for_a_second_is_forgiven():
    followed, sitter = review(*TURNS, assent=Action.MOUTH_OPEN), Sitter()
    until(followed, sitter, Action.MOUTH_OPEN)
    for _ in range(15):
        followed.observe(sitter.frame(Action.SMILE))
    assert sit(followed, sitter).finished


def test_a_turn_that_does_not_suffice_is_encouraged():
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.TURN_LEFT)
    followed.observe(sitter.frame(yaw=8.0))
    assert followed.observe(sitter.frame(yaw=15.0)).hint == "A little further."


def test_a_smile_kept_since_earlier_does_not_answer_a_later_request():
    followed, sitter = review(Action.TURN_LEFT, Action.SMILE, assent=Action.MOUTH_OPEN), Sitter()
    until(followed, sitter, Action.TURN_LEFT)
    sitter.looks["smile"] = 0.8
    until(followed, sitter, Action.SMILE)
    for _ in range(10):
        said = followed.observe(sitter.frame())
    assert (said.instruction, said.hint) == (Action.SMILE, "Relax your face first.")
    del sitter.looks["smile"]
    followed.observe(sitter.frame())
    assert sit(followed, sitter).finished


def test_narrow_eyes_at_rest_are_not_closed_eyes():
    sitter = Sitter()
    sitter.pose["eyes_closed"] = sitter.resting["eyes_closed"] = 0.4
    followed = review(*TURNS)
    until(followed, sitter, Action.BLINK)
    for _ in range(30):
        said = followed.observe(sitter.frame())
    assert said.instruction is Action.BLINK
    sitter.looks["eyes_closed"] = 0.76
    assert sit(followed, sitter, limit=2).instruction is Action.CENTRE


def test_a_camera_that_looks_up_is_no_offence():
    sitter = Sitter()
    sitter.pose["pitch"] = sitter.resting["pitch"] = 13.0
    assert sit(review(Action.TURN_LEFT, Action.TURN_RIGHT, Action.BLINK), sitter).finished


def test_a_still_that_blinks_is_asked_for_again():
    followed, sitter = review(*TURNS), Sitter()
    said = sit(followed, sitter, stop=lambda said: said.wants_still)
    sha256, template, evidence = sitter.still()
    followed.add_still(sha256, template, replace(evidence, eyes_closed=0.8))
    assert followed.stills == ()
    said = sit(followed, sitter, stop=lambda said: said.wants_still)
    assert said.wants_still
    followed.add_still(*sitter.still())
    assert len(followed.stills) == 1


@pytest.mark.parametrize(
    "other",
    [{"face_x": 400.0}, {"face_height": 300.0}, {"background_chroma": (0.5, 0.2)}],
    ids=["another place", "another size", "another background"],
)
def test_a_still_unlike_the_frames_beside_it_is_no_selfie(other):
    followed, sitter = review(*TURNS), Sitter()
    sit(followed, sitter, stop=lambda said: said.wants_still)
    sha256, template, evidence = sitter.still()
    followed.add_still(sha256, template, replace(evidence, **other))
    assert followed.stills == ()
    assert sit(followed, sitter, stop=lambda said: said.wants_still).wants_still


def test_stills_that_cannot_be_kept_are_not_asked_for_at_once():
    """Measuring one takes half a second that other captures wait for."""
    followed, sitter = review(*TURNS), Sitter()
    original = sitter.still
    sitter.still = lambda: (*original()[:2], replace(original()[2], face_x=500.0))
    with pytest.raises(LivenessRefused):
        sit(followed, sitter)
    assert 5 <= sitter.stills / 2 <= 25 / 0.7


def test_a_background_that_is_too_dark_to_tell_spoils_no_still():
    followed, sitter = review(*TURNS), Sitter()
    sit(followed, sitter, stop=lambda said: said.wants_still)
    sha256, template, evidence = sitter.still()
    followed.add_still(sha256, template, replace(evidence, background_chroma=NO_CHROMA))
    assert len(followed.stills) == 1


def test_a_still_that_comes_late_is_dropped():
    followed, sitter = review(*TURNS), Sitter()
    sit(followed, sitter, stop=lambda said: said.wants_still)
    first, second = sitter.still(), sitter.still()
    asked = [followed.observe(sitter.frame()).wants_still for _ in range(32)]
    assert sum(asked) == 1
    followed.add_still(*second)
    followed.add_still(*first)
    assert [still.sha256 for still in followed.stills] == [second[0]]
    with pytest.raises(LivenessRefused):
        followed.add_still(*sitter.still())


def test_an_embedding_that_got_lost_is_asked_for_again():
    followed, sitter = review(), Sitter()
    asked = [followed.observe(sitter.frame()).wants_embedding for _ in range(45)]
    assert sum(asked) == 2


# Refusals.


def test_a_still_picture_is_refused():
    followed, sitter = review(), Sitter()
    with pytest.raises(LivenessRefused) as error:
        sit(followed, sitter, answer=lambda _: Action.CENTRE)
    assert code_of(error) == "no_response"
    assert sitter.now - NOON < 12 * SECOND


@pytest.mark.parametrize("yaw", [17.4, 19.9])
def test_a_photo_that_is_turned_does_not_turn_far_enough(yaw):
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.TURN_LEFT)
    sitter.looks["yaw"] = yaw / 2
    followed.observe(sitter.frame())
    sitter.looks["yaw"] = yaw
    with pytest.raises(LivenessRefused) as error:
        watch(followed, (sitter.frame() for _ in range(200)))
    assert code_of(error) == "no_response"


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        (Action.TURN_LEFT, Action.TURN_RIGHT),
        (Action.TURN_RIGHT, Action.TURN_LEFT),
        (Action.TURN_LEFT, Action.LOOK_UP),
        (Action.LOOK_UP, Action.TURN_LEFT),
        (Action.SMILE, Action.TURN_LEFT),
        (Action.SMILE, Action.MOUTH_OPEN),
        (Action.MOUTH_OPEN, Action.SMILE),
        (Action.BLINK, Action.TURN_RIGHT),
        (Action.BLINK, Action.SMILE),
    ],
)
def test_another_action_than_the_one_asked_for_is_refused(asked, done):
    assent = Action.MOUTH_OPEN if asked is Action.SMILE else Action.SMILE
    actions = (asked,) if asked is not assent else ()
    followed, sitter = review(*actions, Action.TURN_LEFT, assent=assent), Sitter()
    until(followed, sitter, asked)
    asked_at = sitter.now
    with pytest.raises(LivenessRefused) as error:
        sit(followed, sitter, answer=lambda _: done)
    assert code_of(error) == "wrong_action"
    soon = done in {Action.TURN_LEFT, Action.TURN_RIGHT, Action.LOOK_UP}
    assert sitter.now - asked_at < (1.2 if soon else 2.0) * SECOND


def test_the_actions_of_an_earlier_session_are_refused():
    earlier = iter([Action.TURN_RIGHT, Action.BLINK, Action.TURN_LEFT])
    answers = {Action.CENTRE: Action.CENTRE, Action.SMILE: Action.SMILE}

    def replayed(asked):
        if asked not in answers:
            answers[asked] = next(earlier)
        return answers[asked]

    with pytest.raises(LivenessRefused) as error:
        sit(review(*TURNS), Sitter(), answer=replayed)
    assert code_of(error) == "wrong_action"


def test_a_face_that_goes_out_of_sight_is_refused():
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.TURN_LEFT)
    left_at = sitter.now
    with pytest.raises(LivenessRefused) as error:
        watch(followed, (sitter.frame(faces=0) for _ in range(60)))
    assert code_of(error) == "no_face"
    assert 0.4 * SECOND < sitter.now - left_at < 0.7 * SECOND


def test_a_face_that_is_lost_for_a_few_frames_is_waited_for():
    followed, sitter = review(*TURNS), Sitter(fps=10.0)
    until(followed, sitter, Action.TURN_LEFT)
    for _ in range(5):
        followed.observe(sitter.frame(faces=0))
    assert sit(followed, sitter).finished


def test_before_the_first_second_a_face_may_go_for_two_seconds():
    followed, sitter = review(*TURNS), Sitter(fps=10.0)
    followed.observe(sitter.frame())
    for _ in range(21):
        followed.observe(sitter.frame(faces=0))
    assert sit(followed, sitter).finished


@pytest.mark.parametrize(
    ("unseen", "elsewhere"),
    [
        (0, {"face_x": 520.0}),
        (0, {"face_y": 400.0}),
        (0, {"face_height": 360.0}),
        (0, {"face_x": math.nan}),
        (0, {"face_height": math.nan}),
        (4, {"face_x": 900.0}),
        (4, {"face_height": 1500.0}),
    ],
)
def test_a_face_that_comes_back_elsewhere_is_refused(unseen, elsewhere):
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.TURN_LEFT)
    for _ in range(unseen):
        followed.observe(sitter.frame(faces=0))
    with pytest.raises(LivenessRefused) as error:
        followed.observe(sitter.frame(**elsewhere))
    assert code_of(error) == "jump"


def test_somebody_who_sits_down_may_move_fast():
    followed, sitter = review(), Sitter()
    followed.observe(sitter.frame(face_x=100.0, face_height=120.0))
    assert sit(followed, sitter).finished


def test_somebody_who_sits_down_late_is_waited_for_but_not_for_ever():
    followed, sitter = review(), Sitter()
    for _ in range(15 * 8):
        followed.observe(sitter.frame(faces=0))
    assert sit(followed, sitter).finished
    empty, sitter = review(), Sitter()
    with pytest.raises(LivenessRefused) as error:
        watch(empty, (sitter.frame(faces=0) for _ in range(15 * 11)))
    assert code_of(error) == "no_face"


@pytest.mark.parametrize("pattern", [(2, 2, 2), (2, 1, 1, 1, 2, 1, 1, 1, 2)])
def test_a_second_face_in_three_of_ten_frames_is_refused(pattern):
    followed, sitter = review(), Sitter()
    followed.observe(sitter.frame())
    with pytest.raises(LivenessRefused) as error:
        watch(followed, (sitter.frame(faces=faces) for faces in pattern))
    assert code_of(error) == "two_faces"


def test_a_passer_by_in_two_frames_is_forgiven():
    followed, sitter = review(), Sitter()
    for faces in (1, 2, 2, 1):
        followed.observe(sitter.frame(faces=faces))
    assert sit(followed, sitter).finished


def test_the_same_picture_twice_is_refused():
    followed, sitter = review(), Sitter()
    seen = followed.observe, sitter.frame()
    seen[0](seen[1])
    followed.observe(sitter.frame())
    with pytest.raises(LivenessRefused) as error:
        followed.observe(sitter.frame(sha256=seen[1].sha256))
    assert code_of(error) == "repeated_frame"


def test_a_frame_sent_again_as_a_still_is_refused():
    followed, sitter = review(), Sitter()
    sit(followed, sitter, stop=lambda said: said.wants_still)
    frame_hash = Sitter().frame().sha256
    with pytest.raises(LivenessRefused) as error:
        followed.add_still(frame_hash, sitter.embedding(), sitter.still()[2])
    assert code_of(error) == "repeated_frame"


@pytest.mark.parametrize(
    "overrides",
    [
        {"sequence": 0},
        {"sequence": 1},
        {"client_ms": 0.0},
        {"client_ms": math.nan},
        {"client_ms": math.inf},
        {"arrived_at": NOON - SECOND},
    ],
)
def test_frames_out_of_order_are_refused(overrides):
    followed, sitter = review(), Sitter()
    followed.observe(sitter.frame())
    followed.observe(sitter.frame())
    with pytest.raises(LivenessRefused) as error:
        followed.observe(sitter.frame(**overrides))
    assert code_of(error) == "out_of_order"


def test_a_frame_from_before_the_challenge_is_refused():
    with pytest.raises(LivenessRefused) as error:
        review().observe(Sitter().frame(arrived_at=NOON - SECOND))
    assert code_of(error) == "out_of_order"


def test_a_gap_is_refused():
    followed, sitter = review(), Sitter()
    followed.observe(sitter.frame())
    sitter.sequence += 16
    with pytest.raises(LivenessRefused) as error:
        followed.observe(sitter.frame())
    assert code_of(error) == "too_slow"


def test_too_few_frames_a_second_are_refused():
    with pytest.raises(LivenessRefused) as error:
        sit(review(), Sitter(fps=4.5), answer=lambda _: Action.CENTRE)
    assert code_of(error) == "too_slow"


def test_a_camera_of_ten_frames_a_second_is_fast_enough_while_it_gives_stills():
    sitter = Sitter(fps=10.0)
    original = sitter.still

    def instead_of_a_frame():
        taken = original()
        sitter.sequence += 1
        return taken

    sitter.still = instead_of_a_frame
    assert sit(review(), sitter).finished


@pytest.mark.parametrize("pace", [0.9, 1.2])
def test_a_page_whose_clock_runs_otherwise_is_refused(pace):
    followed, sitter = review(), Sitter()
    frames = [sitter.frame() for _ in range(100)]
    with pytest.raises(LivenessRefused) as error:
        watch(followed, [replace(frame, client_ms=frame.client_ms * pace) for frame in frames])
    assert code_of(error) == "late"


def test_frames_that_come_ever_later_are_refused():
    followed, sitter = review(), Sitter()
    late = [max(0.0, (number - 40) * 0.02) * SECOND for number in range(90)]
    frames = [sitter.frame() for _ in late]
    with pytest.raises(LivenessRefused) as error:
        watch(
            followed,
            [
                replace(frame, arrived_at=frame.arrived_at + held_back)
                for frame, held_back in zip(frames, late, strict=True)
            ],
        )
    assert code_of(error) == "late"


def test_a_network_that_holds_single_frames_back_is_no_offence():
    followed, sitter = review(*TURNS), Sitter()
    original, latest = sitter.frame, [NOON]

    def stalling(doing=Action.CENTRE, **overrides):
        frame = original(doing, **overrides)
        late = 0.5 * SECOND if frame.sequence % 12 == 0 else 0 * SECOND
        latest[0] = max(latest[0], frame.arrived_at + late)
        return replace(frame, arrived_at=latest[0])

    sitter.frame = stalling
    assert sit(followed, sitter).finished


@pytest.mark.parametrize(
    "pose", [{"yaw": 40.0}, {"yaw": -40.0}, {"pitch": 40.0}, {"yaw": math.nan}]
)
def test_a_head_that_jumps_is_refused(pose):
    followed, sitter = review(), Sitter()
    followed.observe(sitter.frame())
    with pytest.raises(LivenessRefused) as error:
        followed.observe(sitter.frame(**pose))
    assert code_of(error) == "jump"


def test_time_runs_out():
    followed, sitter = review(), Sitter()
    with pytest.raises(LivenessRefused) as error:
        followed.observe(sitter.frame(arrived_at=NOON + 60 * SECOND))
    assert code_of(error) == "expired"


@pytest.mark.parametrize(
    ("luma", "code"), [(30.0, "too_dark"), (230.0, "too_bright"), (math.nan, "too_dark")]
)
def test_light_that_stays_bad_is_refused(luma, code):
    followed, sitter = review(), Sitter()
    with pytest.raises(LivenessRefused) as error:
        watch(followed, (sitter.frame(luma=luma) for _ in range(15 * 7)))
    assert code_of(error) == code


def test_light_that_gets_better_is_forgiven():
    followed, sitter = review(), Sitter()
    for _ in range(15 * 5):
        followed.observe(sitter.frame(luma=30.0))
    assert sit(followed, sitter).finished


def test_a_face_that_stays_far_away_is_refused_for_that():
    followed, sitter = review(), Sitter(looks={"face_height": 90.0})
    with pytest.raises(LivenessRefused) as error:
        sit(followed, sitter)
    assert code_of(error) == "too_far"


def test_a_stranger_among_the_first_frames_is_refused():
    followed, sitter = review(), Sitter()
    sit(followed, sitter, stop=lambda said: said.progress > 0.2)
    sitter.template = face(2)
    with pytest.raises(IdentityRefused) as error:
        sit(followed, sitter)
    assert code_of(error) == "face_changed"


@pytest.mark.parametrize(
    "moment", [Action.SMILE, Action.TURN_LEFT, Action.TURN_RIGHT, Action.BLINK]
)
def test_somebody_who_takes_over_is_refused(moment):
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, moment)
    sitter.template = face(2)
    with pytest.raises(IdentityRefused) as error:
        sit(followed, sitter)
    assert code_of(error) == "face_changed"


# An action by another face than the one in the middles.

PERFORMED = (
    Action.SMILE,
    Action.MOUTH_OPEN,
    Action.BLINK,
    Action.TURN_LEFT,
    Action.TURN_RIGHT,
    Action.LOOK_UP,
)


def review_of(action):
    """Return a review in which the action is among those asked for, before the rest."""
    assent = Action.MOUTH_OPEN if action is Action.MOUTH_OPEN else Action.SMILE
    first = () if action is assent else (action,)
    return review(*first, *(turn for turn in TURNS if turn is not action), assent=assent)


def perform_until_asked(followed, sitter, action):
    """Come to the action, begin it and stop at the frame whose embedding is wanted."""
    until(followed, sitter, action)
    return sit(followed, sitter, stop=lambda said: said.wants_embedding and sitter.performing > 0)


@pytest.mark.parametrize("action", PERFORMED)
@pytest.mark.parametrize("fps", [10.0, 15.0, 30.0])
def test_a_picture_between_the_actions_of_somebody_else_is_refused(action, fps):
    followed = review_of(action)
    sitter = Sitter(fps=fps, degrees_per_frame=100 / fps, score_per_frame=4 / fps)
    until(followed, sitter, action)
    sitter.performer = face(2)
    with pytest.raises(IdentityRefused) as error:
        sit(followed, sitter, stop=lambda said: said.instruction is not action)
    assert code_of(error) == "face_changed"


@pytest.mark.parametrize("seed", range(12))
def test_somebody_who_performs_all_actions_for_a_picture_is_refused_at_the_first(seed):
    followed, sitter = review(seed=seed), Sitter(performer=face(2))
    with pytest.raises(IdentityRefused) as error:
        sit(followed, sitter)
    assert code_of(error) == "face_changed"
    assert sitter.asked is a_challenge(seed=seed).assent


@pytest.mark.parametrize("action", PERFORMED)
def test_an_action_counts_only_once_its_face_was_compared(action):
    followed, sitter = review_of(action), Sitter()
    perform_until_asked(followed, sitter, action)
    asked_about, embedding = sitter.sequence, sitter.embedding()
    for doing in (action,) * 4 + (Action.CENTRE,) * 12:
        said = followed.observe(sitter.frame(doing))
        assert said.instruction is action
        assert not said.wants_embedding
    followed.add_embedding(asked_about, embedding)
    sitter.asked = followed.observe(sitter.frame()).instruction
    assert sitter.asked is Action.CENTRE
    assert sit(followed, sitter).finished


@pytest.mark.parametrize("action", PERFORMED)
def test_a_late_embedding_of_somebody_else_is_refused(action):
    followed, sitter = review_of(action), Sitter()
    perform_until_asked(followed, sitter, action)
    asked_about = sitter.sequence
    for _ in range(10):
        followed.observe(sitter.frame())
    with pytest.raises(IdentityRefused) as error:
        followed.add_embedding(asked_about, face(2))
    assert code_of(error) == "face_changed"


def test_an_action_whose_embedding_got_lost_is_done_again():
    followed, sitter = review(*TURNS), Sitter()
    perform_until_asked(followed, sitter, Action.TURN_LEFT)
    for _ in range(35):
        assert followed.observe(sitter.frame()).instruction is Action.TURN_LEFT
    assert sit(followed, sitter).finished


def test_an_action_that_is_never_compared_is_refused():
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.TURN_LEFT)
    with pytest.raises(LivenessRefused) as error:
        watch(followed, (sitter.frame(Action.TURN_LEFT) for _ in range(200)))
    assert code_of(error) == "no_response"


def test_a_blink_of_one_frame_is_enough():
    followed, sitter = review(Action.BLINK, Action.TURN_LEFT), Sitter()
    until(followed, sitter, Action.BLINK)
    assert followed.observe(sitter.frame(eyes_closed=0.7)).wants_embedding
    followed.add_embedding(sitter.sequence, sitter.embedding())
    assert followed.observe(sitter.frame()).instruction is Action.CENTRE


def test_a_face_is_compared_where_the_turn_begins_to_count():
    followed, sitter = review(*TURNS), Sitter(degrees_per_frame=6.0)
    perform_until_asked(followed, sitter, Action.TURN_LEFT)
    assert 20.0 <= sitter.pose["yaw"] < 26.0


def test_a_face_that_looks_up_is_compared_on_the_way():
    followed, sitter = review(Action.LOOK_UP, Action.TURN_LEFT), Sitter(degrees_per_frame=6.0)
    perform_until_asked(followed, sitter, Action.LOOK_UP)
    assert 10.0 <= sitter.pose["pitch"] <= 25.0


@pytest.mark.parametrize(
    ("action", "axis", "past"), [(Action.TURN_LEFT, "yaw", 45.0), (Action.LOOK_UP, "pitch", 36.0)]
)
def test_a_head_that_moves_too_far_is_asked_back_and_compared_there(action, axis, past):
    followed, sitter = review(action, Action.BLINK), Sitter(fps=6.0)
    until(followed, sitter, action)
    frames = [sitter.frame(**{axis: angle}) for angle in (past / 5, past, past, past)]
    said = [followed.observe(frame) for frame in frames]
    assert said[-1].instruction is action
    assert said[-1].hint == "A little back again."
    assert not any(directive.wants_embedding for directive in said[1:])
    assert followed.observe(sitter.frame(**{axis: 22.0})).wants_embedding
    followed.add_embedding(sitter.sequence, sitter.embedding())
    assert followed.observe(sitter.frame()).instruction is Action.CENTRE


def test_an_action_in_the_dark_is_not_compared_but_done_again_in_the_light():
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.SMILE)
    sitter.looks["luma"] = 30.0
    for _ in range(6):
        said = followed.observe(sitter.frame(Action.SMILE))
        assert not said.wants_embedding
    assert said.hint == HINTS[Obstacle.TOO_DARK]
    del sitter.looks["luma"]
    assert sit(followed, sitter).finished


def test_an_embedding_that_is_not_a_number_is_refused():
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.SMILE)
    sit(followed, sitter, stop=lambda said: said.wants_embedding)
    with pytest.raises(IdentityRefused):
        followed.add_embedding(sitter.sequence, (math.nan,) * 128)


def test_a_still_of_somebody_else_is_refused():
    followed, sitter = review(), Sitter()
    sit(followed, sitter, stop=lambda said: said.wants_still)
    sha256, _, evidence = sitter.still()
    with pytest.raises(IdentityRefused) as error:
        followed.add_still(sha256, face(2), evidence)
    assert code_of(error) == "face_changed"


def test_stills_that_cannot_be_kept_are_refused_as_such():
    followed, sitter = review(), Sitter()
    blinking = sitter.still

    def still():
        sha256, template, evidence = blinking()
        return sha256, template, replace(evidence, eyes_closed=0.8)

    sitter.still = still
    with pytest.raises(LivenessRefused) as error:
        sit(followed, sitter)
    assert code_of(error) == "no_still"


def test_stills_that_never_come_are_refused():
    followed, sitter = review(), Sitter()
    followed.add_still = lambda *_: None
    with pytest.raises(LivenessRefused) as error:
        sit(followed, sitter)
    assert code_of(error) == "no_still"


def test_an_embedding_that_was_not_asked_for_is_refused():
    followed, sitter = review(), Sitter()
    said = followed.observe(sitter.frame())
    assert said.wants_embedding
    with pytest.raises(LivenessRefused) as error:
        followed.add_embedding(sitter.sequence + 1, sitter.embedding())
    assert code_of(error) == "out_of_order"


def test_a_still_that_was_not_asked_for_is_refused():
    followed, sitter = review(), Sitter()
    followed.observe(sitter.frame())
    with pytest.raises(LivenessRefused) as error:
        followed.add_still(*sitter.still())
    assert code_of(error) == "out_of_order"


# The verdict.


def test_there_is_no_verdict_before_the_first_frame():
    with pytest.raises(LivenessRefused) as error:
        review().verdict(NOON, "capture")
    assert code_of(error) == "unfinished"


@pytest.mark.parametrize("moment", [Action.SMILE, Action.TURN_LEFT, Action.BLINK])
def test_there_is_no_verdict_halfway(moment):
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, moment)
    with pytest.raises(LivenessRefused) as error:
        followed.verdict(sitter.now, "capture")
    assert code_of(error) == "unfinished"


def test_there_is_no_verdict_after_the_challenge_ended():
    followed, sitter = review(), Sitter()
    sit(followed, sitter)
    with pytest.raises(LivenessRefused) as error:
        followed.verdict(NOON + 60 * SECOND, "capture")
    assert code_of(error) == "expired"


def test_a_refused_capture_stays_refused():
    followed, sitter = review(), Sitter()
    followed.observe(sitter.frame())
    with pytest.raises(LivenessRefused):
        followed.observe(sitter.frame(yaw=60.0))
    for attempt in (
        lambda: followed.observe(sitter.frame()),
        lambda: followed.add_embedding(0, sitter.embedding()),
        lambda: followed.add_still(*sitter.still()),
        lambda: followed.verdict(sitter.now, "capture"),
    ):
        with pytest.raises(LivenessRefused) as error:
            attempt()
        assert code_of(error) == "jump"


def test_every_refusal_has_its_own_sentence():
    codes = ["no_face", "two_faces", "too_far", "too_dark", "too_bright", "no_response"]
    codes += ["wrong_action", "repeated_frame", "out_of_order", "too_slow", "jump", "no_still"]
    codes += ["late", "colours_weak", "colours_wrong", "colours_everywhere", "colours_unseen"]
    codes += ["colours_flat"]
    sentences = {refused(code).what for code in codes}
    assert len(sentences) == len(codes)
    assert all(refused(code).why and refused(code).next_step for code in codes)


def test_a_likeness_at_the_edge_of_continuity_is_still_the_same_person():
    followed, sitter = review(*TURNS), Sitter()
    until(followed, sitter, Action.SMILE)
    sit(followed, sitter, stop=lambda said: said.wants_embedding)
    followed.add_embedding(sitter.sequence, near(sitter.template, 0.4, seed=1))
