"""GitHub: its signature, its events, and its webhooks, which are set up where a credential may."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pydantic import Field

from agents.triggers import signing
from agents.triggers.calls import Call
from agents.triggers.errors import CallNotReadable, SetUpFailed
from agents.triggers.kinds.base import Called, Config, Genuine
from credentials import services as credentials
from credentials.errors import ProviderUnavailable
from credentials.wire import Answer, ask
from kernel.errors import TrellisError
from kernel.jsontypes import JSONObject, NotJSON, dumps, loads

API = "https://api.github.com"
REPO = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
EVENT = re.compile(r"[a-z_]{1,60}(\.[a-z_]{1,60})?")
PING = "ping"


class GitHubConfig(Config):
    """Which repository, which events, and by whose account the webhook is set up."""

    repo: str = Field(
        "",
        max_length=201,
        title="Repository",
        description="owner/name. Empty: the one that the node names.",
    )
    events: list[str] = Field(
        default_factory=list,
        max_length=50,
        title="Events",
        description="Such as `push` or `pull_request.opened`, one in each line. Empty: those that "
        "the node asks for, or all.",
    )
    credential_id: UUID | None = Field(
        None,
        title="Set up by",
        description="A credential of GitHub that may set up webhooks there. Without one you enter "
        "address and secret in the repository's settings yourself.",
        json_schema_extra={
            "choose": "credential",
            "providers": ["github"],
            "kinds": ["api_key", "oauth2"],
        },
    )


class GitHub(Called[GitHubConfig]):
    """Believes what is signed with the secret that only GitHub has."""

    name = "github"
    title = "GitHub"
    description = "Begins a run when something happens in a repository on GitHub."
    order = 20
    config = GitHubConfig
    provider = "github"

    def subject(self, config: GitHubConfig, resource: str) -> str:
        return config.repo or resource

    def problems(self, config: GitHubConfig, owner_id: Any, agent_id: UUID) -> list[str]:
        found = [
            f"`events` has {one[:60]!r}; events are such as `push` or `pull_request.opened`."
            for one in config.events
            if not EVENT.fullmatch(one)
        ]
        if config.repo and not REPO.fullmatch(config.repo):
            found.append("`repo` is written as owner/name.")
        return found

    def judge(
        self, call: Call, secret: str, config: GitHubConfig, wanted: Sequence[str] | None
    ) -> Genuine:
        header = "X-Hub-Signature-256"
        signing.check_hex(secret, call.header(header), call.body, header=header)
        payload = _payload(call)
        name, action = call.header("X-GitHub-Event"), payload.get("action")
        event = f"{name}.{action}" if isinstance(action, str) else name
        chosen = config.events or wanted
        ignored = ""
        if name == PING:
            ignored = "GitHub asks whether the address works. It does."
        elif chosen is not None and not {name, event} & set(chosen):
            ignored = f"The event {event[:80]!r} is not wanted."
        return Genuine(
            payload=payload,
            delivery_id=call.delivery_id("X-GitHub-Delivery"),
            # GitHub signs no time: the same event is good once, whatever it is called.
            signature=call.body_digest,
            event=event[:100],
            ignored=ignored,
        )

    def config_with(self, credential_id: str | None) -> JSONObject:
        return {"credential_id": credential_id}

    def set_up(
        self, config: GitHubConfig, owner_id: Any, subject: str, url: str, secret: str
    ) -> str:
        if config.credential_id is None:
            return ""
        if not REPO.fullmatch(subject):
            raise SetUpFailed("Say which repository to watch, as owner/name.")
        wanted = sorted({one.partition(".")[0] for one in config.events}) or ["*"]
        made = self._ask(
            config,
            owner_id,
            "POST",
            f"/repos/{subject}/hooks",
            {
                "name": "web",
                "active": True,
                "events": wanted,
                "config": {
                    "url": url,
                    "content_type": "json",
                    "secret": secret,
                    "insecure_ssl": "0",
                },
            },
        ).object()
        id = made.get("id")
        if not isinstance(id, int):
            raise SetUpFailed("GitHub's answer does not say which webhook it made.")
        return str(id)

    def take_down(self, config: GitHubConfig, owner_id: Any, subject: str, remote_id: str) -> None:
        if config.credential_id and remote_id.isdigit() and REPO.fullmatch(subject):
            self._ask(config, owner_id, "DELETE", f"/repos/{subject}/hooks/{remote_id}")

    def _ask(
        self,
        config: GitHubConfig,
        owner_id: Any,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Return GitHub's answer. Raises SetUpFailed."""
        assert config.credential_id is not None
        url = f"{API}{path}"
        try:
            own = credentials.use(owner_id, config.credential_id).headers_for(url)
            answer = ask(
                method,
                url,
                headers={
                    **own,
                    "Accept": "application/vnd.github+json",
                    "X-GitHub-Api-Version": "2022-11-28",
                },
                body=None if body is None else dumps(body),
            )
        except (ProviderUnavailable, TrellisError) as error:
            raise SetUpFailed(f"GitHub could not be asked: {error.message}") from None
        gone = method == "DELETE" and answer.status_code == 404
        if answer.status_code >= 400 and not gone:
            raise SetUpFailed(_sentence(answer))
        return answer


def _payload(call: Call) -> JSONObject:
    """Return the event, also where the webhook is set to send forms."""
    found = call.json_object()
    if not call.header("content-type").lower().startswith("application/x-www-form-urlencoded"):
        return found
    try:
        inner = loads(str(found.get("payload", "")))
    except NotJSON as error:
        raise CallNotReadable(f"The form's field `payload`: {error}") from None
    if not isinstance(inner, dict):
        raise CallNotReadable("The form's field `payload` is no JSON object.")
    return inner


def _sentence(answer: Answer) -> str:
    said = str(answer.object().get("message") or "")[:200]
    remedy = {
        401: "Choose a credential that GitHub still accepts.",
        403: "The account may not set up webhooks there. It needs the scope admin:repo_hook or repo.",
        404: "There is no such repository, or the account may not set up webhooks there.",
        422: "GitHub must be able to reach the address from outside.",
    }.get(answer.status_code, "Try again later, or enter the address by hand.")
    told = f": {said}" if said else ""
    return f"GitHub answered with status {answer.status_code}{told}. {remedy}"


kind = GitHub()
