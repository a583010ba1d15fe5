"""Messages as questions: Discord's own marks taken out of what a learner wrote."""

import re

_MARKS = (
    (re.compile(r"<@!?\d+>"), "@someone"),
    (re.compile(r"<@&\d+>"), "@role"),
    (re.compile(r"<#\d+>"), "#channel"),
    (re.compile(r"<a?:(\w+):\d+>"), r":\1:"),
    (re.compile(r"</([^:>]+):\d+>"), r"/\1"),
    (re.compile(r"<t:\d+(?::\w)?>"), "that time"),
)


def question_in(content: str, own_ids: tuple[int, ...] = ()) -> str:
    """The question in a message: mentions of Gradus (`own_ids`: its account and its role) go, every other mark
    that only Discord can read becomes a word.
    """
    own = "|".join(rf"<@[!&]?{id}>" for id in own_ids)
    text = re.sub(own, " ", content) if own else content
    for mark, word in _MARKS:
        text = mark.sub(word, text)
    return " ".join(text.split())
