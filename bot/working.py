"""A training worker beside the bot: a process of its own, at low priority, started anew where it dies.

It gets its settings by its environment, and neither the bot's token nor any other secret. It reads no `.env` either,
for it runs in the data folder.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from bot.settings import Settings, key_of
from bot.train_terminal import memory_of

log = logging.getLogger(__name__)

NICE = 10
MOST_DEATHS = 5
WITHIN = timedelta(minutes=10)
"""A worker that dies more often than this is not started again."""

FIRST_PAUSE = timedelta(seconds=1)  # doubled at each death
GRACE = 15.0  # seconds for a worker to hand its runs back
REFUSED = 1  # the exit status of a command that says why it cannot go on

HANDED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")
SETTINGS = (
    "data_dir",
    "log_level",
    "train_learner_running",
    "train_learner_queued",
    "train_learner_seconds",
    "train_server_running",
    "train_server_queued",
    "train_server_seconds",
)
"""What a worker is told; its home and its memory beside these."""


class Working:
    """Looks after one worker, from the bot's ticks. Where somebody else's worker is there, none is started."""

    def __init__(
        self,
        settings: Settings,
        database: Path,
        has_worker: Callable[[], Awaitable[bool]],
        environment: Mapping[str, str],
        device: str | None = None,
    ) -> None:
        """Args:
        has_worker: whether any worker was heard of lately.
        environment: the bot's own, of which little is handed on.
        device: by default the first GPU where there is a driver for one, else the CPU.
        """
        self._settings, self._database = settings, database.resolve()
        self._has_worker, self._environment = has_worker, environment
        self._device = device or ("cuda:0" if shutil.which("nvidia-smi") else "cpu")
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths: list[datetime] = []
        self._given_up = False

    @property
    def pid(self) -> int | None:
        """The worker's process, while it is there."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def tick(self, now: datetime) -> None:
        """Start a worker where none is there, soon after one died, but not for ever."""
        if self._process is not None:
            status = self._process.poll()
            if status is None:
                return
            self._process = None
            self._mourn(status, now)
        if self._given_up or self._rests(now) or await self._has_worker():
            return
        self._process = self._started()

    def stop(self) -> None:
        """End the worker: it hands its runs back, or is killed where it does not come to an end."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            log.warning("the training worker does not end; it is killed")
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def _mourn(self, status: int, now: datetime) -> None:
        log.warning("the training worker ended with status %d", status)
        if status == REFUSED and self._device != "cpu":  # a driver, but no PyTorch for it
            self._device = "cpu"
        self._deaths = [*(one for one in self._deaths if now - one < WITHIN), now]
        if len(self._deaths) >= MOST_DEATHS:
            self._given_up = True
            log.error(
                "the training worker ended %d times, so it is left alone; what it said is above, and `gradus worker` "
                "starts one by hand",
                len(self._deaths),
            )

    def _rests(self, now: datetime) -> bool:
        """Whether the last death is too fresh for another try."""
        return bool(self._deaths) and now < self._deaths[-1] + FIRST_PAUSE * (1 << len(self._deaths) - 1)

    def _started(self) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "bot", "worker", "--device", self._device]
        command += ["--database", str(self._database), "--with", str(os.getpid())]
        if self._device == "cpu":  # half of the cores are left to the bot
            command += ["--slots", str(max(1, (os.cpu_count() or 1) // 2))]
        process = subprocess.Popen(
            command,
            env=worker_environment(self._settings, self._environment),
            cwd=self._settings.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C is for the bot, which then ends its worker in good order
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
        log.info("started a training worker on %s, process %d", self._device, process.pid)
        return process


def worker_environment(settings: Settings, environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a worker: what programs need, its settings, and the way to this code; no secret."""
    told = {name: environment[name] for name in HANDED_ON if name in environment}
    told |= {key_of(name): str(value) for name in SETTINGS if (value := getattr(settings, name)) is not None}
    told[key_of("home")] = str(settings.folder.resolve())
    told[key_of("worker_memory")] = str(memory_of(settings))
    if settings.data_dir is not None:
        told[key_of("data_dir")] = str(settings.data_dir.resolve())
    told["PYTHONPATH"] = str(Path(__file__).resolve().parents[1])
    return told
