"""Is a question in English? Learners mix code, terms and chat into few words, so the proof must be strong."""

import functools
import re
import unicodedata
from collections.abc import Container
from typing import Any

SCRIPT_SHARE = 0.3
"""Of a text's letters in another script, from which on it's written in that script."""

SCRIPT_LETTERS = 3
"""The fewest letters of another script that count: σ, ∂L/∂w or a quoted word is still English."""

ENGLISH_SHARE = 0.2
"""Of its words in `ENGLISH`, from which on a text is English whatever else it looks like."""

LIKELY = 0.5
"""The probability of another language that four words or more need; see `SHORT_LIKELY`."""

SHORT_LIKELY = 0.65
"""The same for two or three words, which say less than they seem to."""

WITH_A_WORD = 0.15
"""The same where one of the words is in `FOREIGN`, and none in `ENGLISH`."""

SHORTEST = 2
"""Words beyond code and terms; fewer prove nothing."""


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


ENGLISH = _listed(
    "about again all always and any anyone are aren't because been before between both but can can't cant could "
    "couldn't cud did didn't difference do does doesn't doesnt doing don't dont each every everything example "
    "explain find from get gets getting give gives goes going good got had happen happens has have having help "
    "here how how's i i'm if im into isn't isnt it it's its just keep know learn learning like lost make makes "
    "many mean means more much my need never not nothing of one only or other our out over please pls plz put "
    "same shall she should shouldn't shud show since so some someone something still stuck than thanks that "
    "that's the their them then there these they thing things this those through to too train training try u "
    "ur use used uses using want wants was we were what what's whats when where whether which while who whose "
    "why will with without won't wont work works would wouldn't wrong you your"
) - _listed("all do i has if here so not one we was will mean more put over")
"""Words of English questions that few other languages write alike; `die`, `was` or `me` would prove nothing."""

FOREIGN = _listed(
    # Romance
    "qué que es una el los las por para cómo como porque cuando está hola gracias muy c'est quoi le les des du est "
    "une pourquoi comment qu'est bonjour merci avec je ça cos'è che cosa perché gli della sono è funziona não uma "
    "você isso é porquê obrigado sau este cum ce "
    # Germanic
    "ist und wie warum wieso der das ein eine nicht ich für mit kann macht hallo danke het een waarom hoe ik niet "
    "hur vad är och varför inte jag hvordan hvad hva hvorfor ikke jeg og fungerar virker "
    # Slavic, Turkic, Uralic
    "jak jest dlaczego czy nie się proč což kako zašto što nedir nasıl bir için neden mikä miten miksi mitä "
    "hogyan miért és mi az "
    # Asia, in Latin letters
    "kya hai kaise kyun mujhe bhai nahi hota karna samjhao aur mein apa yang bagaimana kenapa mengapa dengan tidak "
    "saya untuk itu là gì tại sao làm thế nào ano ang paano bakit mga"
) - _listed("mi az ce le des el por ni is")
"""Words that say which language it is and are no English ones, nor terms; two of them decide."""

_NOT_PROSE = re.compile(r"```.*?(?:```|$)|`[^`\n]*`|https?://\S+|<[^>\s]+>|\S*[_\\/=(){}\[\]<>*@]\S*", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SCRIPTS = tuple(
    _listed(
        "ARABIC ARMENIAN BENGALI CJK CYRILLIC DEVANAGARI ETHIOPIC GEORGIAN GREEK GUJARATI GURMUKHI HANGUL HEBREW "
        "HIRAGANA KANNADA KATAKANA KHMER LAO MALAYALAM MYANMAR ORIYA SINHALA TAMIL TELUGU THAANA THAI TIBETAN"
    )
)
_NOT_LANGUAGES = frozenset({"en", "pcm", "zxx"})


def is_foreign(text: str, known: Container[str] = frozenset()) -> bool:
    """Whether `text` is clearly not English: by its script, or by its words.

    Code, addresses and the words in `known` (lower case: the terms that are taught) count for neither
    side. Short or mixed texts are given the benefit of the doubt.
    """
    prose = _NOT_PROSE.sub(" ", unicodedata.normalize("NFKC", text))
    if _in_another_script(prose):
        return True
    words = [word.lower().replace("’", "'") for word in _WORD.findall(prose)]
    telling = [word for word in words if word not in known]
    if not telling or (len(telling) < SHORTEST and telling[0] not in FOREIGN):
        return False
    english = sum(word in ENGLISH for word in words)
    foreign = sum(word in FOREIGN for word in telling)
    if foreign > english and (foreign > 1 or foreign == len(telling)):
        return True
    if english >= ENGLISH_SHARE * len(words):
        return False
    language, probability = _identifier().classify(" ".join(telling))
    needed = LIKELY if len(telling) > 3 else SHORT_LIKELY
    if foreign and not english:
        needed = WITH_A_WORD
    return language not in _NOT_LANGUAGES and float(probability) >= needed


def _in_another_script(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    other = [letter for letter in letters if not _latin(letter)]
    words = [word for word in re.findall(r"[^\W\d_]+", text) if len(word) > 1 and not _latin(word[0])]
    return len(other) >= SCRIPT_LETTERS and bool(words) and len(other) >= SCRIPT_SHARE * len(letters)


@functools.lru_cache(maxsize=4096)
def _latin(letter: str) -> bool:
    """Latin letters and letter-like signs (ℝ, ∂, µ), which mathematics in English uses too."""
    name = unicodedata.name(letter, "")
    return letter < "\u0250" or "LATIN" in name or not name.startswith(_SCRIPTS)


@functools.cache
def _identifier() -> Any:
    """py3langid's model, which comes with the package; its probabilities sum to one."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
