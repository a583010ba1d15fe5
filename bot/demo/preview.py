"""simcord's Preview, made live and able to show any place to any person.

Stock Preview shows one channel, publishes when a test says so, and refuses an action made on a page that has
been published again since. Here a page says itself what it shows, in its credential; it is published whenever
something happened since it was last read; and actions queue up for their turn. What simcord keeps private is
touched in this file and in `simulation`, so its version is pinned exactly.
"""

import hmac
import logging
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import simcord.preview
from aiohttp import web
from simcord.backend.errors import BackendError, SetupError
from simcord.preview import Preview
from simcord.preview import _server as preview_server
from simcord.preview._diagnostics import make_diagnostic
from simcord.preview._markdown import _FIELD_POLICIES
from simcord.preview._pages import _Page
from simcord.preview._server import PreviewServer
from simcord.results import InteractionResult

from bot.demo.simulation import Simulation
from foundation.errors import GradusError

log = logging.getLogger(__name__)

PAGE_KEY_PARTS = 4  # credential, channel, person, time zone
ID_DIGITS = 20  # of a 64-bit number
EMPTY = "The simulated chat starts empty each time; what Gradus keeps (answers, votes, progress) is still there."
WITH_NAMES = ("embed_description", "embed_field_value")
STATIC = Path(simcord.preview.__file__).with_name("static")


@dataclass(frozen=True)
class Address:
    """What a page shows: a channel, as a person sees it, in a browser's time zone."""

    channel: int
    person: int
    zone: str


class LivePreview(Preview):
    """The pages of a `Simulation`: live, of any channel, for any of its people."""

    # A visitor's tabs, not a test's: many, and each one's page lasts until simcord's lease of ten minutes ends.
    _MAX_PAGES = 256

    def __init__(self, simulation: Simulation, server: Callable[["LivePreview"], PreviewServer]) -> None:
        """Pages over `simulation`, served by what `server` makes of this preview."""
        super().__init__(
            simulation.env,
            simulation.channels[0],
            simulation.viewers(simulation.channels[0].id),
            layout="channel",
            display="responsive",
            width=960,
            height=720,
            locale="en-US",
            timezone="UTC",
            presentation_time=None,
            assets=simulation.pictures,
            port=0,
        )
        self._simulation = simulation
        self._server = server(self)
        self._published: dict[str, int] = {}
        self._zones: dict[str, str] = {}

    def open_at(self, address: Address) -> dict[str, Any]:
        """Open a page and give what it shows.

        Raises:
            SetupError: the person may not look at that channel, or there are too many pages.
            GradusError: there is no such channel.
        """
        self._look_at(address.channel)
        source = self._python
        if source is not None:
            # A new page copies its focus from this one; none means the newest messages, kept in view.
            source.channel_id, source.target_id, source.window_end_id = address.channel, None, None
        page = self._open_page(address.person)
        page.target_id = page.window_end_id = None
        if address.zone:
            self._zones[page.id] = address.zone
        self._publish(page, reason="initial")
        return self._page_payload(page)

    def state(self, context_id: str | None) -> dict[str, Any]:
        """What an open page shows by now.

        Raises:
            SetupError: the page has expired.
        """
        page = self._get_page(context_id)
        # A page that an action left stale takes no other until it is published again.
        if page.status == "stale" or self._published.get(page.id) != len(self.env.backend.transcript):
            _take_late_modal(page)
            self._advance_presentation_time()
            self._publish(page, reason="refresh")
        return self._page_payload(page)

    def show_modal(self, context_id: str, modal: Any) -> None:
        """Open a form, which a command outside the page brought up, on the page."""
        page = self._get_page(context_id)
        page.modal, page.modal_handle = modal, "m_" + secrets.token_urlsafe(12)
        self._publish(page, reason="action")

    def address_of(self, context_id: str) -> Address:
        """What an open page shows.

        Raises:
            SetupError: the page has expired.
        """
        page = self._get_page(context_id)
        return Address(page.channel_id, page.viewer.id, self._zones.get(page.id, ""))

    def _look_at(self, channel_id: int) -> None:
        self.channel = self._simulation.channel(channel_id)
        self.viewers = self._simulation.viewers(channel_id)

    def _publish(self, page: _Page, **reason: Any) -> None:
        """Publish one page as of its own channel: others' pages are published in the course of an action."""
        self._published[page.id] = len(self.env.backend.transcript)
        before = self.channel, self.viewers
        if page.channel_id in self.env.backend.channels:  # a thread may have been deleted under its page
            self._look_at(page.channel_id)
        try:
            super()._publish(page, **reason)
        finally:
            self.channel, self.viewers = before

    def _page_payload(self, page: _Page) -> dict[str, Any]:
        payload = super()._page_payload(page)
        if page.id in self._zones:
            payload["profile"]["timezone"] = self._zones[page.id]
        return payload

    def _close_page(self, context_id: str) -> None:
        super()._close_page(context_id)
        self._published.pop(context_id, None)
        self._zones.pop(context_id, None)

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        """Run a visitor's action when its turn comes, on the page as it is by then."""
        async with self._simulation.turn:
            page = self._get_page(context_id)
            self._look_at(page.channel_id)
            if isinstance(body, Mapping):
                body = self._as_of_now(page, body)
            return await super()._action(context_id, body)

    def _as_of_now(self, page: _Page, body: Mapping[str, Any]) -> dict[str, Any]:
        changed = dict(body)
        if "published_revision" in changed:
            changed["published_revision"] = page.revision
        content = changed.get("content")
        if isinstance(content, str):
            changed["content"] = self._simulation.with_mentions(content)
            if changed.get("kind") == "send_message":
                changed.update(typed_command(page.command_catalog.get("entries", []), content))
        return changed


def typed_command(entries: Iterable[Mapping[str, Any]], content: str) -> dict[str, Any]:
    """The action that runs a slash command which somebody typed out instead of picking it, or nothing.

    Discord turns `/ask ` into a form as it is typed; Preview's composer waits for a pick, and would send the
    line as a message. What follows the command's name is its first option. `entries` is Preview's catalogue.
    """
    for entry in sorted(entries, key=lambda one: -len(one["invocation"])):
        name, rest = f"/{entry['invocation']}", content.strip()
        if rest != name and not rest.startswith(name + " "):
            continue
        value, options = rest[len(name) :].strip(), entry["options"]
        required = {option["name"] for option in options if option["required"]}
        given = {options[0]["name"]: value} if value and options else {}
        if required - set(given) or (value and not options):
            return {}
        return {
            "kind": "run_command",
            "command_id": entry["commandId"],
            "path": list(entry["path"]),
            "schema_fingerprint": entry["schemaFingerprint"],
            "options": given,
        }
    return {}


def _take_late_modal(page: _Page) -> None:
    """Open the form that the bot answered the page's last action with after that action was over."""
    action = page.latest_action
    interaction = action.interaction if action is not None else None
    if interaction is None or interaction.modal is None or interaction.modal_consumed:
        return
    if page.modal is not None and page.modal._interaction.id >= interaction.id:
        return
    if action is not None and "modal" not in {outcome.get("kind") for outcome in action.outcomes}:
        page.modal = InteractionResult(page.preview.env, interaction)
        page.modal_handle = "m_" + secrets.token_urlsafe(12)
        action.outcomes.append({"kind": "modal"})


class DemoServer(PreviewServer):
    """Preview's pages and what the demo adds to them, at one address of this machine.

    A page's credential is `SECRET~CHANNEL~PERSON~ZONE` in the address's fragment, which Preview's own code
    sends back as a header: so one server shows every channel, and a page that is loaded again shows the same.
    The pages may be framed, by this address only.
    """

    _SECURITY_HEADERS: ClassVar[dict[str, str]] = {
        **PreviewServer._SECURITY_HEADERS,
        "X-Frame-Options": "SAMEORIGIN",
        "Content-Security-Policy": PreviewServer._SECURITY_HEADERS["Content-Security-Policy"].replace(
            "frame-ancestors 'none'", "frame-ancestors 'self'"
        ),
    }

    def __init__(self, preview: LivePreview, bind: Callable[[web.AppRunner], Awaitable[int]], extend: "Extend") -> None:
        """Serve `preview` where `bind` puts it, with the routes that `extend` adds."""
        super().__init__(preview)
        self.live = preview
        self._bind = bind
        self._extend = extend

    async def start(self) -> None:
        """Begin to serve."""
        vars(preview_server)["web"] = web  # simcord imports it when its own server starts
        for part in WITH_NAMES:  # Discord shows names there; simcord leaves the bare ids
            _FIELD_POLICIES[part]["mentions"] = True
        app = web.Application(handler_args={"handler_cancellation": False})
        for path in self._STATIC_FILES:
            if path != "/":
                app.router.add_get(path, self._static)
        app.router.add_get("/view/{channel}/{person}", self._view)
        app.router.add_post("/api/pages", self._pages)
        app.router.add_delete("/api/pages/{context_id}", self._delete_page)
        app.router.add_get("/api/state", self._state)
        app.router.add_get("/api/commands", self._commands)
        app.router.add_get("/api/action-result", self._action_result)
        app.router.add_post("/api/action", self._action)
        app.router.add_get("/api/assets/{asset_id}", self._asset)
        self._extend(app, self)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self.runner.setup()
        self.port = await self._bind(self.runner)

    def local(self, request: web.Request) -> bool:
        """Whether a request came to this address by its own name (no DNS rebinding) and from its own pages."""
        origin = request.headers.get("Origin")
        hosts = self._allowed_hosts()
        return request.headers.get("Host", "") in hosts and (
            origin is None or origin in {f"http://{host}" for host in hosts}
        )

    def address(self, request: web.Request) -> Address | None:
        """What the page that sends a request shows, or None where its credential is wrong."""
        parts = request.headers.get("X-Simcord-Capability", "").split("~")
        if len(parts) != PAGE_KEY_PARTS or not self.local(request):
            return None
        secret, channel, person, zone = parts
        channel_id, person_id = whole_number(channel), whole_number(person)
        if not same_secret(secret, self.preview.capability) or channel_id is None or person_id is None:
            return None
        return Address(channel_id, person_id, zone if _is_zone(zone) else "")

    def _authorized(self, request: web.Request, *, context: str | None = None) -> bool:
        supplied = request.headers.get("X-Simcord-Context")
        return self.address(request) is not None and (context is None or supplied == context)

    async def _pages(self, request: web.Request) -> web.Response:
        address = self.address(request)
        if address is None:
            raise web.HTTPUnauthorized
        try:
            return self._json(self.live.open_at(address))
        except (SetupError, BackendError, GradusError):
            return self._json({"error": make_diagnostic("control-unavailable")}, status=400)

    async def _state(self, request: web.Request) -> web.Response:
        if not self._authorized(request):
            raise web.HTTPUnauthorized
        try:
            return self._json(self.live.state(request.headers.get("X-Simcord-Context")))
        except (SetupError, BackendError, GradusError):
            return self._json({"error": make_diagnostic("context-unavailable")}, status=410)

    async def _action(self, request: web.Request) -> web.Response:
        """Preview's own answer to an action; what cannot be read as one is refused."""
        try:
            response: web.Response = await super()._action(request)
        except (ValueError, RecursionError) as error:
            log.warning("an action could not be read: %r", error)
            raise web.HTTPBadRequest(text="that action cannot be read") from error
        return response

    async def _view(self, request: web.Request) -> web.Response:
        """Preview's own page with the demo's style and script added, which fold away what is for developers."""
        if not self.local(request):
            raise web.HTTPForbidden
        page = (STATIC / "index.html").read_text(encoding="utf-8")
        page = page.replace("No messages in this channel.", EMPTY)
        page = page.replace("</head>", '<link rel="stylesheet" href="/demo/view.css"></head>')
        page = page.replace(
            '<script type="module" src="/app.js">',
            '<script src="/demo/view.js"></script><script type="module" src="/app.js">',
        )
        return web.Response(text=page, content_type="text/html", headers=self._SECURITY_HEADERS)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        response: web.StreamResponse = await super()._static(request)
        if request.path.startswith("/fonts/"):
            # Twenty megabytes whose names carry their version: once is enough.
            response.headers["Cache-Control"] = "private, max-age=86400, immutable"
            response.headers.pop("Pragma", None)
        return response

    def _json(self, value: dict[str, Any], *, status: int = 200) -> web.Response:
        return web.json_response(value, status=status, headers=self._SECURITY_HEADERS)


Extend = Callable[[web.Application, DemoServer], None]


def same_secret(supplied: str, secret: str) -> bool:
    """Whether a header holds the secret; its bytes may be anything."""
    return hmac.compare_digest(supplied.encode(errors="surrogateescape"), secret.encode())


def whole_number(text: object) -> int | None:
    """The id that a text is, or None: for what comes from outside."""
    return int(text) if isinstance(text, str) and re.fullmatch(rf"[0-9]{{1,{ID_DIGITS}}}", text) else None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True
