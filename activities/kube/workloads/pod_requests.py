"""What one pod of a template asks for, by the rule the scheduler counts with."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from activities.kube.models import PodSpec, Quantities, Resources
from activities.kube.quantities import parse_quantity
from policies.costs.cost import Requests

GPUS = ("nvidia.com/gpu", "amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe")
"""Resources that are whole GPUs; `gpu.intel.com/memory.max` and the like are not."""

_POD_LEVEL = ("cpu", "memory")
_PRICED = frozenset((*_POD_LEVEL, *GPUS))

_Amounts = Mapping[str, Decimal]


def sum_requests(pod: PodSpec) -> Requests:
    """Containers and sidecars together, or the largest step of the start where that is more, and the overhead.

    A sidecar is an init container with `restartPolicy: Always`; an ordinary one runs beside those started before it.
    Requests of the pod itself take the place of the sum (Kubernetes: `component-helpers/resource`).
    Raises InvalidQuantity.
    """
    sidecars: _Amounts = {}
    start: _Amounts = {}
    for container in pod.init_containers or ():
        step = _add(_asked(container.resources), sidecars)
        if container.restart_policy == "Always":
            sidecars = step
        start = _largest(start, step)
    running = _add(sidecars, *(_asked(container.resources) for container in pod.containers))
    of_pod = _asked(pod.resources)
    asked = {**_largest(running, start), **{key: of_pod[key] for key in _POD_LEVEL if key in of_pod}}
    total = _add(asked, _parse(pod.overhead))
    return Requests(
        cpu_cores=float(total.get("cpu", 0)),
        memory_bytes=float(total.get("memory", 0)),
        gpus=float(sum(total.get(name, Decimal(0)) for name in GPUS)),
    )


def _asked(resources: Resources | None) -> _Amounts:
    """Requests, and limits where there is no request."""
    if resources is None:
        return {}
    return {**_parse(resources.limits), **_parse(resources.requests)}


def _parse(quantities: Quantities | None) -> _Amounts:
    return {name: parse_quantity(str(value)) for name, value in (quantities or {}).items() if name in _PRICED}


def _add(*amounts: _Amounts) -> _Amounts:
    return {name: sum((part.get(name, Decimal(0)) for part in amounts), Decimal(0)) for name in _names(amounts)}


def _largest(*amounts: _Amounts) -> _Amounts:
    return {name: max(part.get(name, Decimal(0)) for part in amounts) for name in _names(amounts)}


def _names(amounts: Iterable[_Amounts]) -> set[str]:
    return {name for part in amounts for name in part}
