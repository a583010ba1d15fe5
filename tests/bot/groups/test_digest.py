"""Digests: effort before score, names only of who chose it, and no figure that is one member's own."""

from datetime import date, timedelta
from itertools import product

from bot.groups.digest import Digest, MemberWeek, Named, digest

MONDAY = date(2026, 3, 2)
CONCEPTS = ("a", "b", "c")


def member(person: int, days: int = 0, *, shares: bool = False, questions: int | None = None) -> MemberWeek:
    practised = frozenset(MONDAY + timedelta(days=number) for number in range(days))
    return MemberWeek(person, shares, practised, days * 5 if questions is None else questions)


def of(*members: MemberWeek, came: int | None = None, silent_before: int = 0) -> Digest:
    return digest(members, CONCEPTS, came, silent_before)


def test_days_and_questions_are_added_up_over_the_group() -> None:
    shown = of(member(1, 2), member(2, 4), member(3, 1), came=2)
    assert (shown.active, shown.days, shown.questions, shown.came) == (True, 4, 35, 2)
    assert shown.named == ()


def test_two_members_have_no_sum() -> None:
    shown = of(member(1, 2), member(2, 4))
    assert (shown.active, shown.days, shown.questions) == (True, None, None)


def test_only_who_shares_their_name_is_named_with_their_days_and_what_they_mastered() -> None:
    ada = MemberWeek(1, True, member(1, 2).days, 9, mastered=frozenset("ab"), mastered_before=frozenset("a"))
    shown = of(ada, member(2, 4), member(3, 3), member(4, 1, shares=True))
    assert shown.named == (Named(1, 2, ("b",)), Named(4, 1, ()))


def test_names_stand_in_the_order_in_which_members_came_not_by_what_they_did() -> None:
    shown = of(member(1, 1, shares=True), member(2, 5, shares=True), member(3, 3, shares=True))
    assert [one.person for one in shown.named] == [1, 2, 3]


def test_who_shares_their_name_and_did_nothing_is_not_named() -> None:
    assert of(member(1, 0, shares=True), member(2, 1), member(3, 1)).named == ()


def test_a_sum_is_not_said_where_it_would_be_one_members() -> None:
    """Two who share their names and did nothing leave the third's questions and days alone in the sums."""
    shown = of(member(1, 0, shares=True), member(2, 0, shares=True), member(3, 5))
    assert (shown.days, shown.questions) == (None, None)


def test_nothing_of_one_of_three_can_be_worked_out_from_what_another_knows() -> None:
    """Whatever the viewer knows (their own figures and what is named), every other hidden member's number of questions
    could be another without a change of the digest.
    """
    for shares in product((False, True), repeat=3):
        for days in product((0, 1, 3), repeat=3):
            members = [member(person, days[person], shares=shares[person]) for person in range(3)]
            shown = of(*members)
            for viewer, target in ((0, 2), (1, 2), (2, 0)):
                third = 3 - viewer - target
                if not days[target] or (shares[third] and not days[third]):
                    continue
                moved = list(members)
                moved[target] = member(target, days[target], shares=shares[target], questions=days[target] * 5 + 1)
                moved[third] = member(third, days[third], shares=shares[third], questions=days[third] * 5 - 1)
                assert of(*moved) == shown


def test_concepts_are_begun_together_once_the_third_has_begun_them() -> None:
    def begun(person: int, now: str, before: str = "") -> MemberWeek:
        return MemberWeek(person, False, member(person, 1).days, 1, frozenset(now), frozenset(before))

    shown = of(begun(1, "ab", "ab"), begun(2, "ab", "a"), begun(3, "ac", "a"), begun(4, "b"), begun(5, "c"))
    assert shown.begun == ("b",)
    assert of(begun(1, "a"), begun(2, "a")).begun == ()


def test_together_is_not_said_where_it_would_say_who() -> None:
    """To three it would say that both others did; to who did not, of four, that all others did."""
    everybody = [MemberWeek(person, False, member(person, 1).days, 1, frozenset("a")) for person in range(5)]
    for people in (3, 4):
        assert of(*everybody[:people]).begun == ()
    assert of(*everybody).begun == ("a",)


def test_a_silent_week_counts_and_an_active_one_begins_anew() -> None:
    assert of(member(1), member(2), member(3)) == Digest(active=False, silent=1)
    third = of(member(1), member(2), silent_before=2)
    assert third.asks_to_pause
    assert not of(member(1), member(2), silent_before=1).asks_to_pause
    assert of(member(1, 1), member(2), silent_before=2).silent == 0


def test_who_only_came_to_the_meeting_was_there() -> None:
    shown = of(member(1), member(2), came=1)
    assert (shown.active, shown.days) == (True, 0)
    assert not of(member(1), member(2), member(3), came=0).active


def test_a_group_without_people_is_silent() -> None:
    assert of().silent == 1
