import threading

from activities.alerts.raised import FORGOTTEN_AFTER, RaisedAlerts, alert_once, listen, settle, stop_listening
from activities.cluster_context import current_cluster, in_this_context, working_for


def test_a_trouble_that_is_tried_again_and_again_is_one_alert() -> None:
    raised = RaisedAlerts()
    assert [raised.is_news("write shop/web", "refused") for _ in range(5)] == [True, False, False, False, False]


def test_another_cause_is_news_and_so_is_the_first_one_after_it() -> None:
    raised = RaisedAlerts()
    said = ["refused", "no right", "no right", "refused"]
    assert [raised.is_news("write shop/web", cause) for cause in said] == [True, True, False, True]


def test_each_workload_is_told_of_its_own() -> None:
    raised = RaisedAlerts()
    assert all(raised.is_news(f"write shop/{name}", "refused") for name in ("web", "api"))


def test_what_works_again_and_breaks_again_is_news() -> None:
    raised = RaisedAlerts()
    raised.is_news("write shop/web", "refused")
    raised.settle("write shop/web")
    assert raised.is_news("write shop/web", "refused")


def test_what_nobody_heard_of_for_long_is_news_and_what_goes_on_is_not() -> None:
    now = 0.0
    raised = RaisedAlerts(lambda: now)
    assert raised.is_news("write shop/web", "refused")
    for _ in range(10):
        now += FORGOTTEN_AFTER
        assert not raised.is_news("write shop/web", "refused")
    now += FORGOTTEN_AFTER + 1
    assert raised.is_news("write shop/web", "refused")


def test_an_alert_is_heard_by_the_listeners_of_its_cluster_only() -> None:
    heard: list[str] = []

    def hear(kind: str, sentence: str, data: dict[str, str]) -> None:
        heard.append(f"{current_cluster()}: {kind}, {sentence}, {data}")

    with working_for("dev"):
        listen(hear)
    for cluster in ("staging", "dev", "dev"):
        with working_for(cluster):
            alert_once("denied", "write shop/web", "refused", workload="shop/web")
    with working_for("dev"):
        stop_listening(hear)
        settle("write shop/web")
        alert_once("denied", "write shop/web", "refused", workload="shop/web")
    assert heard == ["dev: denied, refused, {'workload': 'shop/web'}"]


def test_a_thread_that_is_given_the_context_works_for_the_same_cluster() -> None:
    told: list[str] = []

    def tell() -> None:
        told.append(current_cluster())

    with working_for("dev"):
        threads = [threading.Thread(target=tell), threading.Thread(target=in_this_context(tell))]
    for thread in threads:
        thread.start()
        thread.join()
    assert told == ["", "dev"]
