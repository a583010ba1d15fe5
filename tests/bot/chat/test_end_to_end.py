"""A question through everything: simulated Discord, the real lessons, the real search, the real pictures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import simcord

from bot.assembly import Gradus, assemble
from bot.chat.client import make_client
from bot.settings import Settings


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Gradus]:
    assembled = assemble(Settings(home=tmp_path / "home"), say=lambda line: None)
    yield assembled
    assembled.close()


async def test_a_newcomer_is_answered_well_while_the_encoder_is_still_loading(real: Gradus) -> None:
    async with simcord.run(make_client(real), settle_timeout=30) as env:
        channel = env.create_guild("Study server").create_text_channel("ask")
        ada = env.guild.add_member(env.create_user("ada"))

        result = await ada.slash(channel, "ask", question="why does dropout help?")
        assert not real.retriever.ready
        assert result.response is not None
        embed = result.response.embeds[0]
        assert embed.title == "Dropout"
        assert embed.description is not None
        assert embed.description.startswith("Dropout helps because")
        assert embed.footer.text is not None
        assert embed.footer.text.startswith("From the lesson Dropout › ")
        assert "](https://" in str(embed.fields[0].value)

        mathematics = await ada.click(result.response, label="Mathematics")
        assert mathematics.ephemeral
        assert mathematics.response is not None
        (picture,) = mathematics.response.attachments
        assert picture.description is not None
        assert "Bernoulli(1 − p)" in picture.description

        code = await ada.click(result.response, label="Code")
        assert code.response is not None
        assert "nn.Dropout(p=0.5)" in str(code.response.embeds[0].description)

        elsewhere = await ada.slash(channel, "ask", question="how long should I bake sourdough bread?")
        assert elsewhere.response is not None
        assert elsewhere.response.embeds[0].title == "Not something I can answer"
