"""What an operator can set, read from the environment and a `.env` file.

The environment is an argument, so that tests and the demo hand in their own.
"""

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv.parser import parse_stream
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from foundation.errors import GradusError, did_you_mean

PREFIX = "GRADUS_"
TOKEN = "DISCORD_TOKEN"
SECRETS = (TOKEN, "GRADUS_LLM_KEY")

ADDRESS = re.compile(r"https?://([\w.-]+|\[[0-9a-f:]+\])(:\d{1,5})?(/[^\s?#]*)?", re.IGNORECASE)

NO_TOKEN = (
    "DISCORD_TOKEN: missing; copy it from discord.com/developers → your application → Bot, and put it into .env "
    "(`gradus demo` needs none)"
)


class Settings(BaseSettings):
    """Every setting: its default, its bounds, and what it does (shown in the README)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    discord_token: SecretStr | None = Field(
        default=None, validation_alias=TOKEN, description="the bot's token; only `gradus run` needs it"
    )
    home: Path = Field(
        default=Path("~/.gradus"), description="the folder for the database, the index and drawn pictures"
    )
    encoder: str | None = Field(
        default=None,
        description="another sentence-transformers model: a folder or a hub id; empty for the bundled one",
    )
    content: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(),
        description=f"folders of your own with lessons and resources, parted by '{os.pathsep}'; they add to ours, or "
        "stand in place of them",
    )
    message_content: bool = Field(
        default=False,
        description="read plain messages in conversations; needs the Message Content intent in the portal too",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="how much is written to standard error"
    )

    llm_url: str | None = Field(
        default=None,
        description="a server that speaks the OpenAI chat API, such as http://localhost:11434/v1; its language model "
        "words the answers; empty for none",
    )
    llm_model: str | None = Field(default=None, description="the model's name there; needed with an address")
    llm_key: SecretStr | None = Field(default=None, description="the key that the server asks for, if any")
    llm_seconds: float = Field(default=60.0, gt=0, le=600, description="for a whole answer of the model")
    llm_first_seconds: float = Field(default=20.0, gt=0, le=600, description="until its first word")
    llm_learner_tokens: int = Field(default=50_000, ge=0, description="of the model for one learner a day, in UTC")
    llm_server_tokens: int = Field(default=1_000_000, ge=0, description="the same for one Discord server")

    data_dir: Path | None = Field(
        default=None, description="a folder with published data sets to train on; empty for those that we make"
    )
    worker: Literal["auto", "off"] = Field(
        default="auto", description="whether the bot starts a training worker of its own where none is there"
    )
    worker_memory: int | None = Field(
        default=None,
        ge=100,
        description="MB that the runs of a worker may take together; empty for three quarters of the machine's",
    )
    train_learner_running: int = Field(default=2, ge=1, description="runs of one learner at once")
    train_learner_queued: int = Field(default=20, ge=1, description="runs that one learner may have waiting")
    train_learner_seconds: int = Field(default=3600, ge=0, description="device-seconds of one learner a day, in UTC")
    train_server_running: int = Field(default=8, ge=1, description="runs of one Discord server at once")
    train_server_queued: int = Field(default=200, ge=1, description="runs that one server may have waiting")
    train_server_seconds: int = Field(default=36_000, ge=0, description="device-seconds of one server a day, in UTC")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what `load_settings` hands in counts, never the process's own environment behind its back."""
        return (init_settings,)

    @field_validator("content", mode="before")
    @classmethod
    def _folders(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return tuple(Path(part.strip()).expanduser() for part in value.split(os.pathsep) if part.strip())

    @field_validator("content")
    @classmethod
    def _are_there(cls, folders: tuple[Path, ...]) -> tuple[Path, ...]:
        for folder in folders:
            if not folder.is_dir():
                raise ValueError(f"there is no folder {folder}")
        return folders

    @field_validator("data_dir")
    @classmethod
    def _is_there(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.expanduser().is_dir():
            raise ValueError(f"there is no folder {folder}")
        return folder.expanduser() if folder else None

    @field_validator("llm_url")
    @classmethod
    def _is_address(cls, url: str | None) -> str | None:
        if url is not None and not ADDRESS.fullmatch(url):
            raise ValueError("this is no address; write one such as http://localhost:11434/v1")
        return url

    @property
    def folder(self) -> Path:
        """`home`, with `~` put in full."""
        return self.home.expanduser()

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return self.folder / "gradus.sqlite3"

    @property
    def runs_path(self) -> Path:
        """The folder of what training runs left."""
        return self.folder / "runs"

    @property
    def index_path(self) -> Path:
        """The folder of the lesson index."""
        return self.folder / "index"

    @property
    def cache_path(self) -> Path:
        """The folder of drawn pictures; safe to delete at any time."""
        return self.folder / "cache"


class _Given(EnvSettingsSource):
    """pydantic's reader of environment variables, over a mapping of ours."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        return {name.lower(): value for name, value in self._variables.items() if value.strip()}


def load_settings(
    environment: Mapping[str, str], env_file: Path | None = None, *, token_needed: bool = False
) -> Settings:
    """Settings from `environment`, over those of `env_file` where there is one.

    Raises:
        GradusError: names every wrong, unknown or missing key at once, a line each; no value of a secret.
    """
    in_file, problems = _read(env_file) if env_file else ({}, [])
    variables = in_file | dict(environment)
    problems += _unknown(variables)
    settings = None
    try:
        settings = Settings(**_Given(variables)())
    except ValidationError as error:
        problems += [_said(detail) for detail in error.errors(include_url=False, include_context=False)]
    if settings is not None and not _has_place(settings.home):
        problems.append(f"GRADUS_HOME: nobody here has the home of {str(settings.home)!r}; name a whole path")
    if settings is not None and settings.llm_url and not settings.llm_model:
        problems.append("GRADUS_LLM_MODEL: missing; name the model that GRADUS_LLM_URL serves")
    if token_needed and not variables.get(TOKEN, "").strip():
        problems.append(NO_TOKEN)
    if problems or settings is None:
        raise GradusError("\n".join(problems))
    return settings


def _has_place(folder: Path) -> bool:
    try:
        folder.expanduser()
    except RuntimeError:
        return False
    return True


def _read(file: Path) -> tuple[dict[str, str], list[str]]:
    """The keys of a `.env` file, if it is there, and what is wrong with the file itself."""
    if not file.exists():
        return {}, []
    try:
        bindings = list(parse_stream(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    except OSError as error:
        return {}, [f"{file}: cannot be read: {(error.strerror or type(error).__name__).lower()}"]
    except UnicodeDecodeError:
        return {}, [f"{file}: is not text; write lines of KEY=value, as .env.example shows"]
    wrong = [
        f"{file}:{one.original.line}: is no line of KEY=value"
        for one in bindings
        if one.error or (one.key is not None and one.value is None)
    ]
    return {one.key: one.value for one in bindings if one.key and one.value is not None}, wrong


def key_of(name: str) -> str:
    """The environment variable behind the field `name`."""
    alias = Settings.model_fields[name].validation_alias
    return alias if isinstance(alias, str) else PREFIX + name.upper()


def _unknown(variables: Mapping[str, str]) -> list[str]:
    known = [key_of(name) for name in Settings.model_fields]
    return [
        f"{name}: no such setting{did_you_mean(name, known)}; remove it"
        for name in sorted(variables)
        if name.startswith(PREFIX) and name not in known
    ]


def _said(detail: Any) -> str:
    name = str(detail["loc"][0])
    key = key_of(name) if name in Settings.model_fields else name
    given = "" if key in SECRETS else f", not {detail['input']!r}"
    message: str = detail["msg"]
    return f"{key}: {message[0].lower()}{message[1:]}{given}"
