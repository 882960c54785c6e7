import pytest


@pytest.fixture(scope="session")
def shown(cast, meter):
    """The largest face in an action's extreme frame of a subject; measured once a run."""
    known = {}

    def face(subject, action):
        if (subject, action) not in known:
            member = cast[subject]
            found = meter.faces(member.frame(member.clips[action][-1]).image)
            assert len(found) == 1
            known[subject, action] = found[0]
        return known[subject, action]

    return face
