"""Answers of OpenCost's `/allocation`, made up: rows that are right in every figure, and what a test spoils in them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from policies.costs.opencost.question import AllocationQuestion, AllocationWindow
from policies.times import to_rfc3339

END = datetime(2026, 11, 23, 20, tzinfo=UTC)
WINDOW = AllocationWindow(END - timedelta(hours=48), END)
GIB = 2**30
CORE_PRICE, GIB_PRICE, GPU_PRICE = 0.031611, 0.004237, 0.95

Row = dict[str, Any]


def question(**changes: Any) -> AllocationQuestion:
    """What is asked for in these tests."""
    return AllocationQuestion(window=WINDOW, **changes)


def row(
    namespace: str = "dev-shop",
    name: str = "checkout",
    *,
    kind: str = "deployment",
    cores: float = 1,
    gib: float = 2,
    gpus: float = 0,
    hours: float = 48,
    price: float = 1,
    until: datetime = END,
    **changes: Any,
) -> Row:
    """A row of a controller that held so much for so many hours before `until`; `price` times the list's prices.

    `changes` replace fields afterwards; None as a value is JSON's null, and ABSENT takes a field out.
    """
    core_hours, gib_hours, gpu_hours = cores * hours, gib * hours, gpus * hours
    cpu, ram, gpu = (
        round(quantity * unit * price, 5)
        for quantity, unit in ((core_hours, CORE_PRICE), (gib_hours, GIB_PRICE), (gpu_hours, GPU_PRICE))
    )
    made: Row = {
        "name": f"{namespace}/{kind}/{kind}:{name}",
        "properties": {"cluster": "one", "namespace": namespace, "controllerKind": kind, "controller": name},
        "window": {"start": to_rfc3339(until - timedelta(hours=48)), "end": to_rfc3339(until)},
        "start": to_rfc3339(until - timedelta(hours=hours)),
        "end": to_rfc3339(until),
        "minutes": hours * 60,
        "cpuCores": cores,
        "cpuCoreRequestAverage": cores,
        "cpuCoreUsageAverage": round(cores * 0.02, 5),
        "cpuCoreHours": core_hours,
        "cpuCost": cpu,
        "cpuCostAdjustment": 0,
        "ramBytes": gib * GIB,
        "ramByteRequestAverage": gib * GIB,
        "ramByteUsageAverage": gib * GIB * 0.3,
        "ramByteHours": gib_hours * GIB,
        "ramCost": ram,
        "ramCostAdjustment": 0,
        "gpuHours": gpu_hours,
        "gpuCost": gpu,
        "gpuCostAdjustment": 0,
        "networkCost": 0,
        "loadBalancerCost": 0,
        "pvCost": 0,
        "pvs": None,
        "lbAllocations": None,
        "sharedCost": 0,
        "externalCost": 0,
        "totalCost": round(cpu + ram + gpu, 5),
        "totalEfficiency": 0.02,
    }
    return {name: value for name, value in (made | changes).items() if value is not ABSENT}


ABSENT = object()


def unallocated(namespace: str = "dev-shop", **changes: Any) -> Row:
    """Pods that belong to no controller."""
    made = row(namespace, properties={"cluster": "one", "namespace": namespace}, **changes)
    return made | {"name": f"{namespace}/__unallocated__/__unallocated__"}


def volume(namespace: str = "prod", cost: float = 0.0526) -> Row:
    """A volume that no pod mounts: all that is left of an answer when the query for pods fails."""
    properties = {"cluster": "one", "namespace": namespace, "container": "__unmounted__", "pod": "unmounted-pvcs"}
    usage: Any = {"cpuCoreUsageAverage": 0, "ramByteUsageAverage": 0}
    made = row(namespace, cores=0, gib=0, properties=properties, pvCost=cost, totalCost=cost, **usage)
    return made | {"name": f"{namespace}/__unallocated__/__unallocated__"}


def idle(cost: float = -1.25) -> Row:
    """What no workload uses. Users report it negative."""
    return row(name="__idle__", properties={"cluster": "one"}, cpuCost=cost, totalCost=cost) | {"name": "__idle__"}


def ordinary() -> list[Row]:
    """An answer about a small cluster on an ordinary day."""
    return [
        row("dev-shop", "checkout"),
        row("dev-shop", "catalog", cores=2, gib=4),
        row("dev-search", "checkout", cores=0.5, gib=1),
        row("dev-search", "young", hours=2),
        row("staging", "api", cores=0.25, gib=0.5, price=1.25),
        row("prod", "trainer", cores=4, gib=16, gpus=1),
        row("prod", "db", kind="statefulset", pvCost=0.5, totalCost=round(1.51733 + 0.40675 + 0.5, 5)),
        row("kube-system", "proxy", kind="daemonset", cores=0.2, gib=0.25),
        unallocated("dev-shop", cores=0.1, gib=0.25),
        volume(),
    ]


def body(*rows: Row, code: int = 200) -> bytes:
    """The rows as a server sends them."""
    data = ", ".join(f"{json.dumps(str(each.get('name', '')))}: {json.dumps(each)}" for each in rows)
    return f'{{"code": {code}, "status": "success", "data": [{{{data}}}]}}'.encode()


def in_pieces(content: bytes, size: int = 1000) -> Iterable[bytes]:
    """A body as it arrives."""
    return (content[at : at + size] for at in range(0, len(content), size))
