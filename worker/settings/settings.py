"""Settings: flags, then FINOPS_* of the environment, then a TOML file, then defaults.

All that is wrong is said at once, each with the flag, the variable or the file it stands in.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from policies.checks.platforms import ALWAYS_PROTECTED, SHIPPED_PROTECTED
from policies.costs.cost import MOST_AN_HOUR
from worker.errors import SettingsError
from worker.logs import LogFormat
from worker.settings.sources import (
    EnvironmentSource,
    default_state_dir,
    describe_all,
    describe_unknown,
    place_paths,
    read_file,
)
from worker.settings.toml_tables import TABLES, choose_clusters, take_tables
from worker.settings.values import (
    SHIPPED_UNCOUNTED,
    AddressFile,
    ClusterName,
    Hosts,
    InstanceName,
    Matchers,
    NamespaceBeginnings,
    NamespaceNames,
    NamespacePatterns,
    Patience,
    Period,
    Place,
    PolicyPlace,
    Uncounted,
    Url,
    expand,
    names_of,
)

_PREFIX = "FINOPS_"
_WEBHOOK = "_webhook_file"


class Settings(BaseSettings):
    """What an installation is told. Build it with `load()`; the constructor reads nothing but its arguments."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="forbid")

    cluster: ClusterName = "default"
    """A name for the cluster, part of every workflow id: keep it."""
    instance: InstanceName | None = None
    """A name for the installation: which sleepers are its own. `finops run` makes one up, `finops worker` needs it."""
    state_dir: Place = Field(default_factory=lambda: default_state_dir(os.environ))
    """The embedded Temporal's database and ports, and policies. `XDG_STATE_HOME` moves it, where that is absolute."""
    policies: Place = Field(default_factory=lambda data: data["state_dir"] / "policies")
    """The folder of policies."""
    policy_source: PolicyPlace = PolicyPlace.FILES
    """Where policies are: `files` (that folder), or `cluster` (custom resources)."""
    opencost_url: Url | None = None
    """OpenCost instead of the price list, which is then the second opinion."""
    opencost_timeout: Patience = timedelta(seconds=10)
    """For one answer, at most 30 seconds; the waits between five attempts (15 s in all) come on top."""
    opencost_cluster: str = Field(default="", max_length=253)
    """Which cluster this is, if OpenCost knows several."""
    opencost_namespaces: NamespaceBeginnings = ()
    """Ask only about these, such as `dev-* staging`; all others are then `NoRow`."""
    opencost_unallocated_percent: float = Field(default=50, ge=0, le=100, allow_inf_nan=False)
    """If more of the cost belongs to no controller, nothing is believed."""
    prices: Place | None = None
    """A YAML file of prices; without it, a built-in list in USD."""
    prometheus_url: Url | None = None
    """Where idleness is measured; also a server with the same API, with its path. Without it, nowhere."""
    prometheus_username: str | None = Field(default=None, min_length=1)
    """For basic authentication, with the file of the password."""
    prometheus_password_file: Place | None = None
    """The password, read again for every query."""
    prometheus_token_file: Place | None = None
    """A bearer token instead, read again for every query."""
    prometheus_headers_file: Place | None = None
    """Further headers as `Name: value` lines, read again for every query: `X-Scope-OrgID: dev` for a tenant of Mimir or
    Cortex.
    """
    prometheus_ca_file: Place | None = None
    """The CA that signed its certificate, as PEM; without it, the system's."""
    prometheus_matchers: Matchers = ""
    """Label matchers for every series, such as `cluster="dev"`, where one Prometheus knows several."""
    uncounted_requests: Uncounted = SHIPPED_UNCOUNTED
    """Requests that keep no workload awake, such as `source:prometheus* path:/healthz`; replaces the shipped list."""
    slack_webhook_file: AddressFile | None = None
    """Holds the address of a Slack incoming webhook; read again for every message, as the two below."""
    teams_webhook_file: AddressFile | None = None
    """Holds the address of a Teams webhook."""
    webhook_url: Url | None = None
    """Gets every message as JSON."""
    webhook_key_file: Place | None = None
    """Holds the key that those are signed with (HMAC-SHA256)."""
    webhook_hosts: Hosts = ()
    """Further hosts that webhooks may lead to, beside those of Slack and Teams; `*` stands for part of a name."""
    events: bool = False
    """Kubernetes Events on what is paused and woken; needs an optional role."""
    interval: Period = timedelta(minutes=5)
    """Time between two runs of a policy."""
    min_sleep: Period = timedelta(minutes=30)
    """The shortest sleep: nothing is paused when a window has less left."""
    protected_namespaces: NamespacePatterns = (ALWAYS_PROTECTED, *SHIPPED_PROTECTED)
    """Added to the shipped list."""
    unprotected_namespaces: NamespaceNames = ()
    """Namespaces, by exact name, that the list does not cover although one of its patterns matches; never `kube-*`."""
    max_hourly_cost: float = Field(default=10_000, gt=0, le=MOST_AN_HOUR, allow_inf_nan=False)
    """A higher cost of one workload an hour is not believed; in the currency of the price list."""
    pauses_per_second: float = Field(default=20, gt=0, le=1_000, allow_inf_nan=False)
    """The most that the API server is asked for."""
    wakes_per_second: float = Field(default=20, gt=0, le=1_000, allow_inf_nan=False)
    """The same for wakes by time or policy; a person's wake is not limited."""
    kubeconfig: Place | None = None
    """Which cluster; without it, `KUBECONFIG` and the usual places."""
    context: str | None = Field(default=None, min_length=1)
    """Which context of it; without it, the current one."""
    temporal_api_key_file: Place | None = None
    """A file with the API key for Temporal, instead of `TEMPORAL_API_KEY`; read again when it changes."""
    temporal_ui_url: Url | None = None
    """Where people see the UI of your own Temporal, for [links into it](temporal-ui.md); `finops run` knows its own."""
    worker_versioning: bool = False
    """Temporal's worker versioning: a worker gets work only once its version is made the current one."""
    otlp_endpoint: Url | None = None
    """Where traces go, by OTLP over HTTP (extra `tracing`); without it, nowhere."""
    payload_keys: Place | None = None
    """A folder of keys that encrypt what Temporal stores (extra `encryption`); the same for workers and commands."""
    log_format: LogFormat = LogFormat.TEXT
    """Of `worker` and `run`: `text`, or `json` for one object a line."""
    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Where `/metrics`, `/healthz` and `/readyz` are served; without it, nowhere."""
    metrics_host: str = "127.0.0.1"
    """The address it listens on; `0.0.0.0` in a container."""

    @model_validator(mode="after")
    def _check_credentials(self) -> Self:
        if (self.prometheus_username is None) != (self.prometheus_password_file is None):
            raise ValueError("prometheus_username and prometheus_password_file need each other")
        if self.prometheus_token_file is not None and self.prometheus_username is not None:
            raise ValueError("prometheus_token_file and prometheus_username are two ways to log in; set one of them")
        if self.webhook_key_file is not None and self.webhook_url is None:
            raise ValueError("webhook_key_file signs what goes to webhook_url, which is not set")
        return self

    @property
    def webhook_files(self) -> dict[str, Path]:
        """By receiver, the file that holds the address of its webhook."""
        files = {name.removesuffix(_WEBHOOK): getattr(self, name) for name in names_of(type(self), AddressFile)}
        return {receiver: file for receiver, file in files.items() if file is not None}

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments only: `load()` merges the sources, because it must know where each value came from."""
        return (init_settings,)

    @classmethod
    def unknown_variables(cls, environment: Mapping[str, str]) -> list[str]:
        """The variables of our prefix that set nothing, one sentence each."""
        return describe_unknown(_PREFIX, environment, (*cls.model_fields, "config"))

    @classmethod
    def load(cls, *, environment: Mapping[str, str] | None = None, **flags: Any) -> "Settings":
        """The settings of this call, which is about one cluster.

        Raises:
            SettingsError: with one sentence for each bad setting, or because the file knows several clusters.
        """
        return the_only(cls.load_each(environment=environment, **flags))

    @classmethod
    def load_each(cls, *, environment: Mapping[str, str] | None = None, **flags: Any) -> tuple[Self, ...]:
        """The settings for each cluster: the named one, or all that the file has a table for.

        A flag that is None was not given; an empty variable is not set. The file is `FINOPS_CONFIG`, else
        `finops.toml` in the state folder if there is one; paths in it are relative to its folder.

        Raises:
            SettingsError: with one sentence for each bad setting.
        """
        variables = dict(os.environ if environment is None else environment)
        given = {name: value for name, value in flags.items() if value is not None}
        from_environment = EnvironmentSource(cls, variables)()
        place = given.get("state_dir") or from_environment.get("state_dir") or default_state_dir(variables)
        config = variables.get(f"{_PREFIX}CONFIG")
        file = Path(config) if config else Path(place) / "finops.toml"
        with suppress(ValueError):  # a bad state folder is complained about below, a bad file right there
            file = expand(file)
        from_file = read_file(file, asked_by=f"{_PREFIX}CONFIG" if config else None)
        paths = names_of(cls, Place, AddressFile)
        tables = take_tables(from_file, file, paths)
        place_paths(from_file, file.parent, paths)
        origins = {name: f"`{name}` in {file}" for name in from_file}
        origins |= {name: f"{_PREFIX}{name.upper()}" for name in from_environment}
        shared = {"state_dir": place, **from_file, **from_environment}
        if not tables:
            return (cls._build({**shared, **given}, origins, given),)
        named = choose_clusters(tables, given.get("cluster") or from_environment.get("cluster"), file)
        return tuple(
            cls._build(
                # Each has policies of its own, or what is applied to one would be in force in all.
                {
                    "policies": Path(place) / TABLES / name / "policies",
                    **shared,
                    **tables[name],
                    **given,
                    "cluster": name,
                },
                origins | {key: f"`{TABLES}.{name}.{key}` in {file}" for key in (*tables[name], "cluster")},
                given,
            )
            for name in named
        )

    @classmethod
    def _build(cls, merged: Mapping[str, Any], origins: Mapping[str, str], flags: Mapping[str, Any]) -> Self:
        """One cluster's; `origins` says where each was set, other than by a flag. Raises SettingsError."""
        try:
            return cls(**merged)
        except ValidationError as error:
            said_by = {**origins, **{name: f"--{name.replace('_', '-')}" for name in flags}}
            raise SettingsError(describe_all(error, said_by, known=tuple(cls.model_fields))) from None


def the_only(found: tuple[Settings, ...]) -> Settings:
    """Those of the one cluster that a call is about. Raises SettingsError where there are several."""
    if len(found) > 1:
        names = ", ".join(settings.cluster for settings in found)
        raise SettingsError([f"there are several clusters ({names}): choose one with --cluster or FINOPS_CLUSTER"])
    return found[0]
