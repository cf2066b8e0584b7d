"""What a control plane is started with, as it travels to its supervisor."""

import json
from dataclasses import asdict, dataclass
from typing import Literal, Self

AuditLevel = Literal["Metadata", "RequestResponse"]


@dataclass(frozen=True)
class LocalClusterSettings:
    """How to run one control plane."""

    binaries: str
    audit: AuditLevel | None = None
    controllers: bool = True
    pods_ready: bool = True
    extra_apiserver_args: tuple[str, ...] = ()

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        fields = json.loads(text)
        return cls(**{**fields, "extra_apiserver_args": tuple(fields["extra_apiserver_args"])})


@dataclass(frozen=True)
class State:
    """What runs in a folder, as `cluster.json` says; `ready` turns true when everything answers."""

    supervisor: int
    pids: dict[str, int]
    server: str
    etcd: str
    ready: bool

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls(**json.loads(text))
