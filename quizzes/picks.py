"""Choices as learners name them: letters, numbers, or the words of what was offered.

What cannot be read raises `Unread`; every index counts from 0 in the order shown.
"""

import functools
import re
import unicodedata
from collections.abc import Callable, Sequence

from content.mathtext import readable
from foundation.errors import GradusError
from quizzes.words import distance

LONGEST = 1000
LETTERS = "ABCDEFGH"
BEGINNING = 4
"""Letters that the beginning of a choice must have, to stand for it."""


class Unread(GradusError):
    """It isn't clear which choice an answer names."""


_LEAD = re.compile(
    r"^(?:(?:i(?:'d| would)?|(?:think|guess|say|choose|pick|believe)|that|maybe|probably|definitely|surely|clearly|hmm+"
    r"|go(?:ing)? (?:with|for)|well|ok(?:ay)?|it'?s|it is|my|the|right|correct|options?|answers?|choices?|letters?"
    r"|items?|statements?|numbers?|orders?|is|are|both|only"
    r"|die|der|ist|la|le|el|es|est|antwort|lösung|reihenfolge|respuesta|orden|réponse|ordre|risposta|ordine|resposta|ordem"
    r"|odpowiedź|ответ|порядок|cevap|jawaban|उत्तर|答案|答え)(?!\w)[ :=]*)+",  # "Antwort B" is clear in any language
    re.IGNORECASE,
)
_TRAIL = re.compile(
    r"[ ,.]*\b(?:i (?:think|guess|believe)|imo|for sure|definitely|maybe|probably|please|of course)$", re.IGNORECASE
)
_BUT_NOT = re.compile(r"(?<=[A-Ha-h0-9])[ ,;]+(?:but |and )?not (?:option )?[A-Ha-h](?: (?:or|and) [A-Ha-h])*$")
_ORDINAL = re.compile(
    r"(?:the )?(first|second|third|fourth|fifth|last)(?: one| option| choice| answer)?", re.IGNORECASE
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_CYRILLIC = str.maketrans("АВСЕавсе", "ABCEabce")  # they look like the Latin ones and lie on the same keys
_NEGATED = re.compile(r"\b(?:not|never|neither|except|but|n't|wrong|false)\b|n't\b", re.IGNORECASE)
_AND = re.compile(
    r"\b(?:and|maybe|first(?:ly)?|next|after that|finally|lastly|then|und|et|y|or|to|comes|before|followed by|with|goes"
    r"|plus)\b|&",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"[(\[]?([A-Ha-h1-8])\s?[)\].:,;=-]+\s+(\S.*)", re.DOTALL)
_REASON = re.compile(r"(?:^|[\s,;.])(?:because|since|as it|as the)\b.*", re.IGNORECASE | re.DOTALL)
_MARKS = re.compile(r"[\s,;:.>→⇒<|/+&()\[\]{}=\-–—*_`\"'“”!?#]+")
_LISTED = re.compile(r"^\s*(?:[0-9]{1,2}[.):]|[-*•])\s+(?=\S)")


def one(answer: str, choices: Sequence[str]) -> int:
    """The one choice that an answer names: `B`, `b)`, `option B`, `2`, `B because …`, its words or their beginning.

    Raises:
        Unread: it names none, or several.
    """
    plain = _plain(answer)
    exact = _exactly(plain, choices)
    if exact is not None:
        return exact
    label = _by_label(plain, choices)
    if label is not None:
        return label
    for text in (plain, _LEAD.sub("", plain)):
        by_text = _by_text(text, choices)
        if by_text is not None:
            return by_text
    options = set(re.findall(r"\b(?:option|answer|choice|letter) ([A-Ha-h])\b", plain))
    if len(options) == 1 and not _NEGATED.search(plain):
        return _index(options.pop(), len(choices))
    raise Unread("It isn't clear which choice is meant.")


def _by_label(plain: str, choices: Sequence[str]) -> int | None:
    """The choice that a letter, a number or an ordinal names, with or without words behind it."""
    both = _LABELLED.match(plain)
    named = _exactly(both[2], choices) if both else None
    if both and named is not None and both[1].upper() in (LETTERS[named], str(named + 1)):
        return named
    bare = _bare(plain)
    ordinal = _ORDINAL.fullmatch(bare)
    if ordinal:
        last = ordinal[1].lower() == "last"
        return len(choices) - 1 if last else _index(str(_ORDINALS.index(ordinal[1].lower()) + 1), len(choices))
    found = _letters(bare, len(choices)) if not _NEGATED.search(bare) else None
    if found is not None:
        if len(set(found)) == 1:
            return found[0]
        raise Unread("Name one choice only.")
    labelled = _LABELLED.match(bare)
    return _labelled(labelled, choices) if labelled else None


def some(answer: str, choices: Sequence[str]) -> tuple[int, ...]:
    """The choices that an answer names, in its order: `A, C`, `ac`, `A and C`, `1 3`, `all`, or their words by lines.

    Raises:
        Unread: a part names none or several.
    """
    plain = _plain(answer)
    whole = _by_text(plain, choices)
    if whole is not None:
        return (whole,)
    texts = _texts(answer, choices)
    if texts is not None:
        return tuple(dict.fromkeys(texts))
    everything = re.fullmatch(
        r"all(?: of (?:them|these|the above))?(?: (?:are|is) (?:true|right|correct))?", plain.lower()
    )
    if everything:
        return tuple(range(len(choices)))
    omitted = re.fullmatch(r"(?:all|everything)(?: of them)? (?:but|except(?: for)?) (?:option )?([A-Ha-h])", plain)
    if omitted:
        without = _index(omitted[1], len(choices))
        return tuple(place for place in range(len(choices)) if place != without)
    bare = _bare(plain)
    if not _NEGATED.search(bare):
        bare = re.sub(r"\b(?:(?:are|is) )?(?:both )?(?:true|right|correct)\b", "", bare)
        found = _letters(bare, len(choices))
        if found is not None:
            return tuple(dict.fromkeys(found))
    return tuple(dict.fromkeys(one(part, choices) for part in _parts(answer)))


def _texts(answer: str, choices: Sequence[str]) -> list[int] | None:
    """The choices whose words the parts of an answer are, where that holds for every part of several."""
    found = [_by_text(_plain(part), choices) for part in _parts(answer)]
    places = [place for place in found if place is not None]
    return places if 1 < len(found) == len(places) else None


def order(answer: str, choices: Sequence[str]) -> tuple[int, ...]:
    """The choices in the order that an answer puts them: `BADC`, `b > a > d`, `1B 2A`, `2 1 4 3`, or words by lines.

    Raises:
        Unread: a part names none, or one is named twice.
    """
    texts = _texts(answer, choices)
    pairs = _numbered(_plain(answer), len(choices)) if texts is None else None
    if texts is not None:
        found: tuple[int, ...] = tuple(texts)
    elif pairs is not None and sorted(pairs) == list(range(len(choices))):
        found = tuple(pairs[place] for place in range(len(choices)))
    else:
        plain = _LEAD.sub("", _plain(answer))
        letters = _letters(plain, len(choices))
        found = tuple(letters) if letters is not None else tuple(one(part, choices) for part in _parts(answer))
    if len(set(found)) != len(found):
        raise Unread("Name each letter once.")
    return found


def assignment(answer: str, lefts: Sequence[str], rights: Sequence[str]) -> dict[int, int]:
    """Which right side an answer gives to each left side: `1B 2A`, `1-B, 2-A`, `BADC`, or `left: right` by lines.

    Raises:
        Unread: a part names none, or a right side is used twice.
    """
    found = _numbered(_plain(answer), len(rights))
    if found is None:
        letters = _letters(_LEAD.sub("", _plain(answer)), len(rights), digits=False)
        if letters is not None and len(letters) <= len(lefts):
            found = dict(enumerate(letters))
        else:
            found = dict(_pair(part, lefts, rights) for part in _parts(answer))
    if len(set(found.values())) != len(found):
        raise Unread("Use each letter once.")
    return found


def same_words(text: str) -> str:
    """The words of a text, to compare: without Markdown, case and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"[^\W_]+|[<>=+*/^%≤≥≠-](?=\S)", plain))


def _bare(plain: str) -> str:
    """Without the words in front, the reasons behind, and what is ruled out (`A, not B`)."""
    return _BUT_NOT.sub("", _TRAIL.sub("", _LEAD.sub("", _REASON.sub("", plain)).strip(" ,.;"))).strip(" ,.;")


def _plain(answer: str) -> str:
    plain = unicodedata.normalize("NFKC", answer[:LONGEST]).replace("’", "'")
    return re.sub(r"[ \t]+", " ", plain).strip(" \r\n`*_\"'.!?,;:")


def _parts(answer: str) -> list[str]:
    """The parts of an answer by the first mark that parts it: lines, semicolons, arrows, commas."""
    for mark in (r"\n", ";", "->|→|=>|⇒|>", ","):
        split = (" ".join(part.split()) for part in re.split(mark, answer[:LONGEST]))
        parts = [_LISTED.sub("", part) for part in split if part.strip(" ,.;")]
        if len(parts) > 1:
            return parts[:10]
    return [" ".join(answer[:LONGEST].split())]


def _index(label: str, count: int) -> int:
    """The choice with this letter or number."""
    place = int(label) - 1 if label.isdigit() else LETTERS.find(label.upper())
    if 0 <= place < count:
        return place
    raise Unread(f"There is no {label.upper()}: the choices are A to {LETTERS[count - 1]}.")


def _letters(text: str, count: int, digits: bool = True) -> list[int] | None:
    """The choices of a text that holds nothing but their letters (or nothing but numbers), however parted."""
    if re.search(r"(?<!\S)-[0-9]|[0-9]\.[0-9]", text):  # a number, which is no choice's
        return None
    tokens = [token for token in _MARKS.split(_AND.sub(" ", text).translate(_CYRILLIC)) if token]
    if not tokens or any(not token.isascii() for token in tokens):
        return None
    if digits and all(token.isdigit() for token in tokens):
        if len(tokens) == 1 and 1 < len(tokens[0]) == count:  # 2143 for an order
            tokens = list(tokens[0])
        return [_index(token, count) for token in tokens] if all(len(token) < 3 for token in tokens) else None
    run = "".join(tokens).upper()
    if not run.isalpha() or (len(tokens) > 1 and any(len(token) > 1 for token in tokens)) or len(run) > len(LETTERS):
        return None
    if len(tokens) == 1 and len(run) > 1 and (not set(run) <= set(LETTERS[:count]) or len(set(run)) < len(run)):
        return None  # a word
    return [_index(letter, count) for letter in run]


def _numbered(text: str, count: int) -> dict[int, int] | None:
    """Numbers with a letter each, in either order (`1B 2A`, `1-B, 2-A`, `B1 A2`), or None if it isn't all that."""
    bare = _AND.sub(" ", _LEAD.sub("", text))
    for pattern, number, letter in (
        (r"([0-9])[\s.):=>→-]*([A-Ha-h])(?![A-Za-z])", 0, 1),
        (r"(?<![A-Za-z])([A-Ha-h])[\s.):=>→-]*([0-9])", 1, 0),
    ):
        pairs = re.findall(pattern, bare)
        if not pairs or _MARKS.sub("", re.sub(pattern, "", bare)):
            continue
        found = {_index(pair[number], count): _index(pair[letter], count) for pair in pairs}
        if len(found) == len(pairs):
            return found
    return None


def _exactly(text: str, choices: Sequence[str]) -> int | None:
    """The choice whose text this is, or else the one whose words these are."""
    given = same_words(text)
    as_written = [place for place, choice in enumerate(choices) if _plain(choice) == text]
    in_words = [place for place, choice in enumerate(choices) if given and given in _known(choice)]
    for found in (as_written, in_words):
        if len(found) == 1:
            return found[0]
    return None


def _by_text(text: str, choices: Sequence[str]) -> int | None:
    """The choice whose words these are, or begin with, or nearly are."""
    exact = _exactly(text, choices)
    given = same_words(text)
    if exact is not None or not given:
        return exact
    tests: tuple[Callable[[str], bool], ...] = (
        lambda choice: len(given) >= BEGINNING and choice.startswith(given + " "),
        lambda choice: len(given) >= 3 * BEGINNING and choice.startswith(given),
        lambda choice: _near(given, choice),
        lambda choice: _inside(given, choice),
    )
    for test in tests:
        found = [place for place, choice in enumerate(choices) if any(map(test, _known(choice)))]
        if len(found) == 1:
            return found[0]
        if found:
            return None
    return None


@functools.lru_cache(maxsize=512)
def _known(choice: str) -> frozenset[str]:
    """A choice's words, with its formulas as Unicode shows them and as they were written."""
    return frozenset((same_words(readable(choice)), same_words(choice)))


def _near(given: str, choice: str) -> bool:
    """Whether only one or two letters of a longer text are wrong; its numbers and its negations are right."""
    if len(choice) < 10 or abs(len(given) - len(choice)) > 2:
        return False
    marked = r"[0-9]+|\b(?:not|no|never|non)\b|n t\b|[<>=+*/^%≤≥≠-]"
    if re.findall(marked, given) != re.findall(marked, choice):
        return False
    most = 1 if len(choice) < 20 else 2
    return distance(given, choice, most) <= most


def _inside(given: str, choice: str) -> bool:
    """Whether three words or more, none of them denied there, stand in the choice."""
    if len(given) < 3 * BEGINNING or given.count(" ") < 2 or f" {given} " not in f" {choice} ":
        return False
    denied = r"\b(?:not|no|never|without|n t|cannot|wrong|instead)\b"
    return len(re.findall(denied, given)) == len(re.findall(denied, choice))


def _labelled(found: re.Match[str], choices: Sequence[str]) -> int:
    """A letter with words behind it, which must not be those of another choice."""
    place = _index(found[1], len(choices))
    by_text = _by_text(found[2], choices)
    if (by_text is not None and by_text != place) or _NEGATED.match(found[2]):
        raise Unread("The letter and the words behind it name different choices.")
    return place


def _pair(part: str, lefts: Sequence[str], rights: Sequence[str]) -> tuple[int, int]:
    """A left side (its words or number) and a right side (its words or letter) in one part of an answer."""
    for mark in (r"\s*(?:->|→|=>|⇒|:|=|–|—)\s*", r"\s+-\s+", r"\s+(?:is|goes with|with)\s+"):
        sides = re.split(mark, part.strip(), maxsplit=1)
        if len(sides) == 2 and all(sides):
            return _left(sides[0], lefts), one(sides[1], rights)
    plain = part.strip()
    for place, left in enumerate(lefts):
        if plain.lower().startswith(left.lower()):
            return place, one(plain[len(left) :], rights)
    raise Unread("It isn't clear which two belong together.")


def _left(text: str, lefts: Sequence[str]) -> int:
    plain = _plain(text)
    if plain.isdigit() and len(plain) == 1:
        return _index(plain, len(lefts))
    found = _by_text(plain, lefts)
    if found is None:
        raise Unread("It isn't clear which two belong together.")
    return found
