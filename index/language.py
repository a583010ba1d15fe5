"""Is a question in English? Learners mix code, terms and chat into few words, so the proof must be strong."""

import functools
import re
import unicodedata
from collections.abc import Container
from typing import Any, Literal

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

SHORTHAND = {
    "lr": "learning rate",
    "lrs": "learning rates",
    "bs": "batch size",
    "gd": "gradient descent",
    "sgd": "stochastic gradient descent",
    "bp": "backpropagation",
    "backprop": "backpropagation",
    "act fn": "activation function",
    "act fns": "activation functions",
    "act func": "activation function",
    "activation fn": "activation function",
    "activation func": "activation function",
    "loss fn": "loss function",
    "loss func": "loss function",
    "bn": "batch normalization",
    "batchnorm": "batch normalization",
    "batch norm": "batch normalization",
    "layernorm": "layer normalization",
    "hparams": "hyperparameters",
    "hyperparams": "hyperparameters",
    "params": "parameters",
    "nn": "neural network",
    "nns": "neural networks",
    "val loss": "validation loss",
    "train loss": "training loss",
    "val acc": "validation accuracy",
    "sqrt dk": "square root of d_k",
    "sqrt d_k": "square root of d_k",
    "sqrt(d_k)": "square root of d_k",
    "sqrt(dk)": "square root of d_k",
    "dk": "d_k",
}
"""What learners write for short, and what they mean by it: an encoder of English knows few of these."""

_SHORTHAND = re.compile(
    rf"(?<![\w.])(?:{'|'.join(map(re.escape, sorted(SHORTHAND, key=len, reverse=True)))})(?![\w(]|\.\w)", re.IGNORECASE
)
_FENCED = re.compile(r"(```.*?(?:```|$)|`[^`\n]*`)", re.DOTALL)

_CALL = r"hi|hello|hey|heya|hiya|yo|greetings|dear|good (?:morning|afternoon|evening|day)|howdy"
_NAME = r"<@[!&]?\d+>|@?gradus|@\w+|there|all|everyone|bot|tutor|friend"
_ADDRESS = re.compile(
    rf"^(?:[\W_]*(?:{_CALL}|<@[!&]?\d+>|@?gradus|@\w+)(?:\s+(?:there|all|everyone|bot))?\b>?)+[\W_]*", re.IGNORECASE
)
_GREETING = re.compile(
    rf"^[\W_]*(?:{_CALL})(?:[\W_]+(?:{_CALL}|{_NAME}|how are you|what'?s up))*[\W_]*$", re.IGNORECASE
)
_CLOSING = re.compile(
    rf"^[\W_]*(?:thanks?(?: you)?|thank u|thx|ty|cheers|bye|goodbye|see you|got it|cool|nice|great|awesome|perfect"
    rf"|ok(?:ay)?|lol|good night)(?:[\W_]+(?:{_NAME}|thanks?|thank you|thx|a lot|so much|very much|again|bye|cool"
    r"|nice|great|got it|that help(?:ed|s)|that was (?:helpful|great|clear)|for (?:the|your) (?:help|answer)))*[\W_]*$",
    re.IGNORECASE,
)

_ORDER = re.compile(
    r"^[\W_]*(?:please\s+)?(?:ignore|disregard|forget|override|bypass)\s+(?:all\b|any\b|every\w*\b|your\b|the\b|of\b|my\b"
    r"|these\b|those\b|previous\b|prior\b|earlier\b|above\b|\s)*"
    r"(?:instructions?|rules|prompts?|guidelines|commands|restrictions|above)\b",
    re.IGNORECASE,
)

_WORDY = re.compile(r"[^\W\d_]{2}|[\u0370-\u03ff∂∇√∑∏∫ℝ]")
_LITERALS = _listed("null none nil undefined true false")

_NOT_PROSE = re.compile(r"```.*?(?:```|$)|`[^`\n]*`|https?://\S+|<[^>\s]+>|\S*[_\\/=(){}\[\]<>*@]\S*", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SCRIPTS = tuple(
    _listed(
        "ARABIC ARMENIAN BENGALI CJK CYRILLIC DEVANAGARI ETHIOPIC GEORGIAN GREEK GUJARATI GURMUKHI HANGUL HEBREW "
        "HIRAGANA KANNADA KATAKANA KHMER LAO MALAYALAM MYANMAR ORIYA SINHALA TAMIL TELUGU THAANA THAI TIBETAN"
    )
)
_NOT_LANGUAGES = frozenset({"en", "pcm", "zxx"})


def without_address(text: str) -> str:
    """`text` without the greeting and the name it begins with, if there is more than that."""
    return _ADDRESS.sub("", text, count=1).strip() or text


def small_talk(text: str) -> Literal["greeting", "closing"] | None:
    """Whether `text` only greets, or only thanks and says goodbye."""
    if _GREETING.match(text):
        return "greeting"
    return "closing" if _CLOSING.match(text) else None


def says_nothing(text: str) -> bool:
    """Whether `text` has no word of two letters and no sign of mathematics, or is only what a program prints."""
    return not _WORDY.search(text) or text.strip(" \t\n.?!\"'`").lower() in _LITERALS


def is_order(text: str) -> bool:
    """Whether `text` begins by telling the bot to forget its rules: words that a lesson may have, but no question."""
    return bool(_ORDER.match(without_address(text)))


def in_full(text: str) -> str:
    """`text` with `SHORTHAND` written out, but for code between backticks."""
    parts = _FENCED.split(text)
    parts[::2] = [_SHORTHAND.sub(lambda found: SHORTHAND[found.group().lower()], part) for part in parts[::2]]
    return "".join(parts)


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
