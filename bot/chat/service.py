"""The bot on Discord: connected, ticking, until it is interrupted or refused."""

import aiohttp
import discord

from bot.assembly import Gradus
from bot.chat.client import make_client
from bot.ticks import drive
from foundation.errors import GradusError

BAD_TOKEN = "Discord refuses DISCORD_TOKEN; copy it anew from discord.com/developers → your application → Bot"

NO_INTENT = (
    "GRADUS_MESSAGE_CONTENT is on, but the application lacks that intent; switch it on at discord.com/developers → "
    "your application → Bot → Message Content Intent, or remove the setting"
)


async def serve(gradus: Gradus, token: str) -> None:
    """Stay connected until cancelled.

    Raises:
        GradusError: Discord refuses the token or an intent, or cannot be reached.
    """
    if not token.isascii() or not token.isprintable() or " " in token:
        raise GradusError(BAD_TOKEN)
    scheduler = drive(gradus.ticks, gradus.clock)
    try:
        async with make_client(gradus) as client:
            scheduler.start()
            await client.start(token)
    except discord.LoginFailure:
        raise GradusError(BAD_TOKEN) from None
    except discord.PrivilegedIntentsRequired:
        raise GradusError(NO_INTENT) from None
    except discord.HTTPException as error:
        raise GradusError(
            f"Discord answers {error.status} to the login; try again later, or check its status page"
        ) from error
    except (OSError, aiohttp.ClientError) as error:
        raise GradusError(f"cannot reach Discord ({type(error).__name__}); check the network") from error
    finally:
        if scheduler.running:
            scheduler.shutdown(wait=False)
