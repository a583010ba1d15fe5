"""A process that plans and sends prompts, and is killed: run by `test_prompting`, never imported by the bot.

    python -m tests.bot.prompt_process DATABASE MESSAGES NOW DEATH

MESSAGES stands for Discord: a file with a line for each message that was sent. DEATH says where the process kills
itself: `planned`, `claimed` (before the message), `sent` (after it), or `never`.
"""

import asyncio
import itertools
import json
import os
import secrets
import signal
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.practising import Today
from bot.prompting import Prompting, Sent
from foundation.database import DatabaseThread
from quizzes.prompts import Prompt


@dataclass
class Messages:
    """Discord as a file: what was sent stays sent, whoever dies."""

    file: Path
    death: str = "never"
    seconds: float = 0.0

    @property
    def lines(self) -> list[dict[str, str]]:
        """The messages so far."""
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    async def find(self, prompt: Prompt) -> Sent | None:
        """The message with the prompt's nonce."""
        found = [number for number, line in enumerate(self.lines) if line["nonce"] == prompt.nonce]
        return Sent("dm", str(found[0])) if found else None

    async def send(self, prompt: Prompt, text: str) -> Sent:
        """Add a line."""
        if self.death == "claimed":
            die()
        await asyncio.sleep(self.seconds)
        with self.file.open("a") as file:
            line = {"nonce": prompt.nonce, "person": prompt.person, "date": prompt.local_date.isoformat()}
            file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
        await asyncio.sleep(self.seconds)
        if self.death == "sent":
            die()
        return Sent("dm", str(len(self.lines)))


def die() -> None:
    """As from `kill -9`."""
    os.kill(os.getpid(), signal.SIGKILL)


async def worth(person: int, now: datetime) -> Today | None:
    """Something, always."""
    return Today(4, "Gradient descent")


async def main(database: Path, messages: Path, now: datetime, death: str) -> None:
    """Plan, then send until nothing waits."""
    thread = DatabaseThread(database)
    prompting = Prompting(thread, worth, lambda: secrets.token_hex(8))
    await prompting.plan(now)
    if death == "planned":
        die()
    discord = Messages(messages, death, seconds=0.002 if death == "never" else 0.0)
    for _ in itertools.repeat(None, 20):
        await prompting.send_due(discord, now)
    thread.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]), sys.argv[4]))
