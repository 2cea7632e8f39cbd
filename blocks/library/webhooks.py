"""Blocks that begin a run when another site calls: any site, or GitHub.

The platform receives the call, asks whether it is genuine and wanted, and starts the agent with the
call's body on the hidden pin `payload` of the node. So a block here has nothing to check any more.
"""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from blocks.sdk import (
    BlockError,
    BlockKind,
    Category,
    ChosenCredential,
    InputPins,
    OutputPins,
    PinName,
    Webhook,
    block,
    credentials_pin,
    pin,
)


class GenericInputs(InputPins):
    payload: dict[str, Any] = pin(
        default_factory=dict, hidden=True, description="The call's body; the platform fills it in"
    )
    constants: dict[str, Any] = pin(
        default_factory=dict, description="Values that go out beside each call's"
    )
    secret_token: str | None = pin(
        None,
        secret=True,
        description="What a call must say in its header X-Webhook-Secret",
    )


class GenericOutputs(OutputPins):
    payload: dict[str, Any] = pin(default_factory=dict, description="The body of the call")
    constants: dict[str, Any] = pin(default_factory=dict, description="The constants, as they are")


@block(
    id="8fa8c167-2002-47ce-aba8-97572fc5d387",
    name="GenericWebhookTriggerBlock",
    categories=[Category.INPUT],
    kind=BlockKind.WEBHOOK_MANUAL,
    webhook=Webhook(provider="generic_webhook", type="plain"),
    examples=[
        (
            GenericInputs(payload={"order": 7}, constants={"shop": "north"}),
            GenericOutputs(payload={"order": 7}, constants={"shop": "north"}),
        ),
        (GenericInputs(), GenericOutputs(payload={}, constants={})),
    ],
)
def generic_webhook(inputs: GenericInputs) -> Iterator[GenericOutputs]:
    """Begin a run with the body of a call from any site. Started by hand, the payload is empty."""
    yield GenericOutputs(payload=inputs.payload, constants=inputs.constants)


class PullRequestEvents(BaseModel):
    """Which of GitHub's events about pull requests are wanted."""

    opened: bool = False
    edited: bool = False
    closed: bool = False
    reopened: bool = False
    synchronize: bool = False
    assigned: bool = False
    unassigned: bool = False
    labeled: bool = False
    unlabeled: bool = False
    converted_to_draft: bool = False
    locked: bool = False
    unlocked: bool = False
    enqueued: bool = False
    dequeued: bool = False
    milestoned: bool = False
    demilestoned: bool = False
    ready_for_review: bool = False
    review_requested: bool = False
    review_request_removed: bool = False
    auto_merge_enabled: bool = False
    auto_merge_disabled: bool = False


class PullRequestInputs(InputPins):
    credentials: ChosenCredential = credentials_pin(
        "github",
        kinds=["api_key", "oauth2"],
        scopes=["repo"],
        required=False,  # of a run: setting the webhook up needs it
        description="The account that may set up webhooks of the repository",
    )
    repo: str = pin(description="The repository", placeholder="owner/name")
    payload: dict[str, Any] = pin(
        default_factory=dict, hidden=True, description="The call's body; the platform fills it in"
    )
    events: PullRequestEvents = pin(title="Events", description="The events to run for")


class PullRequestOutputs(OutputPins):
    payload: dict[str, Any] = pin(default_factory=dict, description="The whole of what GitHub sent")
    triggered_by_user: dict[str, Any] = pin(
        default_factory=dict, description="The person on GitHub who did it"
    )
    event: str = pin("", description="What happened to the pull request, such as `opened`")
    number: int = pin(0, description="The number of the pull request")
    pull_request: dict[str, Any] = pin(default_factory=dict, description="The pull request")
    pull_request_url: str = pin("", description="The address of its page")


SENT: dict[str, Any] = {
    "action": "opened",
    "number": 2,
    "pull_request": {"html_url": "https://github.com/example/tea/pull/2", "title": "Add mint"},
    "sender": {"login": "alice"},
}


@block(
    id="6c60ec01-8128-419e-988f-96a063ee2fea",
    name="GithubPullRequestTriggerBlock",
    title="GitHub Pull Request Trigger",
    categories=[Category.DEVELOPER_TOOLS, Category.INPUT],
    kind=BlockKind.WEBHOOK,
    webhook=Webhook(
        provider="github",
        type="repo",
        resource_format="{repo}",
        event_filter_input=PinName("events"),
        event_format="pull_request.{event}",
    ),
    examples=[
        (
            PullRequestInputs(
                repo="example/tea", payload=SENT, events=PullRequestEvents(opened=True)
            ),
            PullRequestOutputs(
                payload=SENT,
                triggered_by_user=SENT["sender"],
                event="opened",
                number=2,
                pull_request=SENT["pull_request"],
                pull_request_url="https://github.com/example/tea/pull/2",
            ),
        )
    ],
)
def github_pull_request(inputs: PullRequestInputs) -> Iterator[PullRequestOutputs]:
    """Begin a run when something happens to a pull request of a repository on GitHub.

    Started by hand there is no event, and the block fails.
    """
    sent = inputs.payload
    try:
        outputs = PullRequestOutputs(
            payload=sent,
            triggered_by_user=sent["sender"],
            event=sent["action"],
            number=sent["number"],
            pull_request=sent["pull_request"],
            pull_request_url=sent["pull_request"]["html_url"],
        )
    except (KeyError, TypeError, ValueError):
        raise BlockError(
            "There is no event of a pull request in the payload: GitHub starts this agent."
        ) from None
    yield outputs
