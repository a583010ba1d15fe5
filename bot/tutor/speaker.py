"""A server that speaks the OpenAI chat API: asked for one answer at a time, within bounds of our own."""

import asyncio
import contextlib
import importlib
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from bot.settings import Settings
from bot.tutor.rules import Message
from foundation.errors import GradusError

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

Waited = TypeVar("Waited")

ANSWER_TOKENS = 400
"""That an answer may have; `rules.MOST_WORDS` with room to spare."""

MOST_CHARACTERS = 6_000
"""Taken of an answer: a server that minds no limit is not listened to for ever."""

MOST_BYTES = 2_000_000
"""Taken of a response, whatever stands in it."""

STALL_SECONDS = 10.0
"""Between two pieces of an answer."""

USAGE_SECONDS = 2.0
"""For the count of tokens that comes behind an answer, which nobody waits for longer."""

LOOK_SECONDS = 5.0
"""For a look whether the server is there."""

FAULTS = 3
"""In a row, after which a server is left alone."""

PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60.0, 960.0
"""For how long at first, and at most: each fault after a pause doubles the next."""

NO_KEY = "none"
"""What the client sends where no key is set; without it, it would look for one in the environment."""


class Unspoken(Exception):
    """The server gave no answer that can be used; the text says why, for the log, and holds nothing it sent.

    Attributes:
        fault: whether the server is at fault, and not this one answer.
    """

    def __init__(self, why: str, *, fault: bool = True) -> None:
        super().__init__(why)
        self.fault = fault


@dataclass(frozen=True)
class Model:
    """Where a language model is served, and how long an answer may take.

    Attributes:
        url: of the API, such as `http://localhost:11434/v1`.
        name: of the model there.
        key: sent as a bearer token, if any.
        seconds: for a whole answer.
        first_seconds: until its first piece.
    """

    url: str
    name: str
    key: str | None = None
    seconds: float = 60.0
    first_seconds: float = 20.0


def model_of(settings: Settings) -> Model | None:
    """The model that the settings name, if any."""
    if settings.llm_url is None or settings.llm_model is None:
        return None
    key = settings.llm_key.get_secret_value() if settings.llm_key else None
    return Model(settings.llm_url, settings.llm_model, key, settings.llm_seconds, settings.llm_first_seconds)


@dataclass(frozen=True)
class Piece:
    """A piece of an answer.

    Attributes:
        text: what was written; may be empty.
        finish: why the answer ends here (`stop`, `length`), or None where it goes on.
        tokens: of prompt and answer together, where the server tells.
    """

    text: str = ""
    finish: str | None = None
    tokens: int | None = None


class Speaker:
    """Streams answers from a server, and leaves one alone for a while that keeps failing.

    Nothing is tried twice, no redirect is followed, and nothing that the server sends is logged.
    """

    def __init__(self, model: Model, timer: Callable[[], float] = time.monotonic) -> None:
        """`timer` gives seconds of a clock that only runs forward."""
        self.model = model
        self._rest = _Rest(timer)
        self._client: AsyncOpenAI | None = None
        self._options: dict[str, Any] = {
            "max_tokens": ANSWER_TOKENS,
            "temperature": 0.2,
            "stream_options": {"include_usage": True},
        }

    async def answer(self, messages: Sequence[Message]) -> AsyncGenerator[Piece, None]:
        """An answer, piece by piece. Whoever stops early closes it (`contextlib.aclosing`).

        Raises:
            Unspoken: there is none, or no more of it.
        """
        if not self._rest.may_try():
            raise Unspoken("the server is left alone for a while after its faults", fault=False)
        try:
            async with contextlib.aclosing(self._pieces(messages)) as pieces:
                async for piece in pieces:
                    yield piece
        except Unspoken as why:
            self._rest.over(well=not why.fault)
            raise
        except (Exception, asyncio.CancelledError, GeneratorExit) as stopped:
            self._rest.over(well=isinstance(stopped, GeneratorExit))
            raise
        self._rest.over(well=True)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _pieces(self, messages: Sequence[Message]) -> AsyncGenerator[Piece, None]:
        if self._client is None:  # importing it takes half a second, for which the bot would stand still
            await asyncio.to_thread(importlib.import_module, "openai")
        end = asyncio.get_running_loop().time() + self.model.seconds
        stream = await _within(self.model.first_seconds, end, self._open(messages))
        try:
            chunks, patience, received, finish = aiter(stream), self.model.first_seconds, 0, None
            while True:
                try:
                    chunk = await _within(patience, end, anext(chunks, None))
                except Unspoken:
                    if finish is not None:
                        return  # it was only the count of tokens that did not come
                    raise
                if chunk is None:
                    break
                piece = _read(chunk)
                received += len(piece.text)
                finish = piece.finish or finish
                patience = USAGE_SECONDS if finish else STALL_SECONDS
                if received > MOST_CHARACTERS:
                    raise Unspoken("the answer does not end")
                yield piece
            if finish is None:
                raise Unspoken("the answer broke off")
        finally:
            with contextlib.suppress(Exception):
                await stream.close()

    async def _open(self, messages: Sequence[Message]) -> Any:
        """The stream of a new answer; an option that the model does not know is left out from then on."""
        from openai import BadRequestError

        while True:
            try:
                chat: Any = self._connected().chat.completions
                return await chat.create(
                    model=self.model.name, messages=list(messages), stream=True, **dict(self._options)
                )
            except BadRequestError as refusal:
                if refusal.param not in self._options:
                    raise
                log.info("the model %s takes no %s", self.model.name, refusal.param)
                del self._options[refusal.param]
                if refusal.param == "max_tokens":
                    self._options["max_completion_tokens"] = ANSWER_TOKENS

    def _connected(self) -> "AsyncOpenAI":
        if self._client is None:
            from openai import AsyncOpenAI, DefaultAsyncHttpxClient

            self._client = AsyncOpenAI(
                base_url=self.model.url,
                api_key=self.model.key or NO_KEY,
                timeout=self.model.seconds,
                max_retries=0,
                http_client=DefaultAsyncHttpxClient(follow_redirects=False, event_hooks={"response": [_bound]}),
            )
        return self._client


def served(model: Model) -> tuple[str, ...]:
    """The names of the models that the server says it has; none, where it says nothing of that.

    Raises:
        GradusError: it does not answer, or refuses the key, and what to do.
    """
    from openai import APIConnectionError, APIStatusError, DefaultHttpxClient, OpenAI, OpenAIError

    client = OpenAI(
        base_url=model.url,
        api_key=model.key or NO_KEY,
        timeout=LOOK_SECONDS,
        max_retries=0,
        http_client=DefaultHttpxClient(follow_redirects=False),
    )
    try:
        with client:
            return tuple(str(one.id) for one in client.models.list().data)
    except APIConnectionError as failure:
        raise GradusError(
            f"{model.url} does not answer ({_root(failure)}); start the server (Ollama: `ollama serve`), or remove "
            "GRADUS_LLM_URL"
        ) from None
    except APIStatusError as refusal:
        if refusal.status_code in (401, 403):
            raise GradusError(f"{model.url} refuses the key; set GRADUS_LLM_KEY") from None
        return ()
    except (OpenAIError, ValueError, TypeError, AttributeError):
        return ()


class _Rest:
    """When a server may be tried: not for a while after `FAULTS` in a row, and then by one answer first."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._faults = 0
        self._until = 0.0
        self._trying = False

    def may_try(self) -> bool:
        if self._faults < FAULTS:
            return True
        if self._trying or self._timer() < self._until:
            return False
        self._trying = True
        return True

    def over(self, *, well: bool) -> None:
        self._trying = False
        if well:
            self._faults = 0
            return
        self._faults += 1
        pause = PAUSE_SECONDS * 2 ** min(10, max(0, self._faults - FAULTS))
        self._until = self._timer() + min(LONGEST_PAUSE_SECONDS, pause)


async def _within(seconds: float, end: float, waited: Awaitable[Waited]) -> Waited:
    """What is waited for, within so many seconds and before the loop's time `end`; any fault as `Unspoken`."""
    import httpx2
    from openai import APIConnectionError, APIStatusError, OpenAIError

    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(min(end, loop.time() + seconds)):
            return await waited
    except TimeoutError:
        raise Unspoken("the server takes too long") from None
    except APIStatusError as refusal:
        raise Unspoken(f"the server answers {refusal.status_code}") from None
    except APIConnectionError as failure:
        raise Unspoken(f"the server cannot be reached ({_root(failure)})") from None
    except (OpenAIError, httpx2.HTTPError, httpx2.StreamError) as failure:
        raise Unspoken(f"the server fails ({type(failure).__name__})") from None
    except (ValueError, TypeError, AttributeError, RecursionError) as failure:
        raise Unspoken(f"the server sends what is no chat ({type(failure).__name__})") from None


def _root(failure: BaseException) -> str:
    """The kind of what was at the bottom of a failed connection."""
    while failure.__cause__ is not None:
        failure = failure.__cause__
    return type(failure).__name__


def _read(chunk: Any) -> Piece:
    """A chunk of the stream, as far as it is one: the client checks nothing of what a server sends."""
    choices, usage = getattr(chunk, "choices", None), getattr(chunk, "usage", None)
    tokens = getattr(usage, "total_tokens", None)
    tokens = tokens if isinstance(tokens, int) and 0 <= tokens <= 1_000_000 else None
    if not isinstance(choices, list) and usage is None:
        raise Unspoken("the server sends what is no chat")
    choice = choices[0] if isinstance(choices, list) and choices else None
    delta, finish = getattr(choice, "delta", None), getattr(choice, "finish_reason", None)
    text = getattr(delta, "content", None) or ""
    if getattr(delta, "refusal", None) or finish == "content_filter":
        raise Unspoken("the model refuses", fault=False)
    if not isinstance(text, str) or not isinstance(finish, str | None):
        raise Unspoken("the server sends what is no chat")
    return Piece(text, finish, tokens)


async def _bound(response: "httpx2.Response") -> None:
    """Let no more than `MOST_BYTES` of a response in: the client knows no limit."""
    import httpx2

    class Bounded(httpx2.AsyncByteStream):
        def __init__(self, stream: httpx2.AsyncByteStream) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            taken = 0
            async for part in self._stream:
                taken += len(part)
                if taken > MOST_BYTES:
                    raise httpx2.ReadError("too much")
                yield part

        async def aclose(self) -> None:
            await self._stream.aclose()

    if isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = Bounded(response.stream)
