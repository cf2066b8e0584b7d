"""Policies as custom resources: the worker's source in a cluster, and where it says what became of each.

They are listed every few seconds, as the files of a folder are: a handful of small objects, for one request more. What
is there is what one complete listing shows, so that no missed event can hide a policy or keep one alive.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from activities.errors import Conflict, KubernetesError, NotFound
from activities.holidays import public_holidays
from activities.kube.lists import KubeModel, list_items
from activities.kube.models import Metadata
from activities.kube.transport import MERGE_PATCH, WRITE_QUERY, KubeTransport, path_of
from activities.policysource import Found, PoliciesRead, PolicySourceUnreadable, settle
from policies.crd import PLURAL
from policies.document import API_VERSION, KIND, EnforcementPolicy
from policies.names import FIELD_MANAGER
from policies.parsing import parse_policy, to_document
from policies.problems import PolicyError, PolicyProblem
from policies.status import PolicyStatus

PATH = f"/apis/{API_VERSION}/{PLURAL}"
_PLACE = "the cluster (custom resources)"


class _Resource(KubeModel):
    metadata: Metadata
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

    def __init__(self, transport: KubeTransport) -> None:
        self._transport = transport
        self.seen: tuple[SeenPolicy, ...] = ()
        """Those of the last reading that succeeded."""

    @property
    def place(self) -> str:
        """The cluster."""
        return _PLACE

    def prepare(self) -> None:
        """Make sure that the cluster knows the kind. Raises PolicySourceUnreadable."""
        self.read()

    def read(self) -> PoliciesRead:
        """All of them, as they are now. Raises PolicySourceUnreadable."""
        try:
            listed = list_items(self._transport, PATH, _Resource)
        except NotFound:
            why = "the API server knows no EnforcementPolicies; apply deploy/chart/crds, or install the chart"
            raise PolicySourceUnreadable(_PLACE, why) from None
        except KubernetesError as error:
            raise PolicySourceUnreadable(_PLACE, str(error)) from None
        self.seen = tuple(_look_at(each) for each in listed)
        return settle(
            (Found(each.policy, _file(each.name)) for each in self.seen if each.policy is not None),
            (problem for each in self.seen for problem in each.problems),
        )

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
        """Remove it; False where there is none. Raises KubernetesError."""
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


def _look_at(resource: _Resource) -> SeenPolicy:
    metadata = resource.metadata
    document = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": metadata.name}, "spec": resource.spec}
    policy, problems = None, tuple[PolicyProblem, ...]()
    try:
        policy = parse_policy(document, file=_file(metadata.name), holidays=public_holidays)
    except PolicyError as error:
        problems = error.problems
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
