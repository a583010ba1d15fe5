"""Messages as questions."""

import pytest

from bot.chat.text import question_in

ME, MY_ROLE = 111, 222


@pytest.mark.parametrize(
    ("content", "question"),
    [
        ("<@111> why does dropout help?", "why does dropout help?"),
        ("why does dropout help, <@!111>?", "why does dropout help, ?"),
        ("<@&222> why?", "why?"),
        ("<@111>", ""),
        ("<@111>   \n ", ""),
        ("<@333> told me in <#444> that <@&555> knows <:relu:666> and <a:party:777>", None),
        ("use </ask:888> at <t:1700000000:R>", "use /ask at that time"),
        ("is a < b and c > d?", "is a < b and c > d?"),
        ("vector<float> in C++", "vector<float> in C++"),
    ],
)
def test_marks_that_only_discord_reads_become_words(content: str, question: str | None) -> None:
    told = "@someone told me in #channel that @role knows :relu: and :party:"
    assert question_in(content, (ME, MY_ROLE)) == (told if question is None else question)


def test_a_mention_of_somebody_whose_id_begins_like_ours_is_not_ours() -> None:
    assert question_in("<@1112> why?", (111,)) == "@someone why?"
