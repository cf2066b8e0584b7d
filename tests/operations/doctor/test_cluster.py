from collections.abc import Iterator

from activities.errors import Call, Unavailable
from operations.doctor.check_results import CheckResult, Level
from operations.doctor.cluster import list_results
from operations.installation import Installation


def test_a_listing_that_gets_no_answer_is_no_missing_right() -> None:
    call = Call(verb="list", resource="deployments", namespace="", name="", writes=False)

    def check(_: Installation) -> Iterator[CheckResult]:
        raise Unavailable(call, status=503, reason="ServiceUnavailable")
        yield

    (found,) = list_results(Installation(user="me@here"), "Deployments", check)
    assert (found.subject, found.level) == ("Deployments", Level.FAIL)
