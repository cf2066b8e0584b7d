"""Messages as receivers get them, and where a webhook may not lead."""

import hashlib
import hmac
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpanswers import AnsweringServer
from receivers import Receiver, receiving

from activities.errors import NotificationError
from activities.messages.formats import RECEIVERS, to_json, to_slack, to_teams
from activities.messages.webhook import SIGNATURE, TIMESTAMP, Webhook, secret_in
from policies.runs.digests import Fact, Message

MESSAGE = Message(
    kind="digest",
    cluster="dev",
    title="A window begins: nights on dev",
    text="12 of 40 Deployments go to sleep.",
    facts=(Fact(name="expected", value="12"),),
)
HOSTILE = "<!channel> <https://evil.example|click> [x](http://evil.example) & *bold*\r\nSet-Cookie: a=b"
LOCAL = ("127.0.0.1",)
HOSTS = tuple(host for each in RECEIVERS for host in each.hosts)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def webhook(address: str, **options: object) -> Webhook:
    return Webhook("slack", lambda: address, to_slack, hosts=LOCAL, **options)  # type: ignore[arg-type]


def test_slack_gets_block_kit_with_a_text_for_notifications(receiver: Receiver) -> None:
    webhook(f"{receiver.url}/services/T/B/secret").send(MESSAGE)
    (delivery,) = receiver.got
    assert delivery.path == "/services/T/B/secret"
    assert delivery.data["text"] == "A window begins: nights on dev: 12 of 40 Deployments go to sleep."
    assert [block["type"] for block in delivery.data["blocks"]] == ["header", "section", "section"]
    assert delivery.data["blocks"][2]["fields"] == [{"type": "mrkdwn", "text": "*expected*\n12"}]


def test_teams_gets_an_adaptive_card() -> None:
    (attachment,) = to_teams(MESSAGE)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    title, text, facts = attachment["content"]["body"]
    assert (title["text"], text["text"]) == (MESSAGE.title, "12 of 40 Deployments go to sleep.")
    assert facts["facts"] == [{"title": "expected", "value": "12"}]


def test_what_anybody_may_write_is_no_markup() -> None:
    hostile = MESSAGE.model_copy(update={"title": HOSTILE, "text": HOSTILE})
    slack = to_slack(hostile)
    assert "<" not in slack["text"] + slack["blocks"][1]["text"]["text"]
    assert "\r" not in slack["blocks"][0]["text"]["text"]
    (attachment,) = to_teams(hostile)["attachments"]
    assert r"\[x\]\(http://evil.example\)" in attachment["content"]["body"][1]["text"]


def test_a_long_message_fits_what_slack_takes() -> None:
    slack = to_slack(MESSAGE.model_copy(update={"title": "t" * 500, "text": "x" * 10_000}))
    assert len(slack["blocks"][0]["text"]["text"]) == 150
    assert len(slack["blocks"][1]["text"]["text"]) == 3_000


def test_a_signed_message_can_be_verified_with_the_key(receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("first\n")
    signed = Webhook("webhook", lambda: receiver.url, to_json, hosts=LOCAL, key=secret_in(file), now=lambda: 1_000.0)
    signed.send(MESSAGE)
    file.write_text("second\n")
    signed.send(MESSAGE)
    for key, delivery in zip((b"first", b"second"), receiver.got, strict=True):
        wanted = hmac.new(key, b"1000." + delivery.body, hashlib.sha256).hexdigest()
        assert delivery.headers[SIGNATURE] == f"sha256={wanted}"
        assert delivery.headers[TIMESTAMP] == "1000"
        assert delivery.data["title"] == MESSAGE.title


@pytest.mark.parametrize(
    ("address", "hosts", "told"),
    [
        ("https://evil.example/x", HOSTS, "not one of FINOPS_WEBHOOK_HOSTS"),
        ("https://hooks.slack.com.evil.example/x", HOSTS, "not one of FINOPS_WEBHOOK_HOSTS"),
        ("https://evil.example#hooks.slack.com", HOSTS, "not one of FINOPS_WEBHOOK_HOSTS"),
        ("https://hooks.slack.com@evil.example/", HOSTS, "not one of FINOPS_WEBHOOK_HOSTS"),
        ("http://169.254.169.254/latest/meta-data", ("169.254.169.254",), "an address that a webhook may not have"),
        ("http://0.0.0.0/", ("0.0.0.0",), "an address that a webhook may not have"),
        ("http://10.0.0.1/", ("10.0.0.1",), "does not begin with https://"),
        ("file:///etc/passwd", ("*",), "cannot be found"),
        ("ftp://127.0.0.1/x", LOCAL, "does not begin with https://"),
        ("https://127.0.0.1:99999/x", LOCAL, "is not a valid URL"),
        ("https://127.0.0.1/x\r\nHost: evil", LOCAL, "characters that no address has"),
        ("", HOSTS, "not one of FINOPS_WEBHOOK_HOSTS"),
    ],
)
def test_a_webhook_leads_only_where_it_is_allowed(address: str, hosts: tuple[str, ...], told: str) -> None:
    with pytest.raises(NotificationError, match=told):
        Webhook("slack", lambda: address, to_slack, hosts=hosts).send(MESSAGE)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers, receiver.location = [302], "http://169.254.169.254/"
    with pytest.raises(NotificationError, match="it answered 302"):
        webhook(receiver.url).send(MESSAGE)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("answer", "again"),
    [(500, True), (503, True), (429, True), (400, False), (403, False), (404, False)],
)
def test_what_may_pass_is_worth_another_attempt(receiver: Receiver, answer: int, again: bool) -> None:
    receiver.answers = [answer]
    with pytest.raises(NotificationError) as caught:
        webhook(receiver.url).send(MESSAGE)
    assert caught.value.is_worth_another is again


def test_an_error_never_holds_the_address(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    for address in ("http://127.0.0.1:9/services/CANARY", "https://evil.example/CANARY", "http://127.0.0.1:x/CANARY"):
        with pytest.raises(NotificationError) as caught:
            webhook(address).send(MESSAGE)
        assert "CANARY" not in str(caught.value)
    with pytest.raises(NotificationError, match="cannot be read"):
        Webhook("slack", secret_in(tmp_path / "missing"), to_slack, hosts=LOCAL).send(MESSAGE)
    assert "CANARY" not in "".join(each.getMessage() for each in caplog.records if each.name != "httpcore.connection")


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("https://hooks.slack.com/services/T", "the proxy refuses the connection"),
        ("https://known-to-the-proxy.example/x", "the proxy refuses the connection"),
        ("http://known-to-the-proxy.example/x", "does not begin with https://"),
        ("https://169.254.169.254/latest", "an address that a webhook may not have"),
        ("https://[fe80::1]/x", "an address that a webhook may not have"),
        ("https://evil.test/x", "not one of FINOPS_WEBHOOK_HOSTS"),
    ],
)
def test_behind_a_proxy_a_name_need_not_be_known_here(address: str, told: str) -> None:
    hosts = (*HOSTS, "*.example", "169.254.169.254", "fe80::1")
    with AnsweringServer() as proxy:  # which forwards nothing
        environment = {"https_proxy": proxy.url, "http_proxy": proxy.url}
        webhook = Webhook("slack", lambda: address, to_slack, hosts=hosts, environment=environment)
        with pytest.raises(NotificationError, match=told) as caught:
            webhook.send(MESSAGE)
    assert caught.value.is_worth_another is (told == "the proxy refuses the connection")


def test_a_host_that_no_proxy_stands_before_has_to_be_known_here() -> None:
    environment = {"https_proxy": "http://127.0.0.1:1", "no_proxy": "fd00::/8,.invalid"}
    with pytest.raises(NotificationError, match="cannot be found"):
        Webhook("slack", lambda: "https://x.invalid/", to_slack, hosts=("*.invalid",), environment=environment).send(
            MESSAGE
        )


def test_a_proxy_that_is_none_is_the_trouble_of_that_message() -> None:
    with pytest.raises(NotificationError, match="the proxy in HTTPS_PROXY"):
        Webhook(
            "slack", lambda: "https://hooks.slack.com/x", to_slack, hosts=HOSTS, environment={"ALL_PROXY": "::"}
        ).send(MESSAGE)
