"""Pages: what a learner reads for each verdict, and Discord's limits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.behind import Equations, Sources
from bot.chat.rendering import (
    FIELD_LIMIT,
    MESSAGE_LIMIT,
    PAGE_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    Field,
    Page,
    answer_page,
    equations_page,
    link,
    plain_text,
    quoted,
    shortened,
    sources_page,
    within_limits,
)
from bot.questions import harmless
from content.catalogue import Catalogue
from content.lesson import Figure
from index.answers import Answer, AnswerPassage, Source
from tests.bot.conftest import ANSWER

RELATED = replace(ANSWER, verdict="related", answer="I am not sure. The closest lesson is **Dropout**.")
DECLINED = replace(
    ANSWER, verdict="decline", concept=None, concepts=(), answer="I teach something else.", passages=(), sources=()
)


def test_an_answer_shows_its_concept_its_text_where_it_is_from_its_sources_and_the_way_on(
    catalogue: Catalogue,
) -> None:
    page = answer_page(ANSWER, catalogue)
    assert page.title == "Dropout"
    assert page.question == "why does dropout help?"
    assert page.text == ANSWER.answer
    assert page.footer == "From the lesson Dropout › Why does dropout help?"
    assert page.fields == (
        Field("Sources", "• [A Book](https://example.org/book)\n• A talk"),
        Field("Where next", "Builds on: Regularisation\nLeads to: Batch normalisation"),
    )
    assert page.formulas == ()


def test_a_mathematical_answer_brings_its_formula(catalogue: Catalogue) -> None:
    said = "Dropout multiplies by a mask."
    passage = AnswerPassage("dropout", "The mathematics", said, 0.9)
    page = answer_page(replace(ANSWER, answer=said, passages=(passage,)), catalogue)
    assert page.formulas == (r"\tilde h = \frac{m \odot h}{1 - p}",)
    assert page.figure is None


@pytest.mark.parametrize(("section", "shown"), [("Intuition", True), ("In one minute", True), ("Pitfalls", False)])
def test_the_lessons_figure_stands_where_the_lesson_explains(catalogue: Catalogue, section: str, shown: bool) -> None:
    figure = Figure(name="dropout", alt="A net with crossed-out units.")
    lesson = replace(catalogue.lessons["dropout"], figure=figure)
    pictured = replace(catalogue, lessons={"dropout": lesson})
    page = answer_page(replace(ANSWER, passages=(AnswerPassage("dropout", section, "Text.", 0.9),)), pictured)
    assert page.figure == (figure if shown else None)


def test_a_comparison_names_both_concepts_and_both_places(catalogue: Catalogue) -> None:
    passages = (
        AnswerPassage("dropout", "In one minute", "Dropout switches units off.", 0.9),
        AnswerPassage("batch-normalization", "In one minute", "Batch normalisation rescales.", 0.8),
        AnswerPassage("regularization", "Intuition", "Regularisation was only close.", 0.7),
    )
    text = "**Dropout**\nDropout switches units off.\n\n**Batch normalisation**\nBatch normalisation rescales."
    page = answer_page(replace(ANSWER, answer=text, passages=passages), catalogue)
    assert page.title == "Dropout and Batch normalisation"
    assert page.footer == "From the lesson Dropout › In one minute; Batch normalisation › In one minute"


@pytest.mark.parametrize(
    ("answer", "title"),
    [
        (RELATED, "I am not sure about this one"),
        (replace(RELATED, concept="regularization"), "Regularisation: lesson on its way"),
        (DECLINED, "Not something I can answer"),
    ],
)
def test_where_nothing_is_claimed_the_answers_own_words_stand_alone(
    catalogue: Catalogue, answer: Answer, title: str
) -> None:
    page = answer_page(answer, catalogue)
    assert (page.title, page.text) == (title, answer.answer)
    assert (page.fields, page.footer, page.formulas, page.figure) == ((), "", (), None)


def test_the_three_verdicts_are_told_apart_by_words_not_by_colour_alone(catalogue: Catalogue) -> None:
    titles = {answer_page(answer, catalogue).title for answer in (ANSWER, RELATED, DECLINED)}
    assert len(titles) == 3


def test_formulas_carry_the_numbers_that_stand_for_them_in_the_text() -> None:
    page = equations_page(
        Equations("dropout", "Dropout", "The mathematics", "First **(1)**, then **(2)**.", ("a", "b"))
    )
    assert page.text == "First **(1)**, then **(2)**."
    assert page.formulas == (r"\text{(1)} \quad a", r"\text{(2)} \quad b")


def test_sources_tell_authors_kind_and_level_as_far_as_known(catalogue: Catalogue) -> None:
    page = sources_page(
        Sources((("Dropout", "Intuition"),), (catalogue.resources["a-book"],), (Source("A talk", None),))
    )
    assert page.text == "• [A Book](https://example.org/book) (A. Author; book; beginner)\n• A talk"
    assert page.fields == (Field("In the lessons", "• Dropout › Intuition"),)


@pytest.mark.parametrize(
    ("title", "url", "shown"),
    [
        ("A Book", None, "A Book"),
        ("A [new] Book", "https://x.org/a b_(c)", "[A (new) Book](https://x.org/a%20b_(c%29)"),
    ],
)
def test_a_link_stays_a_link_whatever_its_title(title: str, url: str | None, shown: str) -> None:
    assert link(title, url) == shown


@pytest.mark.parametrize("ping", ["@everyone", "@here", "<@123>", "<@!123>", "<@&123>"])
def test_nothing_that_a_learner_wrote_pings(ping: str) -> None:
    assert ping not in harmless(f"hey {ping}!")


def test_an_address_is_not_a_ping() -> None:
    assert harmless("me@example.org") == "me@example.org"


def test_a_quoted_question_does_nothing_in_a_message() -> None:
    said = quoted("@everyone **why**\n# does [dropout](https://evil.example) help <@123>?")
    assert said == (
        "@\u200beveryone \\*\\*why\\*\\* \\# does \\[dropout\\]\\(https\\://evil.example\\) help \\<@\u200b123\\>?"
    )


@given(st.text(alphabet="ab `\n", max_size=400), st.integers(min_value=20, max_value=200))
def test_a_shortened_text_fits_and_leaves_no_code_open(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    assert len(cut) <= limit
    if len(text) > limit:
        assert sum(line.startswith("```") for line in cut.split("\n")) % 2 == 0 or "```" not in text


def test_a_cut_inside_a_code_block_closes_it() -> None:
    text = "Before.\n\n```python\n" + "print('a line')\n" * 20 + "```\n\nAfter."
    cut = shortened(text, 120)
    assert cut.startswith("Before.\n\n```python\n")
    assert cut.endswith("print('a line')\n``` …")


def test_a_cut_never_goes_through_a_word() -> None:
    assert shortened("dropout forbids units to rely on one neighbour", 24) == "dropout forbids units …"


def size(page: Page) -> int:
    return len(page.title) + len(page.text) + len(page.question) + len(page.footer) + sum(map(len, page.fields))


def test_no_part_of_a_page_and_not_all_of_them_exceed_what_discord_takes() -> None:
    lines = "\n".join(f"• [A title](https://example.org/{number})" for number in range(200))
    page = within_limits(
        Page(
            title="t " * 400,
            text="word " * 2000,
            colour=0,
            question="q " * 2000,
            fields=tuple(Field("n" * 300, lines) for _ in range(9)),
            footer="f " * 3000,
        )
    )
    assert max(len(page.title), len(page.question)) <= TITLE_LIMIT
    assert len(page.text) <= TEXT_LIMIT
    assert all(len(field.text) <= FIELD_LIMIT and field.text.endswith(")") for field in page.fields)
    assert size(page) <= PAGE_LIMIT
    assert len(plain_text(page)) <= MESSAGE_LIMIT


def test_the_plain_form_says_the_same_in_one_message(catalogue: Catalogue) -> None:
    text = plain_text(answer_page(ANSWER, catalogue))
    assert text.startswith("**Dropout**\n\nDropout helps because no unit")
    assert "[A Book](https://example.org/book)" in text
    assert text.endswith("From the lesson Dropout › Why does dropout help?")
