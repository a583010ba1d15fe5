"""BM25 and spelling."""

from pathlib import Path

import bm25s
import numpy as np
import pytest

from index.lexical import COMMON, Lexicon, slips, stems_of, words_of, write_lexicon

TEXTS = (
    "Dropout switches units off at random during training.",
    "Momentum averages gradients over the last steps of the training.",
    "Convolutions share a kernel over an image, and a kernel is small.",
    "Backpropagation computes gradients by the chain rule.",
)
LANGUAGE = ("which", "because", "dormitory", "pizza", "counting")


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    folder = tmp_path_factory.mktemp("lexicon")
    write_lexicon(folder, TEXTS, LANGUAGE)
    return Lexicon(folder, len(TEXTS))


@pytest.mark.parametrize("question", ["gradients of the chain", "a small kernel in training", "units", "nothing here"])
def test_scores_are_those_of_bm25s(lexicon: Lexicon, question: str) -> None:
    oracle = bm25s.BM25()
    oracle.index([stems_of(words_of(text)) for text in TEXTS], show_progress=False)
    expected = oracle.get_scores(stems_of(words_of(question)))
    assert lexicon.scores(lexicon.terms(question)).tolist() == pytest.approx(expected.tolist(), abs=1e-6)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Why does drpoout help?", "Why does dropout help?"),
        ("momentun", "momentum"),
        ("Backpropogation", "Backpropagation"),
        ("bakcpropagatoin", "backpropagation"),
        ("whcih kernle", "which kernel"),
        ("gradeints'", "gradients'"),
    ],
)
def test_a_misspelt_word_is_mended(lexicon: Lexicon, typed: str, meant: str) -> None:
    assert lexicon.spelled(typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "Why does dropout help?",
        "a dormitory with pizza",
        "counted",  # a form of a word that the language has
        "teh cta",  # too short to tell
        "xylophonists zzzzzz",  # near to nothing
        "resnet50 v2x",
        "kerne.dropuot and dropuot(x)",  # names in code
        "KERNAL and DropOot",  # and names that are spelled with care
        "it doesnt help",
        "",
        "¿?! 🙂",
    ],
)
def test_what_is_no_misspelling_is_left_alone(lexicon: Lexicon, question: str) -> None:
    assert lexicon.spelled(question) == question


def test_a_rare_word_of_the_language_is_right_but_never_guessed(tmp_path: Path) -> None:
    common = [f"common{letter}" for letter in "abcdefgh"] * (COMMON // 8)
    write_lexicon(tmp_path, TEXTS, [*common, "mist"])
    lexicon = Lexicon(tmp_path, len(TEXTS))
    assert lexicon.spelled("mnist mist commonx") == "mnist mist commona"


def test_a_misspelt_word_votes_for_what_was_meant(lexicon: Lexicon) -> None:
    right, wrong = lexicon.terms("momentum"), lexicon.terms("momentmu")
    assert lexicon.scores(wrong).argmax() == lexicon.scores(right).argmax() == 1


def test_words_the_corpus_lacks_are_counted(lexicon: Lexicon) -> None:
    assert lexicon.terms("pizza with dropout").unknown == 1
    assert lexicon.terms("the of and").unknown == 0


def test_rare_words_weigh_more_and_stop_words_nothing(lexicon: Lexicon) -> None:
    assert lexicon.rarity("pizza") > lexicon.rarity("kernel") > lexicon.rarity("training") > 0
    assert lexicon.rarity("the") == lexicon.rarity("?") == lexicon.rarity("") == 0


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("form", "from", 1), ("form", "for", 1), ("form", "forms", 1), ("form", "farm", 1), ("form", "form", 0)],
)
def test_every_slip_of_the_hand_counts_one(one: str, other: str, distance: int) -> None:
    assert slips(one, other, 2) == slips(other, one, 2) == distance


def test_too_many_slips_are_not_counted_out() -> None:
    assert slips("abcdef", "uvwxyz", 2) == 3
    assert slips("a", "abcdef", 1) == 2


def test_texts_without_words_make_a_lexicon_that_finds_nothing(tmp_path: Path) -> None:
    write_lexicon(tmp_path, ["🙂", "the of"], [])
    empty = Lexicon(tmp_path, 2)
    assert np.array_equal(empty.scores(empty.terms("dropout")), np.zeros(2, np.float32))
    assert empty.spelled("droput") == "droput"


@pytest.mark.parametrize("words", ["isn't", "I'm", "we’ve", "don't", "won't", "ok btw pls"])
def test_words_that_say_nothing_have_no_stem_however_they_are_written(words: str) -> None:
    assert stems_of(words_of(words)) == []


def test_a_name_with_an_apostrophe_keeps_its_stem() -> None:
    assert stems_of(words_of("l'hôpital o'reilly")) != []
