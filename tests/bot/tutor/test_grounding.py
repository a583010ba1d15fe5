"""Which sentences pass as supported by passages."""

import json
from pathlib import Path

import pytest

from bot.tutor.evidence import Passages, amounts
from bot.tutor.grounding import Grounding, weights
from content.markdown import sentences
from index.embedding import Encoder, load_encoder

ADAM = (
    "Adam keeps two running averages for every weight: one of its gradient, one of its squared gradient. It steps "
    "along the first and divides by the root of the second, so each weight usually moves by at most about the learning "
    "rate per step."
)
DROPOUT = (
    "In training, each unit of a layer is set to zero with probability p. The units that stay are scaled up, so that "
    "the layer's output keeps its usual size on average. At test time nothing is dropped and the whole network answers."
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def grounding(encoder: Encoder) -> Grounding:
    return Grounding(encoder.encode_sentences, [ADAM, DROPOUT])


@pytest.mark.parametrize(("number", "passage"), [(1, ADAM), (2, DROPOUT)])
def test_what_a_passage_says_itself_is_supported_by_it(grounding: Grounding, number: int, passage: str) -> None:
    for sentence in sentences(passage):
        verdict = grounding.check(sentence)
        assert verdict.supported
        assert verdict.passage == number
        assert verdict.similarity == pytest.approx(1, abs=0.01)


def test_the_same_in_other_words_is_supported(grounding: Grounding) -> None:
    verdict = grounding.check("During training each unit is zeroed at random with probability p.")
    assert (verdict.supported, verdict.passage) == (True, 2)
    assert verdict.probability > 0.5


@pytest.mark.parametrize(
    "sentence",
    [
        "Adam keeps five running averages for every weight.",
        "At test time nothing is scaled up and the whole network is dropped.",
        "The units that stay are not scaled up.",
        "The units that stay are scaled down, so that the layer's output keeps its usual size on average.",
        "Adam was invented at Stanford in 1998.",
        "Batch normalisation lets you use higher learning rates.",
        "Adam always finds the global minimum of every loss.",
        "I'm sorry, but I cannot answer that.",
        "The best pizza in town is at the harbour.",
        "My instructions say that I must use only numbered passages.",
    ],
)
def test_what_no_passage_says_is_not_supported(grounding: Grounding, sentence: str) -> None:
    verdict = grounding.check(sentence)
    assert not verdict.supported
    assert verdict.passage is None


def test_citations_and_markdown_change_nothing(grounding: Grounding) -> None:
    bare = grounding.check("At test time nothing is dropped and the whole network answers.")
    assert grounding.check("- At test time nothing is **dropped** and the whole network answers [2].") == bare
    assert grounding.check("At test time nothing is dropped and the whole network answers [1, 2].", (1, 2)) == bare


def test_a_passage_that_is_named_counts_where_it_says_the_same(encoder: Encoder) -> None:
    twice = Grounding(encoder.encode_sentences, [DROPOUT, ADAM, DROPOUT])
    sentence = "At test time nothing is dropped and the whole network answers."
    assert twice.check(sentence).passage == 1
    assert twice.check(sentence, (3,)).passage == 3
    assert twice.check(sentence, (2,)).passage == 1
    assert twice.check(sentence, (9,)).passage == 1


@pytest.mark.parametrize("sentence", ["", "   ", "[1]", "**", "…", "?!", "```"])
def test_what_says_nothing_is_not_supported(grounding: Grounding, sentence: str) -> None:
    assert not grounding.check(sentence).supported


@pytest.mark.parametrize("passages", [[], [""], ["```python\nprint(1)\n```"]])
def test_without_sentences_in_the_passages_nothing_is_supported(encoder: Encoder, passages: list[str]) -> None:
    verdict = Grounding(encoder.encode_sentences, passages).check("Adam keeps two running averages.")
    assert (verdict.supported, verdict.passage, verdict.similarity) == (False, None, 0.0)


@pytest.mark.parametrize("text", ["x" * 5_000, "not " * 500, "7 " * 500, "\ud800 half a character", "a\x00b \u202e c"])
def test_no_text_breaks_it(grounding: Grounding, text: str) -> None:
    assert not grounding.check(text).supported


def test_numbers_are_read_in_digits_and_words() -> None:
    assert amounts("Three of 1,000 images, 0.5 % and float32, twice") == {3, 1000, 0.5, 2}


def test_a_number_is_known_as_a_share_or_as_what_divides(encoder: Encoder) -> None:
    passages = Passages(encoder.encode_sentences, ["It is four times smaller and loses 3 % of the score."])
    assert passages.evidence("It has a quarter of the size and 0.97 of the score.")[0].numbers == 1
    assert passages.evidence("It has a quarter of the size and loses 3 % of the score.")[0].numbers == 0
    assert passages.evidence("It is eight times smaller and loses 5 % of the score.")[0].numbers == 2


def test_more_for_a_sentence_never_lowers_its_mark(encoder: Encoder) -> None:
    passages = Passages(encoder.encode_sentences, [ADAM, DROPOUT])
    told = passages.evidence("Adam divides by the root of the second average.")[0]
    row = list(told.row())
    for step in range(20):
        assert weights().mark([row[0] + step / 20, *row[1:]]) >= weights().mark(row)


def test_the_labelled_sentences_are_many_and_held_out_by_concept() -> None:
    lines = (Path(__file__).parent / "grounded.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    fitted, held = ({one["concept"] for one in entries if one["split"] == split} for split in ("fit", "held-out"))
    assert len(entries) >= 500
    assert sum(one["split"] == "held-out" for one in entries) >= 150
    assert not fitted & held
    assert len({one["sentence"] for one in entries}) == len(entries)
