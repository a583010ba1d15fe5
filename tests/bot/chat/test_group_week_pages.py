"""What a group reads of its week: short, plain, within Discord's limits, and no figure of anybody's own."""

from dataclasses import replace
from datetime import UTC, date, timedelta
from datetime import datetime as moment

from bot.chat.group_week_pages import (
    FROM_THE_PLAN,
    TOGETHER,
    course_page,
    digest_page,
    meeting_page,
    nudge_text,
    plan_page,
)
from bot.chat.rendering import PAGE_LIMIT, Page
from bot.groups.agenda import Strengths, agenda
from bot.groups.digest import Digest, Named
from bot.groups.group_weeks import CourseView
from bot.groups.week import Week
from bot.groups.week_posts import DigestPost, MeetingPost, NudgePost, PlanPost
from content.catalogue import Catalogue
from tests.bot.conftest import concept
from tests.bot.groups.test_week_posts import GROUP, MONDAY

FIRST = Week(1, MONDAY.date(), ("regularization", "dropout"))
NEXT = Week(2, FIRST.monday + timedelta(days=7), ("batch-normalization",))
AT = moment(2026, 3, 4, 17, 30, tzinfo=UTC)


def plan(**changed: object) -> PlanPost:
    return replace(PlanPost(GROUP, FIRST, 2, (), AT, False), **changed)  # type: ignore[arg-type]


def look_back(digest: Digest, catalogue: Catalogue, names: dict[int, str] | None = None) -> Page:
    return digest_page(DigestPost(GROUP, FIRST, digest, NEXT, AT), names or {}, catalogue)


def test_a_plan_says_what_moved_up_and_why(catalogue: Catalogue) -> None:
    text = plan_page(plan(passed=("multilayer-perceptron",)), catalogue).text
    assert "Multi-layer perceptrons. Most of you have mastered that, so Dropout moved up." in text
    assert "Dropout switches units off at random during training." in text
    assert "opens the way to Batch normalisation" in text
    assert "Passed over" not in plan_page(plan(), catalogue).text


def test_a_plan_that_is_through_says_what_to_do_next(catalogue: Catalogue) -> None:
    page = plan_page(plan(week=Week(3, NEXT.monday, ()), through=True, passed=("dropout",)), catalogue)
    assert page.title == "The plan is through"
    assert "Most of you have mastered that." in page.text
    assert "/group find" in page.text


def test_what_has_left_the_curriculum_is_still_named(catalogue: Catalogue) -> None:
    assert "old-thing" in plan_page(plan(week=Week(1, FIRST.monday, ("old-thing",))), catalogue).text


def test_an_agenda_says_where_it_comes_from_and_nothing_of_anybody(catalogue: Catalogue) -> None:
    members: list[Strengths] = [{"dropout": 0.1234}, {"dropout": 0.5678}, {"dropout": 0.9012}]
    drawn = agenda(members, FIRST.concepts, FIRST.concepts, 60)
    text = meeting_page(MeetingPost(GROUP, drawn, AT, False), catalogue).text
    assert TOGETHER in text
    digits = {one for one in text.replace(str(int(AT.timestamp())), "") if one.isdigit()}
    assert digits == set("12360 15 30 15".replace(" ", ""))  # the parts' numbers and minutes, and the meeting's
    fallback = agenda(members[:2], FIRST.concepts, FIRST.concepts, 60)
    assert FROM_THE_PLAN in meeting_page(MeetingPost(GROUP, fallback, AT, True), catalogue).text


def test_a_digest_says_effort_first_and_names_last(catalogue: Catalogue) -> None:
    found = Digest(True, 5, 84, ("dropout",), (), (Named(1, 3, ("dropout",)), Named(2, 1, ())), 4)
    text = look_back(found, catalogue, {1: "*Ada*"}).text
    assert text.startswith("**Effort:** together you practised on 5 days of the week and answered 84 questions.")
    assert "• \\*Ada\\*: 3 days with effort, and mastered Dropout" in text
    assert "1 day" not in text  # who has left the server is not named
    assert "4 members came" in text


def test_where_figures_would_be_somebodys_own_there_are_none(catalogue: Catalogue) -> None:
    text = look_back(Digest(True), catalogue).text
    assert "there was practice this week" in text
    assert "together" not in text


def test_a_quiet_week_is_no_reproach(catalogue: Catalogue) -> None:
    page = look_back(Digest(False, silent=1), catalogue)
    assert page.title == "Week 1: a quiet one"
    assert page.text.startswith("A quiet week; everybody needs one.")
    assert look_back(Digest(False, silent=3), catalogue).title == "A quiet time"


def test_a_whole_plan_marks_the_current_week_in_words(catalogue: Catalogue) -> None:
    view = CourseView(GROUP, (FIRST, NEXT), ("multilayer-perceptron",), FIRST.monday, True, AT, "no.", True, True)
    text = course_page(view, catalogue).text
    assert "▶ **Week 1, from Monday 2 March (now):** Regularisation, Dropout" in text
    assert "**Events:** no." in text
    assert "Resting" in text
    assert "Events" not in course_page(replace(view, in_charge=False), catalogue).text
    assert "(now)" not in course_page(replace(view, begun=False), catalogue).text


def test_the_longest_pages_fit(catalogue: Catalogue) -> None:
    long = {f"c{number}": concept(f"c{number}", "A very long title of a concept " * 3) for number in range(40)}
    wide = replace(catalogue, concepts=long)
    group = replace(GROUP, name="*" * 60, concepts=tuple(long))
    weeks = tuple(Week(n, date(2026, 3, 2) + timedelta(days=7 * n), tuple(long)[n : n + 5]) for n in range(35))
    view = CourseView(group, weeks, tuple(long), weeks[0].monday, True, AT, "", False, False)
    named = tuple(Named(person, 7, tuple(long)) for person in range(25))
    found = Digest(True, 7, 999, tuple(long), tuple(long), named, 25)
    names = dict.fromkeys(range(25), "n" * 32)
    for page in (
        course_page(view, wide),
        plan_page(PlanPost(group, weeks[0], 35, tuple(long), AT, False), wide),
        digest_page(DigestPost(group, weeks[0], found, weeks[1], AT), names, wide),
    ):
        assert len(page.title) + len(page.text) + len(page.footer) <= PAGE_LIMIT
    assert len(nudge_text(NudgePost(1, group, tuple(long)), wide)) <= 2000
