"""What a question wants to be told, read from its words alone."""

import re
from typing import Literal

from index.lexical import stems_of, words_of

Intent = Literal["what", "why", "code", "mathematics", "example", "trouble", "choice"]
"""What is it; why; how in code; the formula; numbers to follow; what went wrong; which of two."""

_ERROR = (
    r"\b\w*(?:error|exception|warning)\b\s*:|\btraceback\b|\berror (?:message|says)\b|\bcuda out of memory\b"
    r"|\bexpected .{1,60} but (?:got|found)\b|\bgot (?:this|an?) (?:error|warning)\b"
)
_GONE_WRONG = (
    r"\b(?:nan|inf|explod\w+|diverg\w+|blow\w* up|stuck|broken|bug|crash\w*|fail\w*|hang\w*|dead|dying|dies)\b"
    r"|\b(?:wrong|weird|strange|odd)\b|\b(?:not|never|\w+n['’]t|doesnt|isnt|wont|cant|no longer) "
    r"(?:learn|work|converg|decreas|improv|chang|train|settl|go down|updat)\w*"
    r"|\b(?:bounc|oscillat|jump|plateau)\w*|\bout of memory\b|\bhow (?:do i|to|can i) (?:fix|solve|debug)\b"
    r"|\b(?:my|the) (?:\w+ ){0,3}(?:is|are|goes|keeps?|stays?|gets?|outputs?|gives?|makes?)\b.{0,60}"
    r"\b(?:nan|none|zero|0|same|different|lower|higher|worse|constant|negative|up and down)\b"
    r"|\bdifferent (?:predictions?|results?|outputs?)\b|\bdid i (?:forget|do)\b"
    r"|\bwhat(?:'s| is)? (?:happening|going on)\b"
    r"|\bslow(?:ly)?\b.{0,60}\b(?:change|fix|do)\b|\bmissing\b|\bis something\b"
)
_CHOICE = (
    r"\bvs\.?\b|\bversus\b|\bdifferen(?:ce|t) (?:between|from|to|than)\b|\bdiffers?\b|\bcompar(?:e|ed|ing|ison)\b"
    r"|\b(?:which|what) (?:one|of)\b|\bwhich\b.{0,60}\b(?:better|best|choose|pick|use|should)\b"
    r"|\bbetter than\b|\b(?:rather|instead) (?:than|of)\b|\bsame (?:thing )?as\b|\beither\b.{0,20}\bor\b"
    r"|\bshould\b.{0,40}\w or \w+\W*$"
    r"|\bor is it\b|\b(?:should|would|do) (?:i|we|you) (?:use|choose|pick|need)\b.{0,40}\b(?:or|both|together)\b"
    r"|^\W*(?:[\w().-]+ ){1,4}or (?!not\b)[\w().-]+|\btogether with\b|\bboth\b\??$"
)
_BY_HAND_IN_CODE = r"\b(?:write|code|implement)\b.{0,80}\b(?:in|with|using) (?:py ?torch|torch|numpy|python)\b"
_WHY_IN_GENERAL = (
    r"^\W*(?:(?:so|and|but) )?why (?:do|does|did|are|is|can) (?!i\b|my\b|we\b|our\b|the\b|it\b|this\b|there\b)\w"
)
_WHAT_HAPPENS = r"\bwhat (?:exactly |actually |really )?(?:happens|is happening|goes on)\b"
_CODE = (
    r"```|\b(?:in|with|using) (?:py ?torch|torch|pytroch|keras|tensorflow|numpy|python|code)\b|\bimplement\w*\b"
    r"|\bcode\b|\bsnippet\b|\bfrom scratch\b|\b(?:nn|torch|f|np|optim|tf|model|loss|optimizer)\.\w+"
    r"|\bhow (?:do|to|can|should|would)\b.{0,40}\b(?:write|code|implement|call|program)\b|\w+\(\)"
    r"|\bwhat shapes?\b"
)
_MATHEMATICS = (
    r"\b(?:deriv(?:e|ation|ative|atives)|proof|prove|formula|equations?|math\w*|expectation|expected value"
    r"|variance|taylor|jacobian|theorem|notation|symbols?)\b|\bsqrt\b|√|∂|∇|Σ|\bd[a-z]/d[a-z]\w*\b"
    r"|\b1/\(1 ?[-−] ?p\)|\btransposed?\b"
)
_EXAMPLE = (
    r"\b(?:worked|tiny|small|simple|numerical|concrete) (?:\w+ )?(?:example|numbers)\b|\bby hand\b|\bon paper\b"
    r"|(?<!going )\bstep by step\b|\bwork (?:it|this|that|\w+) (?:through|out)\b|\bwith numbers\b"
    r"|\b(?:what is|compute|calculate)\b.{0,60}\b(?:after|if|when)\b.{0,40}\d|\bi got -?\d|\bif p = ?\d|\bw ?= ?\d"
    r"|\b(?:give|show|want|see|need)\b.{0,20}\bexample\b|\bexample of\b|\bexample\W*$"
    r"|\bhow many\b.{0,60}\b(?:on average|units)\b"
)
_WHY = r"\bwhy\b|\bhow come\b|\bwhat(?:'s| is) the (?:reason|point|purpose)\b|\bwhat .{0,40}\bfor\?*$|\breason\b"

TABLE: tuple[tuple[Intent, re.Pattern[str]], ...] = tuple(
    (intent, re.compile(pattern, re.IGNORECASE | re.MULTILINE))  # type: ignore[misc]
    for intent, pattern in (
        ("trouble", _ERROR),
        ("why", _WHY_IN_GENERAL),
        ("what", _WHAT_HAPPENS),
        ("code", _BY_HAND_IN_CODE),
        ("example", _EXAMPLE),
        ("choice", _CHOICE),
        ("trouble", _GONE_WRONG),
        ("mathematics", _MATHEMATICS),
        ("code", _CODE),
        ("why", _WHY),
    )
)
"""The first pattern that is found decides: what names its subject most narrowly stands first."""


def intent_of(question: str) -> Intent:
    """What `question` wants to be told; "what" where its words don't say."""
    return next((intent for intent, pattern in TABLE if pattern.search(question)), "what")


PREFERRED: dict[Intent, tuple[str, ...]] = {
    "what": ("In one minute", "Intuition"),
    "why": ("Intuition",),
    "code": ("In code", "How to"),
    "mathematics": ("The mathematics",),
    "example": ("Worked example",),
    "trouble": ("Pitfalls",),
    "choice": (),
}
"""The sections of a lesson that speak to an intent; a learner's own question may speak to any."""

ASKING = frozenset(
    stems_of(
        words_of(
            "give show tell explain describe example instance code python pytorch torch numpy formula equation "
            "mathematics maths math derivation derivative proof use used work works help helps need mean means do "
            "write implement implementation simple simply simpler easy easier plain words detail details deeper "
            "short shorter long again please best better good bad choose pick try happens intuition intuitively "
            "exactly really actually elaborate continue go summary summarise step steps numbers picture figure "
            "many much mistakes pitfalls problem problems drawbacks advantages difference different compare hand "
            "important"
        )
    )
)
"""Stems of words that ask in some way, of whatever subject."""
