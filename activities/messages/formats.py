"""A message in the format of the service that shows it: Slack's Block Kit, an Adaptive Card for Teams, or plain JSON;
and the services whose webhooks take them.

Texts hold names that anybody may have chosen. Anything that could be markup there is made plain.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from policies.runs.digests import Message, Urgency

SLACK_TITLE = 150
SLACK_TEXT = 3_000
SLACK_FIELDS = 10
"""Limits of Block Kit: a longer message is refused as a whole."""

_MARKDOWN = re.compile(r"([\\`*_\[\]()#<>~|])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]+")


def to_slack(message: Message) -> dict[str, Any]:
    """An incoming webhook's body."""
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(_plain(message.title), SLACK_TITLE)}},
        {"type": "section", "text": {"type": "mrkdwn", "text": _cut(_for_slack(message.text), SLACK_TEXT)}},
    ]
    if message.facts:
        fields = [
            {"type": "mrkdwn", "text": f"*{_for_slack(fact.name)}*\n{_cut(_for_slack(fact.value), 500)}"}
            for fact in message.facts[:SLACK_FIELDS]
        ]
        blocks.append({"type": "section", "fields": fields})
    return {"text": _cut(_for_slack(f"{message.title}: {message.text}"), SLACK_TEXT), "blocks": blocks}


def to_teams(message: Message) -> dict[str, Any]:
    """The body that a Teams workflow or incoming webhook takes."""
    color = "Warning" if message.urgency is Urgency.WARNING else "Default"
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "size": "Medium", "weight": "Bolder", "color": color, "text": _for_teams(message.title)},
        {"type": "TextBlock", "wrap": True, "text": _for_teams(message.text)},
    ]
    if message.facts:
        facts = [{"title": _for_teams(fact.name), "value": _for_teams(fact.value)} for fact in message.facts]
        body.append({"type": "FactSet", "facts": facts})
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def to_json(message: Message) -> dict[str, Any]:
    """The message as it is, for a program."""
    return message.model_dump(mode="json")


class Receiver(NamedTuple):
    """A service whose webhooks take a message. The address of one is a secret, in the file `<name>_webhook_file`."""

    name: str
    render: Callable[[Message], dict[str, Any]]
    hosts: tuple[str, ...]
    """Where its webhooks live; `*` stands for a part of a name."""


RECEIVERS = (
    Receiver("slack", to_slack, ("hooks.slack.com",)),
    Receiver("teams", to_teams, ("*.webhook.office.com", "*.logic.azure.com", "*.api.powerplatform.com")),
)


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text)


def _for_slack(text: str) -> str:
    """Without these three nothing is a link, a mention or a channel: `<!channel>` in a name notifies nobody."""
    return _plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _for_teams(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", _plain(text))


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
