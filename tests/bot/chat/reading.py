"""Reading what the bot showed."""

from simcord.results import InteractionResult, ResponseMessage


def shown(result: InteractionResult) -> ResponseMessage:
    """The message that an interaction led to."""
    assert result.response is not None
    return result.response


def labels(message: ResponseMessage) -> list[str]:
    """What the buttons under a message say, in order."""
    return [item["label"] for row in message.components for item in row["components"] if "label" in item]
