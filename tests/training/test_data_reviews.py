"""Sentences that praise or complain: SST-2's files, and made-up reviews."""

from collections import Counter
from pathlib import Path

import pytest

from foundation.errors import GradusError
from training.data.reviews import THINGS, reviews
from training.data.sentences import Labelled, Sentences, sentences

PUBLISHED = Path(__file__).parents[3] / "shared/datasets"


def test_without_a_folder_the_reviews_are_ours_and_balanced() -> None:
    data = sentences(None)
    assert data.name == "synthetic-reviews"
    for part in (data.train, data.valid, data.test):
        assert sum(part.labels) * 2 == len(part.labels) == len(part.texts) == len(set(part.texts))


def test_the_test_speaks_of_things_that_training_never_mentions() -> None:
    data = reviews()
    known = {word for text in data.train.texts for word in text.split()}
    for thing, sides in THINGS["test"].items():
        assert thing not in known
        assert not [side for side in sides if side in known]
    unknown = Counter(word in known for text in data.test.texts for word in text.split())
    assert 0.1 < unknown[False] / unknown.total() < 0.3


def test_words_without_their_order_tell_little_and_far_less_than_all() -> None:
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    data = reviews()
    words = CountVectorizer(token_pattern=r"\S+")
    model = LogisticRegression(max_iter=1000).fit(words.fit_transform(data.train.texts), data.train.labels)
    assert 0.55 < model.score(words.transform(data.test.texts), data.test.labels) < 0.75


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("the bed was good and the pool was superb", 1),
        ("the bed was superb but the pool was dull", 0),
        ("although the bed was awful , the pool was good", 1),
        ("the bed was not very good", 0),
        ("the bed was anything but awful", 1),
        ("i had feared a dull breakfast", 1),
        ("i had hoped for a good breakfast", 0),
    ],
)
def test_labels_follow_the_meaning(text: str, worth: int) -> None:
    """Sentences like these with the same words in place of the things, wherever training has them."""

    def bare(sentence: str) -> str:
        return " ".join("x" if word in sides else word for word in sentence.split())

    sides = {word for things in THINGS["train"].values() for side in things for word in side.split()}
    data = reviews().train
    found = {label for sentence, label in zip(data.texts, data.labels, strict=True) if bare(sentence) == bare(text)}
    assert found <= {worth}


def sst2(folder: Path, **files: str) -> Sentences:
    (folder / "sst2").mkdir()
    for name in ("train", "dev", "test"):
        (folder / "sst2" / f"{name}.tsv").write_text(files.get(name, "a fine film\t1\na dull film\t0\n"))
    return sentences(folder)


def test_files_of_sst2_are_read_where_they_are(tmp_path: Path) -> None:
    data = sst2(tmp_path)
    assert data.name == "sst2"
    assert data.test == Labelled(("a fine film", "a dull film"), (1, 0))


@pytest.mark.parametrize("broken", ["a fine film 1\n", "a fine film\t2\n", "\t1\n", "a fine film\t1\n", ""])
def test_a_broken_file_is_named(tmp_path: Path, broken: str) -> None:
    with pytest.raises(GradusError, match=r"sst2/dev\.tsv"):
        sst2(tmp_path, dev=broken)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "sst2").mkdir()
    with pytest.raises(GradusError, match=r"sst2/train\.tsv is missing"):
        sentences(tmp_path)


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published data are not here")
def test_the_published_sentences_are_all_read() -> None:
    data = sentences(PUBLISHED)
    assert [len(part.labels) for part in (data.train, data.valid, data.test)] == [6920, 872, 1821]
