"""Texts that no parser should stumble over, drawn from a seed, and a watch over what is run meanwhile."""

import random
import sys
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any

PLANTED = (
    "__import__('os').system('touch /tmp/gradus-was-here')",
    "().__class__.__bases__[0].__subclasses__()",
    "exec('import os')",
    "eval(\"open('/tmp/gradus-was-here', 'w')\")",
    "open('/tmp/gradus-was-here','w').write('x')",
    "lambda: 0",
    "[x for x in range(10**9)]",
    "{{7*7}} ${7*7} %(x)s {0.__class__}",
    "$(touch /tmp/gradus-was-here)",
    "`touch /tmp/gradus-was-here`",
    "; import os; os.system('touch /tmp/gradus-was-here')",
    "1 if __import__('os').getpid() else 2",
    "!!python/object/apply:os.system ['touch /tmp/gradus-was-here']",
    "9**9**9**9**9**9",
    "10^10^10^10",
    "(" * 150 + "1" + ")" * 150,
    "-" * 250 + "1",
    "2" + "^2" * 120,
    "√" * 250,
    "x²³⁴⁵⁶⁷⁸⁹" * 20,
    "|" * 200,
    "1,234." * 40,
    " " * 3900 + "x",
    "a " * 1900,
    "1 " * 1900,
    "A, " * 1200,
    ";" * 3900,
    "\n" * 3900,
    "->" * 1900,
    "it is " * 600,
    "not " * 900,
    "line 1 or " * 390,
    "\\frac{" * 60,
    "9" * 3900,
    "0." + "0" * 3000 + "1",
    "1e" + "9" * 190,
    "nan",
    "inf",
    "-inf",
    "\ud800",
    "\u202e\u2066\x00\x1b[2J",
    "é́́́́" * 300,
    "١٢٣٫٤ ½ ⅞ Ⅻ ① ² ₂",
    "@everyone <@123> <#1> https://example.org [x](javascript:alert(1))",
)

_ALPHABETS = (
    "0123456789.,+-*/^() eE%",
    "xypwgn0123456789+-*/^()[]{}|,.=<>!√²₁πσ·×÷− \\",
    "ABCDEabcde12345 ,;:.>-/()\n",
    "abcdefghijklmnopqrstuvwxyz -'",
    "\t\n\r \u00a0\u200b`*_~#|<>@\\$\"'“”‘’„…–—",
    "éüßñ漢字かなабвгдأبجהو🙂🅰️ﬁﬀ①½²ₙ",
)
_SNIPPETS = (
    *("sqrt(", "log2(", "max(1, ", "if(1<2, ", "min(", "exp(-", "σ(", "1/0", "e^", "2x", "1e308", "1e-400", "²", "⁻¹"),
    *(" or ", " and ", "not ", "the answer is ", "≈ ", " = ", "%", " MB", "line ", "option ", "because ", "it is "),
    *("tensor([", "torch.Size([", "dtype=", "```", "\\n", "1 1/2", "1,234", "0,25", "__import__('os')", "{{", "}}"),
)


def texts(seed: int, known: Sequence[str], count: int) -> Iterator[str]:
    """Planted texts first, then noise, snippets, and known texts with something changed."""
    source = random.Random(seed)
    yield from PLANTED[:count]
    for _ in range(count - len(PLANTED)):
        kind = source.randrange(5)
        if kind == 0:
            yield _noise(source, source.choice(_ALPHABETS), source.choice((3, 10, 40, 200, 400)))
        elif kind == 1:
            yield "".join(source.choice((*_SNIPPETS, *_ALPHABETS[0])) for _ in range(source.randrange(1, 30)))
        elif kind == 2:
            yield _changed(source, source.choice(PLANTED))
        else:
            yield _changed(source, source.choice(known)) if known else _noise(source, _ALPHABETS[3], 30)


def _noise(source: random.Random, alphabet: str, longest: int) -> str:
    return "".join(source.choice(alphabet) for _ in range(source.randrange(longest + 1)))


def _changed(source: random.Random, text: str) -> str:
    for _ in range(source.randrange(1, 5)):
        at = source.randrange(len(text) + 1)
        kind = source.randrange(4)
        if kind == 0:
            text = text[:at] + text[at + source.randrange(1, 4) :]
        elif kind == 1:
            text = text[:at] + _noise(source, source.choice(_ALPHABETS), 6) + text[at:]
        elif kind == 2:
            text = text[:at] + source.choice(_SNIPPETS) + text[at:]
        else:
            text = (text[:at] + text[:at] + text[at:])[:4500]
    return text


class Watch:
    """Notes everything that would run or open something while it is on."""

    _EVENTS = ("exec", "compile", "open", "os.", "subprocess.", "socket.", "shutil.", "ctypes.")
    _armed: "Watch | None" = None
    _hooked = False

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __enter__(self) -> "Watch":
        if not Watch._hooked:
            Watch._hooked = True
            sys.addaudithook(Watch._hook)
        Watch._armed = self
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        Watch._armed = None

    @staticmethod
    def _hook(event: str, arguments: tuple[Any, ...]) -> None:
        watch = Watch._armed
        if watch is not None and event.startswith(Watch._EVENTS):
            watch.seen.append(f"{event} {arguments!r:.200}")
