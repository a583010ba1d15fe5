"""Searching, with the real encoder."""

from pathlib import Path

import numpy as np
import pytest

from index.build import build_index
from index.embedding import Encoder
from index.passages import Passage
from index.search import LONGEST_QUESTION, Index, Part
from tests.index.conftest import SMALL


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Why are neurons randomly turned off?", "dropout"),
        ("what smooths the gradient direction over time", "momentum"),
        ("how do queries match keys", "attention"),
        ("filters sliding over pictures", "convolution"),
        ("how does atention wiegh its valeus?", "attention"),
    ],
)
def test_the_passage_that_answers_comes_first(small: Index, encoder: Encoder, question: str, found: str) -> None:
    result = small.find(question, 3, encoder)
    assert result.hits[0].passage.id == found
    assert not result.lexical


def test_hits_come_best_first_with_their_evidence(small: Index, encoder: Encoder) -> None:
    result = small.find("What happens to dropout at test time?", 10, encoder)
    scores = [hit.score for hit in result.hits]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) == len(SMALL)  # k may be more than there is
    best = result.hits[0]
    assert best.passage.sentences[best.sentence] == "At test time all are on."
    assert best.cosine == pytest.approx(result.best_cosine)
    assert 0.5 < best.cosine <= 1
    assert 0.5 < best.maxsim <= 1
    assert best.bm25 > 0
    assert 0 < best.coverage <= result.coverage <= 1
    assert result.idf > 0


def test_cosines_tell_the_subject_from_another(small: Index, encoder: Encoder) -> None:
    on = small.find("does adam use squared gradients", 1, encoder)
    off = small.find("best pizza in Naples", 1, encoder)
    assert on.best_cosine > off.best_cosine + 0.3
    assert on.coverage > off.coverage == 0


def test_without_a_query_words_alone_decide(small: Index) -> None:
    result = small.search("gradients of momentum", 5)
    assert result.lexical
    assert [hit.passage.id for hit in result.hits] == ["momentum", "adam"]
    assert [hit.score for hit in result.hits] == [hit.bm25 for hit in result.hits]
    assert result.hits[0].passage.sentences[result.hits[0].sentence].startswith("Momentum keeps")
    assert result.best_cosine == 0
    assert small.search("pizza", 5).hits == ()


def test_a_predicate_hides_passages_and_what_they_know(small: Index, encoder: Encoder) -> None:
    def others(passage: Passage) -> bool:
        return passage.id != "dropout"

    result = small.find("what does dropout do to units", 10, encoder, others)
    assert "dropout" not in [hit.passage.id for hit in result.hits]
    assert len(result.hits) == len(SMALL) - 1
    assert result.coverage < small.find("what does dropout do to units", 10, encoder).coverage
    assert small.find("what does dropout do", 10, encoder, lambda passage: False).hits == ()


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   \n",
        "the of and is",
        "?!... ---",
        "🙂🙂🙂",
        "dropout " * 1_000,
        "x" * 5_000,
        "深度学习是什么",
        "a\x00b",
        "\ud800 dropout",
        "[CLS] [SEP] [PAD] [MASK]",
        "'; DROP TABLE learners; --",
    ],
)
def test_no_question_breaks_a_search(small: Index, encoder: Encoder, question: str) -> None:
    for result in (small.find(question, 5, encoder), small.search(question, 5)):
        assert len(result.question) <= LONGEST_QUESTION + 100
        assert all(np.isfinite((hit.score, hit.cosine, hit.maxsim, hit.bm25_share)).all() for hit in result.hits)
    if not any(letter.isalnum() for letter in question):
        assert small.find(question, 5, encoder).hits == ()


@pytest.mark.parametrize("k", [-1, 0])
def test_asking_for_none_gives_none(small: Index, encoder: Encoder, k: int) -> None:
    assert small.find("dropout", k, encoder).hits == ()


@pytest.mark.parametrize(
    "passages",
    [
        [Passage("only", "Dropout", "Dropout helps.")],
        [Passage(str(n), "Same", "The very same words.") for n in range(30)],
        [Passage("emoji", "", "🙂"), Passage("stop", "", "the of"), Passage("dots", "", "...")],
    ],
)
def test_tiny_and_uniform_corpora_can_be_searched(tmp_path: Path, encoder: Encoder, passages: list[Passage]) -> None:
    build_index(passages, tmp_path, encoder)
    index = Index.open(tmp_path, encoder.identity)
    found = index.find("does dropout use the same words?", 50, encoder).hits
    assert {hit.passage.id for hit in found} == {passage.id for passage in passages}
    assert np.isfinite([hit.score for hit in found]).all()


def test_mending_is_part_of_the_result(small: Index, encoder: Encoder) -> None:
    assert small.find("what is droput?", 1, encoder).question == "what is dropout?"


def test_a_part_of_an_index_shows_only_what_is_allowed(small: Index, encoder: Encoder) -> None:
    part = Part(small, lambda passage: passage.id != "dropout")
    question = "which units are switched off at random?"
    query = encoder.encode_query(part.spelled(question))
    assert small.search(question, 3, query).hits[0].passage.id == "dropout"
    found = part.search(question, 9, query).hits
    assert found
    assert "dropout" not in {hit.passage.id for hit in found}
    assert small.search(question, 9).hits  # by words alone, too: no other passage has any of them
    assert not part.search(question, 9).hits


TAUGHT = [
    Passage("a", "Dropout", "Dropout switches off random units.", "dropout"),
    Passage("b", "", "Bread is baked in an oven.\n\nFlour and water make dough.", "bread"),
    Passage("c", "", "Silence a random part of the network in training.", "dropout"),
    Passage("d", "", "A passage of no concept at all."),
]


def test_a_search_tells_how_near_each_concept_is_by_all_that_is_said_of_it(tmp_path: Path, encoder: Encoder) -> None:
    build_index(TAUGHT, tmp_path, encoder)
    index = Index.open(tmp_path, encoder.identity)
    found = index.find("which units are switched off?", 2, encoder)
    assert found.leaning["dropout"] == pytest.approx(1) == -found.leaning["bread"]  # z-scores of the two
    assert set(found.leaning) == {"dropout", "bread"}
    assert not index.search("which units are switched off?", 2).leaning  # by words alone nothing is near
    hidden = index.find("which units are switched off?", 2, encoder, lambda passage: passage.concept != "dropout")
    assert hidden.leaning["bread"] > hidden.leaning["dropout"]
