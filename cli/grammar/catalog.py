"""Which commands there are: where each lives, its line in `finops --help`, and what to type."""

from enum import StrEnum
from typing import NamedTuple


class Group(StrEnum):
    """What a command is for: its heading in `finops --help`."""

    LOOK = "Look (changes nothing)"
    ACT = "Act on what sleeps, or should"
    POLICIES = "Policies"
    RUN = "Run the service"
    ITSELF = "The command itself"


class Command(NamedTuple):
    """Where a command lives, and what its help says beside its options."""

    group: Group
    module: str
    """Below `cli.commands`."""
    function: str
    help: str
    """Its line in `finops --help`, which is 80 columns wide."""
    examples: tuple[str, ...] = ()
    """What to type, without the program's name."""

    @property
    def acts(self) -> bool:
        """Whether something may have been asked for when it is broken off."""
        return self.module.startswith("tell.")


_ACT, _LOOK, _POLICIES, _RUN, _ITSELF = Group.ACT, Group.LOOK, Group.POLICIES, Group.RUN, Group.ITSELF

COMMANDS = {
    "status": Command(
        _LOOK,
        "ask.status",
        "status",
        "What is asleep, since when, until when, and what that saves.",
        ("status", "status -n dev-shop", "status --all-clusters"),
    ),
    "report": Command(
        _LOOK,
        "ask.report",
        "report",
        "Who slept, who woke and why, and whether all are available.",
        ("report", "report --since 12h -n dev-shop", "report --policy nights --all"),
    ),
    "explain": Command(
        _LOOK,
        "ask.explain",
        "explain",
        "Why one Deployment is paused, or is not.",
        ("explain dev-shop/web", "explain -n dev-shop web api", "explain dev-shop/web --policy nights.yaml"),
    ),
    "history": Command(
        _LOOK,
        "ask.history",
        "history",
        "What is known of one Deployment's sleeps.",
        ("history dev-shop/web", "history -n dev-shop deployment/web"),
    ),
    "savings": Command(
        _LOOK,
        "ask.savings",
        "savings",
        "What sleep avoided, by policy and namespace.",
        ("savings", "savings -n dev-shop --from 2026-11-01 --to 2026-11-30"),
    ),
    "costs": Command(
        _LOOK,
        "ask.costs",
        "costs",
        "What every Deployment costs an hour.",
        ("costs", "costs -n dev-shop -o json"),
    ),
    "doctor": Command(
        _LOOK,
        "ask.doctor",
        "doctor",
        "Whether everything is in place, and how to mend it.",
        ("doctor", "doctor --context staging"),
    ),
    "resume": Command(
        _ACT,
        "tell.resume",
        "resume",
        "Wake some Deployments, those of a namespace, or all.",
        ("resume dev-shop/web", "resume -n dev-shop web api --for 4h", "resume -n dev-shop", "resume --all --direct"),
    ),
    "pause": Command(
        _ACT,
        "tell.pause",
        "pause",
        "Pause Deployments by hand until a time.",
        ("pause dev-shop/web --until 07:00", "pause -n dev-shop web api --for 8h"),
    ),
    "keep-awake": Command(
        _ACT,
        "tell.keep_awake",
        "keep_awake",
        "Keep Deployments awake until a time.",
        ("keep-awake dev-shop/web --until 22:00", "keep-awake -n dev-shop --for 4h"),
    ),
    "hold": Command(
        _ACT,
        "tell.hold",
        "hold",
        "No new pauses in this cluster until `finops release`.",
        ("hold --reason 'release week'",),
    ),
    "release": Command(_ACT, "tell.hold", "release", "End a hold.", ("release",)),
    "policies": Command(
        _POLICIES,
        "ask.policies",
        "policies",
        "What is in force, and what the last runs came to.",
        ("policies", "policies nights", "policies nights --runs 30"),
    ),
    "plan": Command(
        _POLICIES,
        "ask.plan",
        "plan",
        "What could be paused and what that saves. Changes nothing.",
        ("plan", "plan nights.yaml", "plan -f policies/ -n dev-shop", "plan - --at 2026-12-04T20:00:00Z"),
    ),
    "calendar": Command(
        _POLICIES,
        "ask.calendar",
        "calendar",
        "When a policy lets workloads sleep. Changes nothing.",
        ("calendar nights", "calendar nights.yaml --days 30"),
    ),
    "backtest": Command(
        _POLICIES,
        "ask.backtest",
        "backtest",
        "Replay a policy over the past that Prometheus knows.",
        ("backtest nights", "backtest nights.yaml --from 2026-11-01 --to 2026-11-22"),
    ),
    "import": Command(
        _POLICIES,
        "ask.import_policies",
        "import_policies",
        "Print policies like those of other tools.",
        ("import kube-green > nights.yaml", "import py-kube-downscaler | finops plan -"),
    ),
    "apply": Command(
        _POLICIES,
        "tell.apply",
        "apply",
        "Validate policies and put them in force.",
        ("apply -f nights.yaml", "apply policies/ --dry-run", "apply -f policies/ --prune --yes"),
    ),
    "delete": Command(
        _POLICIES,
        "tell.delete",
        "delete",
        "Delete a policy; its sleepers are handed over or wake.",
        ("delete nights", "delete nights --yes"),
    ),
    "run": Command(_RUN, "serve.run", "run", "Everything in one process, with its own Temporal.", ("run", "run --yes")),
    "worker": Command(
        _RUN,
        "serve.worker",
        "worker",
        "A worker beside a Temporal server of yours.",
        ("worker", "worker --instance platform --wait 5m"),
    ),
    "demo": Command(
        _RUN,
        "serve.demo",
        "demo",
        "The whole life of sleepers on a local control plane.",
        ("demo", "demo --keep"),
    ),
    "completion": Command(
        _ITSELF,
        "ask.completion",
        "completion",
        "Print the completion script of a shell.",
        ("completion bash > ~/.local/share/bash-completion/completions/finops", "completion zsh", "completion fish"),
    ),
    "version": Command(
        _ITSELF, "ask.version", "version", "Print the version of finops and Python.", ("version", "version -o json")
    ),
}

ALIASES = {"wake": "resume", "sleep": "pause"}
"""Other words that fingers find, and what they stand for. The help lists them beside it."""
