import pytest

from training.states import FOLLOWING, MOST_LOSSES, OPEN, STATES, State, after_loss, before


def test_every_state_is_known_and_only_open_ones_and_the_lost_go_on() -> None:
    assert set(FOLLOWING) == set(STATES)
    assert {state for state in STATES if FOLLOWING[state]} == OPEN | {"lost"}


@pytest.mark.parametrize(
    ("state", "from_"),
    [
        ("queued", {"leased", "running", "lost"}),
        ("leased", {"queued"}),
        ("running", {"leased"}),
        ("done", {"running"}),
        ("lost", {"leased", "running"}),
    ],
)
def test_a_state_is_come_to_only_from_some(state: State, from_: set[State]) -> None:
    assert set(before(state)) == from_


def test_what_is_lost_waits_again_a_few_times_unless_it_is_to_stop() -> None:
    assert after_loss(1, False) == after_loss(MOST_LOSSES - 1, False) == "queued"
    assert after_loss(MOST_LOSSES, False) == "lost"
    assert after_loss(1, True) == "cancelled"
