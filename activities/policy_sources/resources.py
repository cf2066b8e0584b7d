"""Policies as custom resources: the worker's source in a cluster, and where it says what became of each.

They are listed every few seconds, as the files of a folder are: a handful of small objects, for one request more. What
is there is what one complete listing shows, so that no missed event can hide a policy or keep one alive.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from activities.errors import Conflict, Denied, KubernetesError, NotFound
from activities.kube.calls import MERGE_PATCH, WRITE_QUERY, path_of
from activities.kube.lists import KubeModel, list_items
from activities.kube.models import ObjectMeta
from activities.kube.transport import KubeTransport
from activities.policy_sources.holidays import public_holidays
from activities.policy_sources.source import Found, PoliciesRead, PolicySourceUnreadable, settle
from policies.names import FIELD_MANAGER
from policies.policy.document import API_VERSION, KIND, EnforcementPolicy
from policies.policy.parsing import parse_policy, to_document
from policies.problems import PolicyError, PolicyProblem
from policies.resource.crd import NAME, PLURAL, missing_fields
from policies.resource.status import PolicyStatus

PATH = f"/apis/{API_VERSION}/{PLURAL}"
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_CLIENT_SIDE = "kubectl-client-side-apply"
_PLACE = "the cluster (custom resources)"


LOOKED_AT_EVERY = 60.0
"""Seconds between two looks at the definition while it is as it should be."""
LOOKED_AT_AGAIN_AFTER = 5.0
"""The same while it is too old: somebody is about to mend it."""


class _Resource(KubeModel):
    metadata: ObjectMeta
    spec: Any = None
    status: Any = None


@dataclass(frozen=True)
class SeenPolicy:
    """One policy of a listing: its document, or what is wrong with it, and the status it carried."""

    name: str
    generation: int
    resource_version: str
    status: PolicyStatus
    policy: EnforcementPolicy | None
    problems: tuple[PolicyProblem, ...] = ()


class PolicyResources:
    """The EnforcementPolicies of one cluster. The API server has checked their schema; what that cannot say is here."""

    def __init__(self, transport: KubeTransport, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` counts seconds."""
        self._transport = transport
        self._clock = clock
        self._dropped: tuple[tuple[str, ...], float] | None = None
        self.seen: tuple[SeenPolicy, ...] = ()
        """Those of the last reading that succeeded."""

    @property
    def place(self) -> str:
        """The cluster."""
        return _PLACE

    def prepare(self) -> None:
        """Make sure that the cluster knows the kind, with every field of it. Raises PolicySourceUnreadable."""
        read = self.read()
        if read.objection:
            raise PolicySourceUnreadable(_PLACE, read.objection)

    def read(self) -> PoliciesRead:
        """All of them, as they are now. Raises PolicySourceUnreadable."""
        try:
            listed = list_items(self._transport, PATH, _Resource)
            dropped = self._dropped_fields()
        except NotFound:
            why = "the API server knows no EnforcementPolicies; apply deploy/chart/crds, or install the chart"
            raise PolicySourceUnreadable(_PLACE, why, lost=True) from None
        except KubernetesError as error:
            raise PolicySourceUnreadable(_PLACE, str(error), lost=isinstance(error, Denied)) from None
        self.seen = tuple(_look_at(each) for each in listed)
        settled = settle(
            (Found(each.policy, _file(each.name)) for each in self.seen if each.policy is not None),
            (problem for each in self.seen for problem in each.problems),
        )
        return replace(settled, objection=_say_dropped(dropped)) if dropped else settled

    def _dropped_fields(self) -> tuple[str, ...]:
        """The fields that the cluster's definition does not hold; none where it may not be read, as is told elsewhere.

        Raises KubernetesError.
        """
        now = self._clock()
        if self._dropped is None or now >= self._dropped[1]:
            try:
                dropped = missing_fields(json.loads(self._transport.request("GET", path_of(_DEFINITIONS, NAME)).body))
            except Denied as error:
                if not error.is_forbidden:
                    raise
                dropped = ()
            self._dropped = (dropped, now + (LOOKED_AT_AGAIN_AFTER if dropped else LOOKED_AT_EVERY))
        return self._dropped[0]

    def write(self, policy: EnforcementPolicy) -> None:
        """Create it, or change its spec to exactly this one. Raises KubernetesError."""
        document = to_document(policy)
        there = self._read_raw(policy.name)
        if there is None:
            self._transport.request(
                "POST", PATH, query=WRITE_QUERY, body=json.dumps(document).encode(), content_type="application/json"
            )
            return
        patch = {
            "metadata": {"resourceVersion": there["metadata"]["resourceVersion"]},
            "spec": _patch(there.get("spec") or {}, document["spec"]),
        }
        self._patch(path_of(PATH, policy.name), patch, WRITE_QUERY)

    def remove(self, name: str) -> bool:
        """Remove it; False where it does not exist. Raises KubernetesError."""
        try:
            self._transport.request("DELETE", path_of(PATH, name))
        except NotFound:
            return False
        return True

    def holds(self, name: str) -> bool:
        """Whether there is one of that name. Raises KubernetesError."""
        return self._read_raw(name) is not None

    def write_status(self, seen: SeenPolicy, status: PolicyStatus) -> bool:
        """Replace the status that was read; False where somebody was quicker, or the policy is gone.

        Raises KubernetesError.
        """
        body = {
            "metadata": {"resourceVersion": seen.resource_version},
            "status": status.model_dump(mode="json", by_alias=True),
        }
        try:
            self._patch(path_of(PATH, seen.name, "status"), body, {"fieldManager": FIELD_MANAGER})
        except (Conflict, NotFound):
            return False
        return True

    def _patch(self, path: str, body: Mapping[str, Any], query: Mapping[str, str]) -> None:
        self._transport.request("PATCH", path, query=query, body=json.dumps(body).encode(), content_type=MERGE_PATCH)

    def _read_raw(self, name: str) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = json.loads(self._transport.request("GET", path_of(PATH, name)).body)
        except NotFound:
            return None
        return found


def _say_dropped(fields: tuple[str, ...]) -> str:
    return (
        f"their CRD is older than this program and drops {', '.join(fields)} in silence, so what they said is not "
        "known; apply the one of this version (kubectl apply --server-side -f deploy/chart/crds), then the "
        "policies again"
    )


def _lost_fields(resource: _Resource) -> tuple[str, ...]:
    """What `kubectl apply` sent and the object does not hold, where it has not been written to since.

    An older definition dropped it, and a newer one does not bring it back.
    """
    metadata = resource.metadata
    sent = (metadata.annotations or {}).get(_LAST_APPLIED)
    writers = {each.manager: each.time for each in metadata.managed_fields or () if not each.subresource}
    applied_at = writers.pop(_CLIENT_SIDE, None)
    if sent is None or applied_at is None or any(at is None or at > applied_at for at in writers.values()):
        return ()
    try:
        return tuple(_lacking(json.loads(sent)["spec"], resource.spec, "spec"))
    except (ValueError, KeyError, TypeError):
        return ()


def _lacking(sent: Any, held: Any, path: str) -> Iterator[str]:
    if isinstance(sent, dict) and isinstance(held, dict):
        for name, value in sent.items():
            if value is not None:
                yield from _lacking(value, held[name], f"{path}.{name}") if name in held else (f"{path}.{name}",)


def _look_at(resource: _Resource) -> SeenPolicy:
    metadata = resource.metadata
    document = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": metadata.name}, "spec": resource.spec}
    policy, problems = None, tuple[PolicyProblem, ...]()
    try:
        policy = parse_policy(document, file=_file(metadata.name), holidays=public_holidays)
    except PolicyError as error:
        problems = error.problems
    lost = "an older CRD has dropped it in silence; apply the policy again"
    if dropped := tuple(PolicyProblem(_file(metadata.name), None, each, lost) for each in _lost_fields(resource)):
        policy, problems = None, (*problems, *dropped)
    return SeenPolicy(
        metadata.name,
        metadata.generation,
        metadata.resource_version,
        _read_status(resource.status),
        policy,
        problems,
    )


def _read_status(written: object) -> PolicyStatus:
    """What stands there; an empty one where somebody else wrote something else."""
    try:
        return PolicyStatus.model_validate(written or {})
    except ValidationError:
        return PolicyStatus()


def _patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The merge patch that makes one mapping the other: what is gone is set to null."""
    gone: dict[str, Any] = {key: None for key in before if key not in after}
    both = {
        key: _patch(before[key], value) if isinstance(value, dict) and isinstance(before.get(key), dict) else value
        for key, value in after.items()
    }
    return gone | both


def _file(name: str) -> str:
    return f"enforcementpolicy/{name}"
