"""The style of our own lessons: nothing said twice, nothing said in vain, prerequisites linked."""

import re
from collections import defaultdict

import pytest

from content import markdown
from content.catalogue import Catalogue, load
from content.lesson import Lesson

SHORTEST = 6  # words: shorter sentences may well be equal

FILLERS = re.compile(
    r"\b(?:in today's world|in the world of|in the realm of|it is (?:important|worth) (?:to note|noting)|"
    r"needless to say|as we all know|let's|let us|dives? into(?! deep learning)|delve|"
    r"deep dive|unlock the|game.changer|"
    r"in this (?:lesson|section|article)|in conclusion|to sum up|buckle up|ever.evolving|cutting.edge)\b",
    re.IGNORECASE,
)
"""Openings and phrases that say nothing."""

LINK = re.compile(r"\[\[([a-z0-9-]+)(?:\|[^\]]*)?\]\]")
POINTING = re.compile(r"(?:It|This|That|These|Those|They)\b(?! (?:is|was) (?:how|why|what)\b)")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="module")
def lessons(catalogue: Catalogue) -> list[Lesson]:
    return list(catalogue.lessons.values())


def said(lesson: Lesson) -> list[str]:
    """Every sentence of the lesson, those of the questions' answers included."""
    bodies = [*lesson.sections, *lesson.questions]
    return list(dict.fromkeys(sentence for body in bodies for sentence in body.sentences))


def bare(sentence: str) -> str:
    """The sentence without what does not change its meaning."""
    return " ".join(re.findall(r"\w+", LINK.sub(lambda link: link[0].split("|")[-1], sentence).lower()))


def test_no_lesson_repeats_another_ones_sentence(lessons: list[Lesson]) -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for lesson in lessons:
        for sentence in said(lesson):
            if len(sentence.split()) >= SHORTEST:
                where[bare(sentence)].add(lesson.concept)
    assert {sentence: found for sentence, found in where.items() if len(found) > 1} == {}


def test_no_lesson_asks_what_another_one_asks(lessons: list[Lesson]) -> None:
    where: dict[str, set[str]] = defaultdict(set)
    for lesson in lessons:
        for question in lesson.questions:
            where[bare(question.question)].add(lesson.concept)
    assert {question: found for question, found in where.items() if len(found) > 1} == {}


def test_no_sentence_is_filler(lessons: list[Lesson]) -> None:
    found = [(lesson.concept, sentence) for lesson in lessons for sentence in said(lesson) if FILLERS.search(sentence)]
    assert found == []


def test_every_answer_names_its_subject_at_once(lessons: list[Lesson]) -> None:
    """An answer is shown by itself, so that its first word can't point back."""
    found = [
        (lesson.concept, question.question)
        for lesson in lessons
        for question in lesson.questions
        if POINTING.match(question.sentences[0])
    ]
    assert found == []


def test_every_lesson_links_what_it_needs(catalogue: Catalogue, lessons: list[Lesson]) -> None:
    missing = {}
    for lesson in lessons:
        text = "\n".join(section.body for section in lesson.sections) + "\n".join(
            question.answer for question in lesson.questions
        )
        linked = set(LINK.findall(text))
        left = [id for id in catalogue.concept(lesson.concept).requires if id not in linked]
        if left:
            missing[lesson.concept] = left
    assert missing == {}


def test_a_summary_is_one_sentence_that_names_something(lessons: list[Lesson]) -> None:
    for lesson in lessons:
        assert len(markdown.sentences(lesson.summary)) == 1, lesson.concept
        assert len(lesson.summary.split()) <= 30, lesson.concept
        assert not POINTING.match(lesson.summary), lesson.concept


def test_a_repeated_sentence_would_be_found() -> None:
    one = "The [[adam|optimiser]] keeps two averages of every gradient."
    assert bare(one) == bare("the optimiser keeps two averages of every gradient")
    assert bare(one) != bare("The optimiser keeps one average of every gradient.")
    assert FILLERS.search("Let's dive into it.")
