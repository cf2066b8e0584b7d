"""The policy document. YAML files and custom resources are the same thing; the CRD is made from this model."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from policies.durations import Duration
from policies.keys import is_dns_label
from policies.names import MANUAL
from policies.policy.idle_limits import IdleLimits
from policies.policy.parts import DocumentPart
from policies.policy.schedule import Schedule
from policies.policy.selectors import LabelSelector
from policies.problems import FieldError, shown
from policies.wildcards import matches

API_VERSION: Final = "finops.io/v1alpha1"
KIND: Final = "EnforcementPolicy"

ACTIONS_WITHOUT_SCHEDULE = 20
"""The limit of a run where neither a schedule nor the policy sets one."""

_LONGEST_NAME = 63
_LONGEST_PATTERN = 253
_PATTERN = re.compile(r"[-a-z0-9*]+")


def _check_name(name: str) -> str:
    if name == MANUAL:
        raise FieldError(f'the name "{MANUAL}" is taken: workloads paused by hand carry it')
    if not is_dns_label(name):
        raise FieldError(
            f'{shown(name)} is not a name: use at most {_LONGEST_NAME} of a-z, 0-9 and "-", with no "-" at either end',
        )
    return name


def _check_replicas(replicas: int) -> int:
    if replicas != 0:
        raise FieldError(f"{replicas} is not possible; v1alpha1 only scales to 0")
    return replicas


def _check_pattern(pattern: str) -> str:
    if len(pattern) > _LONGEST_PATTERN or _PATTERN.fullmatch(pattern) is None:
        raise FieldError(
            f'{shown(pattern)} fits no namespace: names hold only a-z, 0-9 and "-", and "*" is the only wildcard',
        )
    return pattern


PolicyName = Annotated[
    str,
    AfterValidator(_check_name),
    WithJsonSchema({"type": "string", "maxLength": _LONGEST_NAME, "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}),
]
Replicas = Annotated[
    int,
    Field(strict=True),
    AfterValidator(_check_replicas),
    WithJsonSchema({"type": "integer", "enum": [0]}),
]
NamespacePattern = Annotated[
    str,
    AfterValidator(_check_pattern),
    WithJsonSchema({"type": "string", "maxLength": _LONGEST_PATTERN, "pattern": "^[-a-z0-9*]+$"}),
]
Flag = Annotated[bool, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]
Amount = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]


class Mode(StrEnum):
    """Whether a policy acts."""

    DRY_RUN = "DryRun"
    ENFORCE = "Enforce"


class OnDeploy(StrEnum):
    """What a deploy into a sleeping workload does."""

    WAKE = "Wake"
    STAY_ASLEEP = "StayAsleep"


class GitOps(StrEnum):
    """What happens to workloads whose replicas a GitOps tool owns."""

    DECLINE = "Decline"
    PAUSE = "Pause"


class SeasonGate(StrEnum):
    """Whether past weeks can say that an idle workload is needed again soon."""

    ON = "On"
    OFF = "Off"


def _read_switch(value: object) -> object:
    """An unquoted Off is a boolean in YAML."""
    return (SeasonGate.ON if value else SeasonGate.OFF) if isinstance(value, bool) else value


class Namespaces(DocumentPart):
    """Namespaces by name; `*` stands for any run of characters, everything else for itself."""

    include: Annotated[tuple[NamespacePattern, ...], Field(min_length=1)] = Field(
        description="Namespaces that the policy covers.",
    )
    exclude: tuple[NamespacePattern, ...] = Field(default=(), description="Namespaces that it leaves out all the same.")


class Scope(DocumentPart):
    """The workloads that a policy is about."""

    namespaces: Namespaces = Field(description="Where they live.")
    selector: LabelSelector = Field(default=LabelSelector(), description="The Deployment's own labels.")

    def covers_namespace(self, namespace: str) -> bool:
        """Whether a namespace is included and not excluded."""
        included = any(matches(pattern, namespace) for pattern in self.namespaces.include)
        return included and not any(matches(pattern, namespace) for pattern in self.namespaces.exclude)

    def selects_labels(self, labels: Mapping[str, str]) -> bool:
        """Whether a Deployment's own labels are selected."""
        return self.selector.matches(labels)


class Limits(DocumentPart):
    """Brakes on what a policy may do."""

    max_actions_per_run: Annotated[Whole, Field(ge=1, le=1_000_000)] | None = Field(
        default=None,
        description="Pauses in one run; the next run goes on. Without a schedule it is 20 unless set.",
    )
    max_affected_percent: Annotated[Whole, Field(ge=1, le=100)] | None = Field(
        default=None,
        description="The share of the cluster's Deployments that all policies together may have asleep at once, of "
        "those that run or sleep and are not protected; a run that would pass it pauses nothing.",
    )


class Action(DocumentPart):
    """What is done to a workload."""

    replicas: Replicas = Field(default=0, description="Only 0 is possible in v1alpha1.")


class PolicySpec(DocumentPart):
    """What a policy wants. All given conditions (schedule, minHourlyCost, idleWindow) must hold."""

    mode: Mode = Field(default=Mode.DRY_RUN, description="DryRun only tells what Enforce would do.")
    suspend: Flag = Field(default=False, description="No new pauses, and what sleeps under the policy wakes.")
    scope: Scope = Field(description="The workloads that the policy is about.")
    schedule: Schedule | None = Field(default=None, description="When they sleep; without it at any time.")
    min_hourly_cost: Amount | None = Field(
        default=None,
        description="What a workload must cost an hour, in the currency of the price list (USD unless it says).",
    )
    idle_window: Duration | None = Field(default=None, description="How long a workload must have been idle.")
    idle_limits: IdleLimits = Field(
        default=IdleLimits(), description="What a pod of an idle workload may use on average."
    )
    season_gate: Annotated[SeasonGate, BeforeValidator(_read_switch)] = Field(
        default=SeasonGate.ON,
        description="On: what was busy in past weeks, in the hours it would sleep through, is not idle yet; with fewer "
        'than two whole weeks of history idleWindow must be at least 168h. "Off" (quoted) asks the idle window alone.',
    )
    cooldown_window: Duration = Field(
        default=timedelta(minutes=30),
        description="How long a workload is left alone after it was changed or woken.",
    )
    resume_after: Duration | None = Field(default=None, description="The longest sleep.")
    on_deploy: OnDeploy = Field(default=OnDeploy.WAKE, description="What a deploy into a sleeper does.")
    git_ops: GitOps = Field(
        default=GitOps.DECLINE,
        description="Pause only where the GitOps tool was told to ignore replicas.",
    )
    limits: Limits = Field(
        default=Limits(),
        description="Brakes on what the policy may do. With a schedule and no limit set, at most 20 Deployments go to "
        "sleep in its first window, and all from the second on.",
    )
    action: Action = Field(default=Action(), description="What is done to a workload.")

    @model_validator(mode="after")
    def _check_condition(self) -> Self:
        conditions = (self.schedule, self.min_hourly_cost, self.idle_window)
        if self.mode is Mode.ENFORCE and all(condition is None for condition in conditions):
            raise FieldError("Enforce needs at least one of schedule, minHourlyCost and idleWindow", field="mode")
        return self


class Metadata(DocumentPart):
    """The name. Whatever else a custom resource carries here is the cluster's business."""

    model_config = ConfigDict(extra="ignore")

    name: PolicyName


class EnforcementPolicy(DocumentPart):
    """Lets Deployments sleep on a calendar or while they are idle, and brings each back with its replica count."""

    api_version: Literal["finops.io/v1alpha1"] = API_VERSION
    kind: Literal["EnforcementPolicy"] = KIND
    metadata: Metadata
    spec: PolicySpec

    @property
    def name(self) -> str:
        """The policy's name."""
        return self.metadata.name

    @property
    def zone(self) -> str:
        """The IANA name of the zone that plain dates and times are in: the schedule's, else UTC."""
        return "UTC" if self.spec.schedule is None else self.spec.schedule.time_zone

    @property
    def is_in_force(self) -> bool:
        """Whether it pauses, and keeps asleep: neither a dry run nor suspended."""
        return self.spec.mode is Mode.ENFORCE and not self.spec.suspend

    def is_about(self, namespace: str, labels: Mapping[str, str]) -> bool:
        """Whether a workload with these labels is in its scope."""
        scope = self.spec.scope
        return scope.covers_namespace(namespace) and scope.selects_labels(labels)

    @property
    def max_actions_per_run(self) -> int | None:
        """How many pauses one run may ask for; None: no limit."""
        written = self.spec.limits.max_actions_per_run
        if written is None and self.spec.schedule is None:
            return ACTIONS_WITHOUT_SCHEDULE
        return written
