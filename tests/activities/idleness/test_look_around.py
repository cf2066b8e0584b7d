"""What doctor finds out about a Prometheus: the queries of a run, and what is not to be seen there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from cases import policy
from httpanswers import Answer, AnsweringServer
from idleactors import END
from idlemonth import Month, connected

from activities.idleness.look_around import Seen, look_around
from activities.prometheus.client import Prometheus
from activities.prometheus.expressions import ALL, Filters
from policies.policy.document import EnforcementPolicy

AT = END - timedelta(hours=1)


def asking(name: str = "idle-dev", **spec: Any) -> EnforcementPolicy:
    return policy(name, **({"minHourlyCost": None, "idleWindow": "48h"} | spec))


def look(at: Month, *policies: EnforcementPolicy, filters: Filters = ALL) -> Seen:
    return look_around(Prometheus(at.client), AT, policies, filters)


@pytest.fixture
def asked(few: Month) -> Iterator[list[str]]:
    """The queries that Prometheus got."""
    found: list[str] = []
    few.client.event_hooks["request"] = [lambda request: found.append(request.url.params["query"])]
    yield found
    few.client.event_hooks["request"] = []


def test_what_is_there_is_named_and_what_is_not_says_what_that_means(few: Month) -> None:
    seen = look(few, asking())
    assert (seen.problem, seen.policy, seen.weeks) == ("", "idle-dev", 4)
    assert seen.there == ("CPU", "network", "memory", "requests (ingress-nginx)")
    assert seen.unseen == {"kube_deployment_spec_replicas": "hours at zero do not count as quiet ones"}


def test_other_matchers_see_nothing_and_each_absence_says_what_it_means(few: Month) -> None:
    seen = look(few, asking(), filters=Filters(extra='cluster="dev"'))
    assert set(seen.unseen) == {
        "container_cpu_usage_seconds_total",
        "container_network_receive_bytes_total or container_network_transmit_bytes_total",
        "container_memory_working_set_bytes",
        "kube_deployment_spec_replicas",
        "2 past weeks",
    }
    assert "IdleUnknown" in seen.unseen["container_cpu_usage_seconds_total"]
    assert "168h" in seen.unseen["2 past weeks"]


def test_a_query_of_each_kind_is_asked_as_by_the_policy_with_the_longest_window(few: Month, asked: list[str]) -> None:
    scope = {"namespaces": {"include": ["dev-*"]}}
    assert look(few, asking("short"), policy("never"), asking("long", idleWindow="72h", scope=scope)).policy == "long"
    assert asked[0] == "time()"
    assert all('namespace=~"dev-.*"' in query for query in asked[2:] if "nginx" not in query)
    assert any("[259200s:300s]" in query for query in asked), "a subquery over the window"
    assert any("[259200s])" in query for query in asked), "a range of the window"
    assert any("offset" in query and "container_cpu" in query for query in asked), "a past week"
    assert any("nginx_ingress_controller_requests" in query for query in asked[2:]), "a proxy that is there"


def test_without_a_policy_it_is_asked_about_all_namespaces(few: Month, asked: list[str]) -> None:
    assert look(few).policy == ""
    assert 'namespace=~".*"' in asked[2]


def test_a_limit_that_only_the_real_queries_meet_is_told() -> None:
    clock = b'{"status":"success","data":{"resultType":"scalar","result":[1764028800,"1764028800"]}}'
    refusal = b'{"status":"error","errorType":"execution","error":"query processing would load too many samples"}'
    with AnsweringServer(Answer(body=clock), Answer(422, refusal)) as server, connected(server.url) as client:
        seen = look_around(Prometheus(client, waits=()), AT, (), ALL)
    assert "the query passes a limit of the server (--query.max-samples)" in seen.problem
