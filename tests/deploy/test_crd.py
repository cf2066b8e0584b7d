import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from deployments import wait_for
from kubectl import warnings_of

from localcluster import ApiError, LocalCluster

CASES = yaml.safe_load(
    (Path(__file__).parents[1] / "policies" / "policy" / "documents.yaml").read_text(encoding="utf-8"),
)

pytestmark = pytest.mark.cluster


Send = Callable[[dict[str, Any]], tuple[int, str]]


@pytest.fixture
def create(cluster: LocalCluster, crd: str) -> Send:
    """Sends a policy as `kubectl create` would and answers the status and what is said of it; what was created is
    removed.
    """

    def send(case: dict[str, Any]) -> tuple[int, str]:
        name = case.get("name", "p")
        policy = {
            "apiVersion": "finops.io/v1alpha1",
            "kind": "EnforcementPolicy",
            "metadata": {"name": name},
            "spec": {"scope": {"namespaces": {"include": ["dev-*"]}}, **case.get("spec", {})},
        }
        try:
            cluster.objects.request("POST", f"{crd}?fieldValidation=Strict", policy)
        except ApiError as error:
            return error.status, str(error)
        cluster.objects.delete(f"{crd}/{name}")
        return 201, ""

    return send


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_the_api_server_refuses_what_the_crd_can_express(case: dict[str, Any], create: Send) -> None:
    assert create(case)[0] in ({400, 422} if case["verdict"] == "refused" else {201})


WINDOW = {"from": "Fri 20:00", "to": "Mon 07:00"}
DAYS = {"from": "2026-12-23", "to": "2026-12-24", "keep": "Awake"}


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ({"timeZone": "Europe/Berln", "asleep": [WINDOW]}, "unknown time zone Europe/Berln"),
        ({"timeZone": "Local", "asleep": [WINDOW]}, "use an IANA name such as Europe/Berlin"),
        ({"asleep": [WINDOW | {"from": "Fry 20:00"}]}, "days are Mon, Tue, Wed, Thu, Fri, Sat and Sun"),
        ({"asleep": [WINDOW | {"to": "Monday 07:00"}]}, "is not a time such as 07:00 or Mon 07:00"),
        ({"exceptions": [DAYS | {"from": "23.12.2026"}]}, "is not a date such as 2026-12-23"),
        ({"exceptions": [DAYS | {"from": "2026-02-30"}]}, "there is no such day"),
    ],
    ids=["a zone", "the machine's zone", "a day", "a day in full", "a date", "no such day"],
)
def test_the_api_server_says_in_words_what_is_wrong_with_a_time(
    schedule: dict[str, Any], said: str, create: Send
) -> None:
    status, sentence = create({"spec": {"schedule": {"timeZone": "UTC", **schedule}}})
    assert (status, said in sentence, "^(" in sentence) == (422, True, False), sentence


EVERYWHERE = {"mode": "Enforce", "scope": {"namespaces": {"include": ["*"]}}}


@pytest.mark.parametrize(
    "narrower",
    [
        {"mode": "DryRun"},
        {"scope": {"namespaces": {"include": ["dev-*"]}}},
        {"scope": {"namespaces": {"include": ["*"], "exclude": ["prod-*"]}}},
        {"scope": {"namespaces": {"include": ["*"]}, "selector": {"matchLabels": {"a": "b"}}}},
    ],
    ids=["a dry run", "some namespaces", "all but some", "a selector"],
)
@pytest.mark.usefixtures("crd", "installed")
def test_who_enforces_on_every_namespace_is_warned_by_kubectl_too(
    narrower: dict[str, Any], cluster: LocalCluster
) -> None:
    def is_warned(spec: dict[str, Any]) -> bool:
        policy = {"apiVersion": "finops.io/v1alpha1", "kind": "EnforcementPolicy", "metadata": {"name": "p"}}
        document = policy | {"spec": {"minHourlyCost": 0.02, **spec}}
        return "mode Enforce and every namespace" in warnings_of(cluster, json.dumps(document))

    wait_for(lambda: is_warned(EVERYWHERE), what="the admission policy to be in force")
    assert not is_warned(EVERYWHERE | narrower)
