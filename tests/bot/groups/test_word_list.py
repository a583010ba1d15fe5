"""The word list: what it lets pass, what it stops, and what it never says."""

import pytest

from bot.groups.word_list import REFUSAL, as_lines, check, forbidden, phrases_in
from bot.servers.settings import LONGEST_WORD_LIST, ServerSettings
from foundation.errors import GradusError

LIST = frozenset({"cunt", "free nitro", "Größe", "спам", "ass", "hell", "well see", "88"})


@pytest.mark.parametrize(
    "text",
    [
        "CUNT",
        "c\u200bu\u200dn\u00adt",  # zero width, a joiner, a soft hyphen
        "c\u0336u\u0336n\u0336t",  # struck through by combining marks
        "cu\u0308nt",
        "ｃｕｎｔ",
        "𝓬𝓾𝓷𝓽",
        "сunt",
        "c u n t",
        "c.u.n.t!",
        "c_u-n*t",
        "cu.nt",
        "c**un**t",
        "cu\U0001f642nt",
        "cun-т",
        "free ni.tro",
        "cuuuunt",
        "you cunt\nyou",
        "get FREE   Nitro now",
        "free-nitro",
        "free\u3164nitro",  # a letter that is seen as a space
        "fr33 n1tr0",
        "GRÖSSE",
        "СПАМ",
        "a$$",
    ],
)
def test_a_word_is_known_again_in_every_dress(text: str) -> None:
    assert forbidden(f"well, {text}", LIST)


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe is a town",
        "the class passes, and the mass assures it",
        "nitro is not free",
        "well, he'll be here; we’ll see",
        "v8.8 and 8-8",
        "a class. Passes",
        "as a rule, L1 loss and conv2d with fp16 on an A100",
        "x = a[0] + b[1]; assert x == 3",
        "",
        "🙂 \u200b",
    ],
)
def test_words_that_only_contain_one_pass(text: str) -> None:
    assert not forbidden(text, LIST)


def test_an_empty_list_lets_everything_pass() -> None:
    assert not forbidden("cunt", frozenset())
    assert not forbidden("anything", frozenset({"***"}))


def test_the_refusal_does_not_repeat_the_word() -> None:
    with pytest.raises(GradusError) as refusal:
        check("free nitro", LIST)
    assert str(refusal.value) == REFUSAL
    assert not any(phrase in REFUSAL for phrase in LIST)


def test_a_list_is_written_one_phrase_a_line() -> None:
    phrases = phrases_in("  free   nitro\n\n***\nSpam\nSpam\n")
    assert phrases == {"free nitro", "Spam"}
    assert as_lines(phrases) == "free nitro\nSpam"


def test_a_phrase_is_words_and_no_pattern() -> None:
    assert not forbidden("anything at all", frozenset({".*", "(a|b)+"}))
    assert forbidden("what about c", frozenset({"c++"}))


def test_a_list_holds_as_much_as_its_form() -> None:
    ServerSettings(word_list=frozenset({"x" * (LONGEST_WORD_LIST - 1)}))
    with pytest.raises(GradusError, match="4,000"):
        ServerSettings(word_list=frozenset({"x" * LONGEST_WORD_LIST}))


def test_a_hostile_text_is_read_in_a_moment() -> None:
    phrases = frozenset(f"{'a' * 20}{number}b" for number in range(150))
    assert not forbidden("a" * 2000, phrases)
    assert not forbidden("a " * 1000, phrases)
