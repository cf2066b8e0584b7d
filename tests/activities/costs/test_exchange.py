from collections.abc import Iterator

import httpx
import pytest
from httpanswers import Answer, AnsweringServer
from seconds import Seconds

from activities.costs.exchange import LARGEST_BODY, ONCE, Exchange
from activities.errors import CostSourceError, CostSourceRefused, CostSourceUnreachable
from policies.costs.doubts import NotBelieved

GOOD = Answer(200, b"good")


@pytest.fixture
def time() -> Seconds:
    return Seconds()


@pytest.fixture
def server() -> Iterator[AnsweringServer]:
    with AnsweringServer(GOOD) as running:
        yield running


@pytest.fixture
def exchange(server: AnsweringServer, time: Seconds) -> Iterator[Exchange]:
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        yield Exchange(client, "OpenCost", seconds=2, clock=time, sleep=time.sleep)


def read_all(pieces: Iterator[bytes]) -> bytes:
    return b"".join(pieces)


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(429),
        Answer(500),
        Answer(502),
        Answer(503),
        Answer(504),
        Answer(accident="reset"),
        Answer(200, b"go", accident="half"),
        Answer(accident="hang"),
    ],
    ids=["429", "500", "502", "503", "504", "closed", "half a body", "no answer"],
)
def test_what_may_pass_is_asked_again_a_second_later(
    server: AnsweringServer, exchange: Exchange, time: Seconds, trouble: Answer
) -> None:
    server.answers = [trouble, GOOD]
    assert exchange.ask("/x", read_all) == b"good"
    assert time.slept == [1]


def test_five_attempts_are_made_with_growing_waits_and_then_no_more(
    server: AnsweringServer, exchange: Exchange, time: Seconds
) -> None:
    server.answers = [Answer(503)]
    with pytest.raises(CostSourceRefused, match="answered 503"):
        exchange.ask("/x", read_all)
    assert (time.slept, len(server.asked)) == ([1, 2, 4, 8], 5)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404])
def test_what_will_not_pass_is_asked_once(server: AnsweringServer, exchange: Exchange, status: int) -> None:
    server.answers = [Answer(status, b"", {"Location": "/elsewhere"})]
    with pytest.raises(CostSourceRefused, match=f"answered {status}"):
        exchange.ask("/x", read_all)
    assert len(server.asked) == 1


def test_a_server_is_left_alone_for_as_long_as_it_asks(
    server: AnsweringServer, exchange: Exchange, time: Seconds
) -> None:
    server.answers = [Answer(429, b"", {"Retry-After": "7"}), GOOD]
    exchange.ask("/x", read_all)
    assert time.slept == [7]


@pytest.mark.parametrize("patience", ["120", "Sun, 06 Nov 2094 08:49:37 GMT"], ids=["seconds", "a date"])
def test_longer_than_the_deadline_nobody_waits(
    server: AnsweringServer, exchange: Exchange, time: Seconds, patience: str
) -> None:
    server.answers = [Answer(503, b"", {"Retry-After": patience})]
    with pytest.raises(CostSourceRefused, match="of patience") as caught:
        exchange.ask("/x", read_all)
    assert (time.slept, caught.value.retry_after >= 120) == ([], True)


@pytest.mark.parametrize("patience", ["soon", "Sun, 06 Nov 1994 08:49:37 GMT", "-1"])
def test_patience_that_means_nothing_is_none(
    server: AnsweringServer, exchange: Exchange, time: Seconds, patience: str
) -> None:
    server.answers = [Answer(503, b"", {"Retry-After": patience}), GOOD]
    exchange.ask("/x", read_all)
    assert time.slept == [1]


def test_a_body_that_drips_is_given_up(server: AnsweringServer, time: Seconds) -> None:
    def tick() -> float:
        time.now += 1
        return time.now

    server.answers = [Answer(200, b"x" * 4000, accident="drops")]
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        slow = Exchange(client, "OpenCost", seconds=10, waits=ONCE, clock=tick, sleep=time.sleep)
        with pytest.raises(CostSourceUnreachable, match="was not complete within 10 s"):
            slow.ask("/x", read_all)


@pytest.mark.parametrize(
    ("waits", "says"),
    [
        pytest.param(ONCE, "nothing came within 0.3 s", id="once: its time"),
        pytest.param((0.0, 0.1), "nothing came in the 0.4 s that all attempts have", id="again: what was left of it"),
    ],
)
def test_a_server_that_hangs_is_given_up_and_the_sentence_names_whose_time_it_was(
    server: AnsweringServer, time: Seconds, waits: tuple[float, ...], says: str
) -> None:
    server.answers = [Answer(accident="hang")]
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        asking = Exchange(
            client, "OpenCost", seconds=0.3, waits=waits, clock=time, sleep=lambda seconds: time.sleep(2 * seconds)
        )
        with pytest.raises(CostSourceUnreachable, match=says):
            asking.ask("/x", read_all)
    assert len(server.asked) == len(waits)


def test_a_body_without_end_is_not_read_to_its_end(server: AnsweringServer, exchange: Exchange) -> None:
    server.answers = [Answer(200, b" " * (LARGEST_BODY + 1))]
    with pytest.raises(NotBelieved, match="larger than 64 MiB"):
        exchange.ask("/x", read_all)
    assert len(server.asked) == 1


def test_compression_is_not_asked_for_and_not_undone(server: AnsweringServer, exchange: Exchange) -> None:
    server.answers = [Answer(200, b"packed", {"Content-Encoding": "gzip"})]
    assert exchange.ask("/x", read_all) == b"packed"
    assert server.asked[0].headers["Accept-Encoding"] == "identity"


def test_an_answer_that_cannot_be_read_is_not_asked_for_again(server: AnsweringServer, exchange: Exchange) -> None:
    def refuse(_: Iterator[bytes]) -> bytes:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        exchange.ask("/x", refuse)
    assert len(server.asked) == 1


def test_the_text_of_an_error_is_never_told(server: AnsweringServer, exchange: Exchange) -> None:
    server.answers = [Answer(400, b"query rate(secret) failed")]
    with pytest.raises(CostSourceError) as caught:
        exchange.ask("/x", read_all)
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_named_without_its_password(time: Seconds) -> None:
    with httpx.Client(base_url="http://me:s3cret@127.0.0.1:1", trust_env=False) as client:
        nobody = Exchange(client, "OpenCost", seconds=1, clock=time, sleep=time.sleep)
        with pytest.raises(CostSourceUnreachable, match=r"http://127\.0\.0\.1:1 gives no answer") as caught:
            nobody.ask("/x", read_all)
    assert "s3cret" not in str(caught.value)
