from activities.alerts import FORGOTTEN_AFTER, RaisedAlerts


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
