"""A portfolio's page in HTML and Markdown, and the zip: whole, escaped, and heavy enough for nobody."""

import io
import itertools
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.portfolio_page import PAGE_FILE, archive, html_page, markdown_page
from bot.road.portfolio import Portfolio
from bot.road.portfolio_store import Writings
from bot.road.steps import OwnWord
from bot.road.written import blocks, links, safe_url, spans
from tests.bot.conftest import NOW
from tests.bot.portfolios import WRITINGS, bare, full

DISCORD_LIMIT = 10_000_000
VOID = {"meta", "link", "br", "img"}
KNOWN = {
    "html", "head", "meta", "title", "link", "style", "body", "header", "main", "section", "article", "footer", "h1",
    "h2", "h3", "h4", "p", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "strong", "em", "code", "a", "br", "img",
    "figure", "figcaption", "details", "summary",
}  # fmt: skip

EVIL = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert%281%29)",
    "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "[click](vbscript:x)",
    "![x](https://evil.example/pixel.png)",
    "![x](javascript:alert)",
    '[x](https://example.org/"onmouseover="alert(1))',
    "[x](https://user:pass@example.org/)",
    "https://example.org/<script>alert(1)</script>",
    "`</code><script>alert(1)</script>`",
    "**<b onclick=alert(1)>**",
    "</style></head><body onload=alert(1)>",
    "&lt;script&gt; &#x3C;script>",
    "\u202ereversed \u0000 \u200b",
    "<!-- ",
    "{{7*7}} ${7*7} %(x)s {0}",
    "| a | b |\n| --- | --- |",
    "# not a heading\n1. not a list\n=====\n---",
)


class Read(HTMLParser):
    """What a browser would find in a page."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def harmless(text: str) -> Read:
    """The page, after making sure that nothing in it acts or loads."""
    page = Read(text)
    assert page.open == []
    assert {tag for tag, _ in page.tags} <= KNOWN
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    for attributes in page.all("a"):
        assert re.fullmatch(r"https?://[^\s\"'<>]+", attributes["href"], re.IGNORECASE)
        assert {"nofollow", "noopener"} <= set(attributes["rel"].split())
    assert all(one["src"].startswith("data:image/png;base64,") for one in page.all("img"))
    assert all(set(one) <= {"style", "class", "aria-hidden", "dir"} for one in page.all("span"))
    return page


@pytest.fixture(scope="module")
def drawn() -> Portfolio:
    return full()


@pytest.fixture(scope="module")
def plain() -> Portfolio:
    return full(drawn=False)


# -------------------------------------------------------------------- what stands there


def test_the_page_shows_runs_mastery_steps_and_words(drawn: Portfolio) -> None:
    page = harmless(html_page(drawn))
    for words in (
        "Ada Lovelace", "10 of 12 projects done", "Handwritten digit recognition", "✓ Meets its bar", "at least 0.95",
        "the nearest class mean: 0.92", "◐ Bar not met yet", "Found and mended: overfitting", "1000", "Still to mend",
        "1 min 14 s on a CPU", "a GPU (cuda:0)", "python scripts/digits.py", "epochs 30, learning_rate 0.001;",
        "synthetic-fashion, version 1, drawn by Gradus in place of the published data", "6 of 6 concepts mastered",
        "Member of 2 study groups", "(in their own words)", "1 March 2026", "stand-in data",
    ):  # fmt: skip
        assert words in page.text, words
    assert [one["href"] for one in page.all("a")][:2] == ["https://github.com/ada", "https://example.org/notes"]


def test_its_skeleton_is_sound(drawn: Portfolio) -> None:
    page = Read(html_page(drawn))
    assert html_page(drawn).startswith("<!DOCTYPE html>")
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("title")) == len(page.all("h1")) == len(page.all("main")) == 1
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-4]", tag)]
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids)) == 12
    pictures = page.all("img")
    assert len(pictures) == 12
    assert all(len(one["alt"]) > 20 and int(one["width"]) == 1000 for one in pictures)


def test_nothing_in_it_loads_anything(drawn: Portfolio) -> None:
    text = html_page(drawn)
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert all(one["href"] == "data:," for one in Read(text).all("link"))


def test_all_twelve_curves_weigh_less_than_discord_takes(drawn: Portfolio) -> None:
    assert len(html_page(drawn).encode()) < DISCORD_LIMIT / 5
    assert len(archive(drawn, {"digits.py": "print(1)\n"})) < DISCORD_LIMIT / 5


def test_no_name_is_given_where_none_was_chosen() -> None:
    portfolio = bare()
    page = harmless(html_page(portfolio))
    assert "Deep-learning portfolio" in page.text
    assert len(page.all("h1")) == 1
    assert "Concepts mastered" not in page.text
    assert "Steps of a career" not in page.text
    assert markdown_page(portfolio).startswith("# Deep-learning portfolio\n\n**1** of")


def test_an_empty_portfolio_is_still_a_page() -> None:
    empty = replace(bare(), works=())
    harmless(html_page(empty))
    assert "# Deep-learning portfolio" in markdown_page(empty)


def test_neither_effort_nor_a_wrong_answer_stands_in_it(drawn: Portfolio) -> None:
    for text in (Read(html_page(drawn)).text.lower(), markdown_page(drawn).lower()):
        assert not any(word in text for word in ("streak", "questions answered", "wrong", "missed", "effort"))


# -------------------------------------------------------------------- Markdown and the zip


def test_markdown_says_the_same_and_names_its_pictures(drawn: Portfolio) -> None:
    text = markdown_page(drawn)
    assert text.startswith("# Ada Lovelace\n\n*Deep-learning portfolio*\n")
    assert "I came from analytical engines to **deep learning**" in text
    assert "| Accuracy | **0.969** |" in text
    assert re.findall(r"\]\((pictures/[a-z0-9-]+\.png)\)", text) == [
        f"pictures/{work.standing.project.id}.png" for work in drawn.works
    ]
    assert "- ✓ **13. The community**: Member of 2 study groups; I help in the forum of " in text


def test_the_zip_holds_all_there_is_to_publish(drawn: Portfolio) -> None:
    with zipfile.ZipFile(io.BytesIO(archive(drawn, {"digits.py": "print(1)\n"}))) as files:
        assert files.testzip() is None
        names = [name.removeprefix("portfolio/") for name in files.namelist()]
        assert names[:3] == ["README.txt", PAGE_FILE, "portfolio.md"]
        assert "GitHub Pages" in files.read("portfolio/README.txt").decode()
        assert files.read("portfolio/index.html").decode() == html_page(drawn)
        assert files.read("portfolio/scripts/digits.py") == b"print(1)\n"
        markdown = files.read("portfolio/portfolio.md").decode()
        assert all(picture in names for picture in re.findall(r"\((pictures/[^)]+)\)", markdown))
    assert archive(drawn, {}) == archive(drawn, {})


# -------------------------------------------------------------------- what learners write


def evil(text: str, portfolio: Portfolio) -> Portfolio:
    """The portfolio with that text in every place where a learner can write."""
    about = {work.standing.project.id: text for work in portfolio.works}
    works = tuple(replace(work, paragraph=text) for work in portfolio.works)
    steps = tuple(replace(one, own=OwnWord(text, NOW), state="done") for one in portfolio.steps)
    return replace(portfolio, writings=Writings(text, text, text, about), works=works, steps=steps)


@pytest.mark.parametrize("text", EVIL)
def test_what_somebody_writes_neither_acts_nor_loads(text: str, plain: Portfolio) -> None:
    page = harmless(html_page(evil(text, plain)))
    assert all("evil.example" not in one["src"] for one in page.all("img"))
    marked = markdown_page(evil(text, plain))
    outside_code = re.sub(r"`[^`\n]*`", "", marked)
    assert not re.search(r"<[a-zA-Z!/]", outside_code)
    assert not re.search(r"(?<!\\)\]\((?!https?://|pictures/)", outside_code)
    assert not re.search(r"!\[[^\]]*\]\((?!pictures/)", outside_code)


@given(st.text(st.sampled_from("<>\"'&`*[]()!-_#|\\/:=@{}\n. aهж😀\u202e\u200d") | st.characters(), max_size=60))
@settings(max_examples=60, deadline=None)
def test_no_text_at_all_breaks_the_page(text: str) -> None:
    portfolio = Portfolio(Writings(text, text, text, {}), (), 12, (), (), NOW.date())
    harmless(html_page(portfolio))
    outside_code = re.sub(r"`[^`\n]*`", "", markdown_page(portfolio))
    assert not re.search(r"<[a-zA-Z!/]", outside_code)


def test_other_scripts_and_emoji_stand_as_they_were_written(plain: Portfolio) -> None:
    text = "مرحبا بالعالم 👩‍🔬 Привет"
    page = harmless(html_page(replace(plain, writings=Writings(text, text))))
    assert page.text.count(text) >= 2
    assert page.all("h1") == [{"dir": "auto"}]


def test_a_text_is_read_by_blocks() -> None:
    found = blocks("One\ntwo\n\n- a\n- **b**\n\n\nthree")
    assert [(one.kind, len(one.lines)) for one in found] == [("paragraph", 2), ("list", 2), ("paragraph", 1)]
    assert found[1].lines[1][0].kind == "bold"
    assert blocks(" \n\u200b\n") == ()


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("**bold** and *italic* and `code`", ["bold", "text", "italic", "text", "code"]),
        ("see https://example.org/a.", ["text", "link", "text"]),
        ("[here](https://example.org)", ["link"]),
        ("2 * 3 * 4 and snake_case", ["text"]),
        ("![image](https://example.org/a.png)", ["text", "link", "text"]),
        ("[no](javascript:x)", ["text"]),
        ("`**not bold**`", ["code"]),
    ],
)
def test_a_line_is_read_by_spans(line: str, kinds: list[str]) -> None:
    assert [one.kind for one in spans(line)] == kinds


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("http://example.org/Ж", "http://example.org/%D0%96"),
        ('https://example.org/"x', "https://example.org/%22x"),
        ("javascript:alert(1)", ""),
        ("//example.org", ""),
        ("https://", ""),
        ("https://a@example.org", ""),
        ("https://[broken", ""),
        (f"https://example.org/{'x' * 500}", ""),
        ("ftp://example.org", ""),
    ],
)
def test_only_addresses_of_the_web_are_linked(address: str, safe: str) -> None:
    assert safe_url(address) == safe


def test_links_are_listed_by_name_or_by_address() -> None:
    found = links("GitHub: https://github.com/ada\nhttps://example.org/\nnothing\n[Mine](https://a.example)\n")
    assert [(one.text, one.url) for one in found] == [
        ("GitHub", "https://github.com/ada"),
        ("example.org", "https://example.org/"),
        ("Mine", "https://a.example"),
    ]
    assert len(links("\n".join(["https://example.org"] * 30))) == 8


def test_huge_text_in_every_place_stays_far_below_what_discord_takes() -> None:
    big = replace(
        WRITINGS, name="W" * 60, introduction="word " * 300, about=dict.fromkeys(("digits", "gan"), "x" * 1500)
    )
    assert len(html_page(full(big, drawn=False))) < DISCORD_LIMIT / 50
