"""Pages made ready to send."""

from pathlib import Path

import pytest

from bot.chat.messages import WORDS_LIMIT, Picture, embed, in_words, prepare
from bot.chat.rendering import Field, Page
from content.lesson import Figure

PAGE = Page(title="Dropout", text="Dropout helps.", colour=0x2A9D8F)


async def test_formulas_become_one_picture_with_their_words(tmp_path: Path) -> None:
    page = Page(title="Dropout", text="See **(1)**.", colour=0, formulas=(r"\frac{a}{b}", "x_i"))
    post = await prepare(page, tmp_path)
    assert post.picture is not None
    assert post.picture.png.startswith(b"\x89PNG")
    assert post.picture.words == "a/b\nxᵢ"
    assert post.page is page


async def test_formulas_that_cannot_be_drawn_are_written_out_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "cache"
    blocked.write_text("a file where the folder should be")
    page = Page(title="Dropout", text="Dropout divides.", colour=0, formulas=("x_i",))
    post = await prepare(page, blocked)
    assert post.picture is None
    assert post.page.text == "Dropout divides.\n\nxᵢ"
    assert "cannot draw the picture of 'Dropout'" in caplog.text


async def test_a_figure_that_cannot_be_drawn_takes_no_answer_away(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page = Page(title="Dropout", text="Dropout helps.", colour=0, figure=Figure("no-such-figure", "Nothing."))
    post = await prepare(page, tmp_path)
    assert (post.picture, post.page.text) == (None, "Dropout helps.")
    assert "no-such-figure" in caplog.text


async def test_a_page_without_pictures_draws_nothing(tmp_path: Path) -> None:
    post = await prepare(PAGE, tmp_path)
    assert post.whole() == post.without_picture()
    assert post.picture is None


def test_a_pictures_words_fit_and_each_file_is_fresh() -> None:
    picture = Picture(b"png", "word " * 1000)
    first, second = picture.file(), picture.file()
    assert first.fp is not second.fp
    assert first.description is not None
    assert len(first.description) <= WORDS_LIMIT


def test_formulas_in_words_are_one_a_line() -> None:
    assert in_words((r"\sigma(z)", r"\alpha")) == "σ(z)\nα"


def test_an_embed_shows_what_the_page_has_and_nothing_empty() -> None:
    assert embed(PAGE).to_dict().keys() == {"title", "description", "color", "flags", "type"}
    page = Page("Dropout", "Text.", 0, question="why?", fields=(Field("Sources", "• A"),), footer="From a lesson")
    shown = embed(page).to_dict()
    assert shown["author"] == {"name": "why?"}
    assert shown["fields"] == [{"inline": False, "name": "Sources", "value": "• A"}]
    assert shown["footer"] == {"text": "From a lesson"}
