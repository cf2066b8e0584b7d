"""What completion answers to a line that is half typed, on a cluster that a test makes up."""

from collections.abc import Mapping, Sequence

import pytest

from cli.completion.answers import answer
from cli.completion.grammar import Takes, read_grammar
from cli.grammar.catalog import ALIASES, COMMANDS

NAMES = {
    Takes.WORKLOAD: ["dev-shop/api", "dev-shop/web", "staging/web"],
    Takes.SLEEPER: ["dev-shop/web", "staging/web"],
    Takes.NAMESPACE: ["dev-shop", "staging"],
    Takes.POLICY: ["nights", "weekends"],
    Takes.POLICY_OR_FILE: ["nights", "weekends"],
    Takes.CONTEXT: ["laptop", "production"],
    Takes.CLUSTER: ["dev"],
}


class FakeCluster:
    """Knows names, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Takes, str, dict[str, str]]] = []

    def find_names(self, takes: Takes, namespace: str, place: Mapping[str, str]) -> Sequence[str]:
        self.asked.append((takes, namespace, dict(place)))
        return [name for name in NAMES[takes] if name.startswith(namespace)]


def complete(*words: str) -> list[str]:
    """The words offered, with `files` behind them where the shell adds files."""
    *lines, last = answer(words, FakeCluster().find_names).splitlines()
    return [line.split("\t")[0] for line in lines] + (["files"] if last == ":0" else [])


def test_a_name_that_a_shell_would_read_as_more_than_a_name_is_not_offered() -> None:
    sound = ["arn:aws:eks:eu-west-1:1:cluster/dev", "gke_shop_europe-west3_dev", "kube@kind-1", "ns/api-x:6443/admin"]
    odd = ["$(touch /tmp/x)", "`id`", "a\nstatus\t:0\n:0", "a b", "a;b", "a'b", 'a"b', "a\\b", "~root", "=ls", "a*"]
    odd += ["a&", "{a,b}", "a|b", "a>b", "!!", "#a", "\x1b[2J", ""]

    def find_names(takes: Takes, namespace: str, place: Mapping[str, str]) -> Sequence[str]:
        return [*odd, *sound]

    assert answer(["status", "--context", ""], find_names).splitlines() == [*sound, ":4"]
    assert answer(["status", "--context=$"], find_names).splitlines() == [":4"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["re"], ["report", "resume", "release"]),
        (["wa"], ["wake"]),
        (["--ver"], ["--version", "--verbose"]),
        (["resume", "--ti"], ["--timeout"]),
        (["resume", "-"], None),
        (["status", "-o", ""], ["table", "wide", "json", "yaml", "name"]),
        (["status", "--output=j"], ["--output=json"]),
        (["status", "--output", "=", "j"], ["json"]),
        (["status", "--output", "="], ["table", "wide", "json", "yaml", "name"]),
        (["completion", "z"], ["zsh"]),
        (["import", "k"], ["kube-green"]),
        (["pause", ""], ["dev-shop/api", "dev-shop/web", "staging/web"]),
        (["resume", ""], ["dev-shop/web", "staging/web"]),
        (["keep-awake", "dev-shop/"], ["dev-shop/api", "dev-shop/web"]),
        (["status", "--sort-by", ""], ["name", "saving", "since", "until", "policy", "state"]),
        (["costs", "--sort-by=c"], ["--sort-by=cost"]),
        (["plan", "--sort-by", "r"], ["replicas", "reason"]),
        (["savings", "--sort-by", "s"], ["saving", "sleeps"]),
        (["plan", "--reason", "Cool"], ["CoolingDown"]),
        (["status", "--policy", ""], ["nights", "weekends"]),
        (["wake", "st"], ["staging/web"]),
        (["explain", "dev-shop/a"], ["dev-shop/api"]),
        (["explain", "dev-shop/api", "dev-shop/"], ["dev-shop/web"]),
        (["history", "-n", "dev-shop", ""], ["api", "web"]),
        (["resume", "-ndev-shop", "w"], ["web"]),
        (["--namespace=staging", "resume", ""], ["web"]),
        (["resume", "--for", "4h", "--", "st"], ["staging/web"]),
        (["explain", "-n", ""], ["dev-shop", "staging"]),
        (["explain", "dev-shop/web", "--policy", "n"], ["nights", "files"]),
        (["calendar", "w"], ["weekends", "files"]),
        (["delete", ""], ["nights", "weekends"]),
        (["apply", "-f", ""], ["files"]),
        (["plan", "a.yaml", ""], ["files"]),
        (["doctor", "--context", "p"], ["production"]),
        (["--cluster", ""], ["dev"]),
        (["pause", "--for", ""], []),
        (["doctor", ""], []),
        (["calendar", "nights", ""], []),
        (["nonsense", ""], []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_could_come_next_is_offered(words: list[str], offered: list[str] | None) -> None:
    told = complete(*words)
    if offered is None:
        assert set(told) >= {"--for", "--all-namespaces", "--output", "--help"}
    else:
        assert sorted(told) == sorted(offered)


def test_nothing_typed_offers_every_command_once_with_its_help() -> None:
    lines = answer([]).splitlines()
    assert lines == [*(f"{name}\t{command.help}" for name, command in COMMANDS.items()), ":4"]


def test_an_option_is_offered_once_under_its_long_name_and_not_again_when_it_was_given() -> None:
    assert "-o" not in complete("status", "-")
    assert "--output" not in complete("status", "-o", "json", "-")
    assert "--policy" in complete("explain", "a/b", "--policy", "nights", "--")


def test_a_workload_is_looked_for_in_its_namespace_as_soon_as_that_is_typed() -> None:
    cluster = FakeCluster()
    for words in (["resume", "dev"], ["resume", "dev-shop/"], ["resume", "-n", "staging", "w"]):
        answer(words, cluster.find_names)
    assert [namespace for _, namespace, _ in cluster.asked] == ["", "dev-shop", "staging"]


def test_names_are_those_of_the_installation_that_the_line_names() -> None:
    cluster = FakeCluster()
    answer(["--context", "laptop", "explain", "--kubeconfig=/k", "-v", ""], cluster.find_names)
    assert cluster.asked == [(Takes.WORKLOAD, "", {"context": "laptop", "kubeconfig": "/k"})]


def test_words_of_the_line_that_need_no_names_ask_nobody() -> None:
    cluster = FakeCluster()
    for words in ([""], ["resume", "--"], ["status", "-o", ""], ["apply", ""]):
        answer(words, cluster.find_names)
    assert cluster.asked == []


def test_the_grammar_knows_every_command_and_every_alias() -> None:
    grammar = read_grammar()
    assert (list(grammar.commands), grammar.aliases) == (list(COMMANDS), ALIASES)
