"""What people and their tools do to a workload that sleeps, or that slept: the cases, and the table of them in
docs/coexistence.md.

Every case is a Deployment `web` of 2 replicas, deployed as `before` says, and the commands that are run on it: once
while it sleeps, and once after a person woke it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

ORIGINAL = 2


class Record(StrEnum):
    """What is there of the sleep's annotations right after the commands."""

    KEPT = "kept"
    STRIPPED = "stripped"
    AN_OLD_ONE = "an old one"


class Look(StrEnum):
    """What the product does when it looks at the sleeper next."""

    STAYS = "sleeps on"
    RESTORED = "sleeps on; the record is written again"
    WAKES = "woken at its own count"
    LEFT = "left as it is"
    GONE = "its hibernation ends"


@dataclass(frozen=True)
class Encounter:
    """One case. Counts are `spec.replicas` right after the commands; None where there is no Deployment any more."""

    runs: tuple[str, ...]
    """Lines for a shell, in a folder with the manifests and the chart."""
    before: tuple[str, ...]
    asleep: int | None
    look: Look
    awake: int | None
    """The count where the same is done after a wake."""
    when: str = ""
    """What the commands do not say, for the reader of the table."""
    record: Record = Record.KEPT
    exits: int = 0
    """Of the last command, while it sleeps. After a wake it is always 0."""
    on_deploy: str = "Wake"

    @property
    def name(self) -> str:
        """As a test is called."""
        return ", ".join(filter(None, ["; ".join(self.runs), self.when, self.before[0], self.on_deploy]))


_APPLIED = ("kubectl apply -f replicas-2.yaml",)
_APPLIED_WITHOUT = ("kubectl apply -f no-replicas.yaml", "kubectl scale deploy/web --replicas 2")
_SERVER_SIDE = ("kubectl apply --server-side -f replicas-2.yaml",)
_SERVER_SIDE_WITHOUT = (
    "kubectl apply --server-side -f no-replicas.yaml",
    "kubectl scale deploy/web --replicas 2",
)
_FORCED = "kubectl apply --server-side --force-conflicts -f"
_SAID_ZERO = ("kubectl apply -f replicas-0.yaml", "kubectl scale deploy/web --replicas 2")
_SET_IMAGE = "kubectl set image deploy/web main=example/app:2"
_TWO_REVISIONS = (*_APPLIED, "kubectl rollout status deploy/web", _SET_IMAGE)
_OLD_SLEEP = (
    "finops.io/paused=true finops.io/paused-at=2026-01-05T20:00:00Z finops.io/paused-by=met-wakes "
    "finops.io/original-replicas=9 finops.io/pause-id=of-old finops.io/instance=me"
)
_OLD_RECORD = (
    *_APPLIED,
    "kubectl rollout status deploy/web",
    f"kubectl annotate rs --all {_OLD_SLEEP}",
    _SET_IMAGE,
)
_INSTALLED = ("helm install web chart --set replicas=2",)
_INSTALLED_WITHOUT = ("helm install web chart", "kubectl scale deploy/web --replicas 2")
_CLIENT_SIDE = ("helm install web chart --set replicas=2 --server-side=false",)

ENCOUNTERS = (
    # The manifest decides.
    Encounter(("kubectl apply -f replicas-2.yaml",), _APPLIED, 2, Look.LEFT, 2),
    Encounter(("kubectl apply -f replicas-4.yaml",), _APPLIED, 4, Look.LEFT, 4),
    Encounter(("kubectl apply -f replicas-2-new-image.yaml",), _APPLIED, 2, Look.LEFT, 2),
    Encounter(("kubectl apply -f no-replicas.yaml",), _APPLIED_WITHOUT, 0, Look.STAYS, 2),
    Encounter(("kubectl apply -f no-replicas-new-image.yaml",), _APPLIED_WITHOUT, 0, Look.WAKES, 2),
    Encounter(
        ("kubectl apply -f no-replicas.yaml",),
        _APPLIED,
        1,
        Look.LEFT,
        1,
        when="the count was in the manifest before",
    ),
    Encounter(("kubectl apply --server-side -f replicas-2.yaml",), _SERVER_SIDE, 2, Look.LEFT, 2),
    Encounter((f"{_FORCED} replicas-4.yaml",), _SERVER_SIDE, 4, Look.LEFT, 4),
    Encounter(("kubectl apply --server-side -f no-replicas.yaml",), _SERVER_SIDE_WITHOUT, 0, Look.STAYS, 2),
    Encounter((f"{_FORCED} no-replicas.yaml",), _SERVER_SIDE_WITHOUT, 0, Look.STAYS, 2),
    Encounter(
        ("kubectl apply --server-side -f no-replicas-new-image.yaml",),
        _SERVER_SIDE_WITHOUT,
        0,
        Look.WAKES,
        2,
    ),
    Encounter(
        ("kubectl apply --server-side -f no-replicas.yaml",),
        _SERVER_SIDE,
        0,
        Look.STAYS,
        2,
        when="the count was in the manifest before",
    ),
    # The manifest says zero.
    Encounter(("kubectl apply -f replicas-0.yaml",), _APPLIED, 0, Look.LEFT, 0),
    Encounter(("kubectl apply -f replicas-0.yaml",), _APPLIED, 0, Look.LEFT, 0, on_deploy="StayAsleep"),
    Encounter(("kubectl apply -f replicas-0-new-image.yaml",), _APPLIED, 0, Look.LEFT, 0),
    Encounter(("kubectl apply -f replicas-0.yaml",), _SAID_ZERO, 0, Look.STAYS, 0, when="as the manifest always said"),
    Encounter((f"{_FORCED} replicas-0.yaml",), _APPLIED, 0, Look.LEFT, 0),
    Encounter(("kubectl apply --server-side -f replicas-0.yaml",), _SERVER_SIDE, 0, Look.LEFT, 0),
    Encounter(
        (f"{_FORCED} replicas-0.yaml --field-manager kustomize-controller",),
        _SERVER_SIDE_WITHOUT,
        0,
        Look.LEFT,
        0,
        when="as Flux does it",
    ),
    Encounter(
        ("kubectl apply -f replicas-0.yaml --field-manager argocd-controller",),
        _APPLIED_WITHOUT,
        0,
        Look.LEFT,
        0,
        when="as Argo CD does it",
    ),
    Encounter(
        ("kubectl replace -f replicas-0.yaml",),
        _APPLIED,
        0,
        Look.RESTORED,
        0,
        when="nothing of the zero shows",
        record=Record.STRIPPED,
    ),
    # The whole object goes, and what we wrote with it.
    Encounter(("kubectl replace -f replicas-2.yaml",), _APPLIED, 2, Look.LEFT, 2, record=Record.STRIPPED),
    Encounter(("kubectl replace -f no-replicas.yaml",), _APPLIED, 1, Look.LEFT, 1, record=Record.STRIPPED),
    Encounter(
        ("kubectl replace --force -f replicas-2.yaml",),
        _APPLIED,
        2,
        Look.GONE,
        2,
        record=Record.STRIPPED,
    ),
    Encounter(
        ("kubectl delete deploy/web", "kubectl create -f replicas-4.yaml"),
        _APPLIED,
        4,
        Look.GONE,
        4,
        record=Record.STRIPPED,
    ),
    Encounter(("kubectl delete deploy/web",), _APPLIED, None, Look.GONE, None, record=Record.STRIPPED),
    # A person's hand.
    Encounter(("kubectl scale deploy/web --replicas 4",), _APPLIED, 4, Look.LEFT, 4),
    Encounter(("kubectl scale deploy/web --replicas 0",), _APPLIED, 0, Look.STAYS, 0),
    Encounter(
        ("kubectl scale deploy/web --current-replicas 2 --replicas 4",),
        _APPLIED,
        0,
        Look.STAYS,
        4,
        when="fails as asked: the count is 0",
        exits=1,
    ),
    Encounter(
        ("KUBE_EDITOR='sed -i s/app:1/app:2/' kubectl edit deploy/web",),
        _APPLIED,
        0,
        Look.WAKES,
        2,
    ),
    Encounter(
        ("KUBE_EDITOR='sed -i \"s/^  replicas:.*/  replicas: 4/\"' kubectl edit deploy/web",),
        _APPLIED,
        4,
        Look.LEFT,
        4,
    ),
    Encounter(("kubectl label deploy/web team=shop",), _APPLIED, 0, Look.STAYS, 2),
    Encounter(("kubectl label deploy/web team=shop",), _SERVER_SIDE, 0, Look.STAYS, 2, when="applied server-side"),
    Encounter(("kubectl label deploy/web team=shop",), _INSTALLED, 0, Look.STAYS, 2, when="a release with a count"),
    Encounter(("kubectl annotate deploy/web finops.io/exclude=true",), _APPLIED, 0, Look.WAKES, 2),
    # Deploys and rollouts.
    Encounter((_SET_IMAGE,), _APPLIED, 0, Look.WAKES, 2),
    Encounter((_SET_IMAGE,), _APPLIED, 0, Look.STAYS, 2, on_deploy="StayAsleep"),
    Encounter(("kubectl set env deploy/web MODE=test",), _APPLIED, 0, Look.WAKES, 2),
    Encounter(("kubectl rollout restart deploy/web",), _APPLIED, 0, Look.WAKES, 2),
    Encounter(
        ("kubectl rollout undo deploy/web",),
        _TWO_REVISIONS,
        0,
        Look.WAKES,
        2,
        record=Record.STRIPPED,
    ),
    Encounter(
        ("kubectl rollout undo deploy/web",),
        _TWO_REVISIONS,
        0,
        Look.RESTORED,
        2,
        record=Record.STRIPPED,
        on_deploy="StayAsleep",
    ),
    Encounter(
        ("kubectl rollout undo deploy/web",),
        _OLD_RECORD,
        0,
        Look.WAKES,
        2,
        when="to a revision that slept once at 9",
        record=Record.AN_OLD_ONE,
    ),
    Encounter(
        ("kubectl rollout undo deploy/web",),
        _OLD_RECORD,
        0,
        Look.RESTORED,
        2,
        when="to a revision that slept once at 9",
        record=Record.AN_OLD_ONE,
        on_deploy="StayAsleep",
    ),
    Encounter(("kubectl rollout pause deploy/web",), _APPLIED, 0, Look.STAYS, 2),
    Encounter(
        ("kubectl rollout pause deploy/web", "kubectl rollout resume deploy/web"),
        _APPLIED,
        0,
        Look.STAYS,
        2,
    ),
    Encounter(
        ("kubectl rollout status deploy/web",),
        _APPLIED,
        0,
        Look.STAYS,
        2,
        when="green, with no pod running",
    ),
    Encounter(
        ("kubectl wait --for=condition=Available --timeout 30s deploy/web",),
        _APPLIED,
        0,
        Look.STAYS,
        2,
        when="green, with no pod running",
    ),
    # Releases.
    Encounter(("helm upgrade web chart --set replicas=2",), _INSTALLED, 2, Look.LEFT, 2),
    Encounter(("helm upgrade web chart --set replicas=4",), _INSTALLED, 4, Look.LEFT, 4),
    Encounter(("helm upgrade web chart --set replicas=2,image=example/app:2",), _INSTALLED, 2, Look.LEFT, 2),
    Encounter(("helm upgrade web chart --set replicas=0",), _INSTALLED, 0, Look.LEFT, 0),
    Encounter(("helm upgrade web chart",), _INSTALLED_WITHOUT, 0, Look.STAYS, 2),
    Encounter(
        ("helm upgrade web chart --set image=example/app:2 --wait",),
        _INSTALLED_WITHOUT,
        0,
        Look.WAKES,
        2,
        when="green, with no pod running",
    ),
    Encounter(
        ("helm upgrade web chart --reset-values",),
        _INSTALLED,
        0,
        Look.STAYS,
        2,
        when="the count was in the chart before",
    ),
    Encounter(
        ("helm rollback web 1",),
        (*_INSTALLED, "helm upgrade web chart --set replicas=2,image=example/app:2"),
        2,
        Look.LEFT,
        2,
    ),
    Encounter(
        ("helm rollback web 1",),
        (*_INSTALLED_WITHOUT, "helm upgrade web chart --set image=example/app:2"),
        0,
        Look.WAKES,
        2,
        when="no count in the chart",
    ),
    Encounter(
        ("helm upgrade web chart --set replicas=2",), _CLIENT_SIDE, 2, Look.LEFT, 2, when="client-side as with Helm 3"
    ),
    Encounter(
        ("helm upgrade web chart --set replicas=0",),
        _CLIENT_SIDE,
        0,
        Look.STAYS,
        0,
        when="client-side as with Helm 3, nothing of the zero shows",
    ),
    Encounter(
        ("helm upgrade web chart --reset-values",),
        _CLIENT_SIDE,
        1,
        Look.LEFT,
        1,
        when="client-side as with Helm 3, the count was in the chart before",
    ),
    Encounter(("helm uninstall web",), _INSTALLED, None, Look.GONE, None, record=Record.STRIPPED),
)


def as_table(encounters: Iterable[Encounter] = ENCOUNTERS) -> str:
    """The table of docs/coexistence.md."""
    rows = [
        "| somebody runs | replicas | record | at the next look | replicas after a wake |",
        "|" + "---|" * 5,
    ]
    rows += [f"| {' | '.join(_cells(encounter))} |" for encounter in encounters]
    return "\n".join(rows) + "\n"


def _cells(encounter: Encounter) -> Iterable[str]:
    commands = "; ".join(f"`{command}`" for command in encounter.runs)
    notes = [encounter.when, "`onDeploy: StayAsleep`" if encounter.on_deploy == "StayAsleep" else ""]
    remark = ", ".join(filter(None, notes))
    gone = encounter.asleep is None
    yield f"{commands} ({remark})" if remark else commands
    yield "none left" if gone else str(encounter.asleep)
    yield "" if gone else encounter.record
    yield encounter.look
    yield "none left" if encounter.awake is None else str(encounter.awake)
