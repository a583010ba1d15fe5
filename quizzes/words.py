"""Words and short phrases as learners type them, compared with those that are accepted.

Case, accents, articles, punctuation, hyphens, Markdown, plurals, British or American spelling and words such as `layer`
or `function` behind a name make no difference. Small typos are forgiven: one in a word of five to eight letters, two in
a longer one, never in the first letter, never in a number or a negation, and only where no other word of the
subject's vocabulary is as near. What a person would hesitate over (the same stem, a longer phrase around the accepted
one) is `unsure`.
"""

import functools
import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

import Stemmer

LONGEST = 200
Verdict = Literal["right", "typo", "unsure", "wrong"]

_STEMMER = Stemmer.Stemmer("english")
_ARTICLES = frozenset(("a", "an", "the"))
_GENERIC = frozenset(
    (
        "layer",
        "function",
        "method",
        "problem",
        "technique",
        "algorithm",
        "step",
        "mode",
        "operation",
        "phase",
        "process",
    )
)
_NEGATIONS = frozenset(("not", "no", "non", "never", "without", "cannot", "neither", "nor"))
_NUMBERS = {
    word: str(number)
    for number, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    )
}
_IRREGULAR = {
    "matrices": "matrix",
    "indices": "index",
    "vertices": "vertex",
    "axes": "axis",
    "biases": "bias",
    "hypotheses": "hypothesis",
    "bases": "basis",
    "analyses": "analysis",
    "criteria": "criterion",
    "maxima": "maximum",
    "minima": "minimum",
    "optima": "optimum",
    "centred": "centered",
    "centring": "centering",
    "centre": "center",
    "grey": "gray",
    "artefact": "artifact",
    "judgement": "judgment",
    "programme": "program",
    "learnt": "learned",
}
# British to American; both sides are changed alike, so what no dictionary has (`exercize`) does no harm.
_SPELLINGS = tuple(
    (re.compile(pattern), american)
    for pattern, american in (
        (r"(?<=\w{3})is(e|ed|es|er|ers|ing|ation|ations)$", r"iz\1"),
        (r"(?<=\w{3})ys(e|ed|es|er|ers|ing)$", r"yz\1"),
        (r"(?<=\w{3})our(s|ed|ing|al|hood)?$", r"or\1"),
        (r"(?<=\w{2})ell(ed|ing|er|ers)$", r"el\1"),
        (r"(?<=\w{3})logue$", "log"),
        (r"(?<=\w{3})metre$", "meter"),
    )
)
_BRITISH = re.compile("is|ys|our|ell|logue|metre")
# Words that a typo must not turn into each other.
_OPPOSITES = tuple(
    (re.compile(rf"\b{one}"), re.compile(rf"\b{other}"))
    for one, other in (
        ("max", "min"),
        ("inter", "intra"),
        ("micro", "macro"),
        ("hyper", "hypo"),
        ("convex", "concave"),
        ("under", "over"),
        ("up", "down"),
        ("uni", "bi"),
    )
)
_LEAD = re.compile(
    r"(?:(?:i (?:think|guess|believe|would say)(?: that)?|maybe|probably|perhaps|it is|it's|its|that is|that's|this is"
    r"|(?:(?:my|the) )?(?:answer|guess|word|term)(?: is)?|called|gap [0-9]|[0-9][.):](?= )|[=:≈])[ ,:]+)+"
)
_DASHES = dict.fromkeys(map(ord, "−–—‐‑‒"), "-") | dict.fromkeys(map(ord, "’‘ʼ"), "'")
_SIGN = re.compile(r"(?:(?<![\w)])|(?<=\b[a-z0-9])) ?- ?(?=\.?[0-9])")
_TOKEN = re.compile(r"[0-9]+(?:\.[0-9]+)?(?![\w.])|\.[0-9]+(?!\w)|[^\W_]+|[<>=+*/^%@#&|~]")


def compare(answer: str, accepted: Sequence[str], terms: Collection[str] = (), rivals: Collection[str] = ()) -> Verdict:
    """Whether an answer is one of the accepted forms.

    Args:
        terms: the subject's vocabulary: a typo nearer (or as near) to one of them is not forgiven.
        rivals: wrong answers to this very question, likewise.
    """
    if len(answer) > LONGEST:
        return "wrong"
    forms = [key for key in map(words, accepted) if key]
    given = words(answer)
    if not given:
        return "right" if answer.strip() and answer.strip() in accepted else "wrong"
    verdict = _compared(given, forms, terms, rivals)
    if verdict in ("right", "typo"):
        return verdict
    alternatives = _alternatives(answer)
    found = [_compared(alternative, forms, terms, rivals) for alternative in alternatives]
    if found and all(one in ("right", "typo") for one in found):
        return "typo" if "typo" in found else "right"
    if found and found[0] in ("right", "typo") and re.search(r"\([^()]*\)", answer) and " or " not in answer:
        return "unsure"  # the right word, and something about it in brackets
    if found and any(one in ("right", "typo") for one in found):
        return "wrong"  # two words of which one is right: no choice was made
    return verdict


@functools.lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """What counts of a text: its words in one spelling, its numbers, its operators."""
    plain = unicodedata.normalize("NFKC", _SIGN.sub(" minus ", text[:LONGEST].translate(_DASHES)))
    plain = plain.casefold().lstrip(" \t\r\n`*_\"',;:!?$").rstrip(" \t\r\n`*_\"'.,;:!?$")
    plain = _LEAD.sub("", plain, count=1) if _LEAD.match(plain) else plain
    plain = re.sub(r"\bpercent\b|\bper cent\b", "%", plain).replace("&", " and ")
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    plain = re.sub(r"(?<=\w)'s?\b|(?<=s)'", "", plain)
    found = [_normal(token) for token in _TOKEN.findall(plain)]
    while len(found) > 1 and found[0] in _ARTICLES:
        found = found[1:]
    return (_NUMBERS[found[0]],) if len(found) == 1 and found[0] in _NUMBERS else tuple(found)


def joined(text: str) -> str:
    """The words of a text without spaces, to compare or to look up."""
    return "".join(words(text))


def distance(one: str, other: str, most: int) -> int:
    """The number of letters put in, left out, exchanged or swapped with a neighbour; `most + 1` where it is more.

    (Optimal string alignment, a restricted Damerau-Levenshtein distance, within a band: Boytsov, 2011.)
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    if one == other:
        return 0
    far = most + 1
    before: list[int] = []
    row = [min(column, far) for column in range(len(other) + 1)]
    for place, letter in enumerate(one, 1):
        before, last = row, before
        row = [far] * (len(other) + 1)
        row[0] = min(place, far)
        for column in range(max(1, place - most), min(len(other), place + most) + 1):
            cost = min(before[column] + 1, row[column - 1] + 1, before[column - 1] + (letter != other[column - 1]))
            swapped = place > 1 and column > 1 and letter == other[column - 2] and one[place - 2] == other[column - 1]
            row[column] = min(cost, last[column - 2] + 1 if swapped else far, far)
        if min(row) > most:
            return far
    return row[-1]


def _normal(token: str) -> str:
    """One word in its American, singular form; a number in its shortest one."""
    if token[0].isdigit() or token[0] == ".":
        try:
            return f"{float(token):.12g}"
        except ValueError:
            return token
    singular = _IRREGULAR.get(token) or _singular(token)
    singular = _IRREGULAR.get(singular, singular)
    if len(singular) > 4 and _BRITISH.search(singular):
        for pattern, american in _SPELLINGS:
            singular = pattern.sub(american, singular)
    return singular


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is", "as")):
        return word[:-1]
    return word


def _alternatives(answer: str) -> list[tuple[str, ...]]:
    """The parts of `a or b`, `a / b`, `a (b)`: all of them have to be right."""
    if "." in answer and re.fullmatch(r"\s*`?[\w.]+(?:\(\))?`?\s*", answer) and not re.search(r"[0-9]\.", answer):
        last = words(answer.strip(" `").removesuffix("()").rpartition(".")[2])
        return [last] if last else []
    parts = re.split(r"\bor\b|\baka\b|/|[()]|=", answer.lower())
    found = [words(part) for part in parts if part.strip(" .,;")]
    return [part for part in found if part] if len(found) > 1 else []


def _compared(
    given: tuple[str, ...], forms: Sequence[tuple[str, ...]], terms: Collection[str], rivals: Collection[str]
) -> Verdict:
    key = "".join(given)
    keys = {"".join(form) for form in forms}
    if key in keys:
        return "right"
    taken = {joined(term) for term in rivals} - keys
    if key in taken:
        return "wrong"
    typos = min((_typos(given, form) for form in forms), default=3)
    if 0 < typos <= 2 and not _taken(key, typos, keys, (*taken, *_others(terms))):
        return "typo"
    others = _others(terms)
    if key not in others - keys and any(_only_generic(given, form) for form in forms):
        return "right"
    if key in others - keys:
        return "wrong"
    return "unsure" if any(_akin(given, form) for form in forms) else "wrong"


def _others(terms: Collection[str]) -> frozenset[str]:
    return _keys(terms if isinstance(terms, frozenset | tuple) else tuple(terms))


@functools.lru_cache(maxsize=16)
def _keys(terms: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, map(joined, terms)))


def _taken(key: str, typos: int, keys: Collection[str], others: Iterable[str]) -> bool:
    """Whether another word is as near as the accepted one."""
    return any(distance(key, other, typos) <= typos for other in others if other not in keys)


_DOUBLED = re.compile(r"(.)\1")


def _typos(given: tuple[str, ...], form: tuple[str, ...]) -> int:
    """How many letters are wrong, where they may be; 3 where it isn't a typo."""
    if _has(given, _NEGATIONS) != _has(form, _NEGATIONS) or _digits(given) != _digits(form):
        return 3
    if _opposite(" ".join(given), " ".join(form)):
        return 3
    if len(given) != len(form):
        one, other = "".join(given), "".join(form)
        near = len(other) >= 9 and one[0] == other[0] and one.isalpha() and distance(one, other, 1) <= 1
        return 1 if near else 3
    wrong = 0
    for one, other in zip(given, form, strict=True):
        if one == other:
            continue
        if other.isalpha() and _DOUBLED.sub(r"\1", one) == _DOUBLED.sub(r"\1", other):
            wrong += 1  # a letter doubled, or not, is a slip in a short word too
            continue
        allowed = 0 if len(other) < 5 or not other.isalpha() else 1 if len(other) < 9 else 2
        found = distance(one, other, allowed)
        if found > allowed or one[0] != other[0]:
            return 3
        wrong += found
    return min(wrong, 3)


def _has(key: tuple[str, ...], of: Collection[str]) -> int:
    return sum(word in of for word in key)


def _digits(key: tuple[str, ...]) -> str:
    return " ".join(re.findall(r"[0-9.]+|minus", " ".join(key)))


def _opposite(one: str, other: str) -> bool:
    return any(
        bool(left.search(one)) != bool(left.search(other)) and bool(right.search(one)) != bool(right.search(other))
        for left, right in _OPPOSITES
    )


def _only_generic(given: tuple[str, ...], form: tuple[str, ...]) -> bool:
    """Whether only a word such as `layer` stands behind one of the two."""
    longer, shorter = (given, form) if len(given) > len(form) else (form, given)
    return len(longer) == len(shorter) + 1 and longer[:-1] == shorter and longer[-1] in _GENERIC


def _akin(given: tuple[str, ...], form: tuple[str, ...]) -> bool:
    """The same stems, or the accepted phrase among at most three more words, nothing being negated."""
    if _has(given, _NEGATIONS) != _has(form, _NEGATIONS) or not any(word.isalpha() for word in form):
        return False
    stems, wanted = _STEMMER.stemWords(list(given)), _STEMMER.stemWords(list(form))
    if stems == wanted:
        return len("".join(form)) >= 5
    if not len(form) < len(given) <= len(form) + 3:
        return False
    return any(stems[start : start + len(wanted)] == wanted for start in range(len(stems) - len(wanted) + 1))
