"""What does not block a pause but should be known before one: data that would not survive it, and alerts."""

import re
from collections.abc import Iterable

from activities.kube.objects.budgets import Budget
from operations.plans.plan import Caveat, CaveatKind
from policies.checks.controllers import OUTAGE, find_controller_hint
from policies.workload import Workload

_DATABASES = re.compile(
    r"(?:^|[/-])(postgres(?:ql)?|postgis|mysql|mariadb|percona|mongo(?:db)?|redis|valkey|memcached|elasticsearch|"
    r"opensearch|cassandra|couchdb|influxdb|clickhouse(?:-server)?|neo4j|rabbitmq|kafka|etcd|minio)(?=[:@-]|$)"
)


NIGHTLY = "an alert on budgets comes every night (docs/coexistence.md has the rule that leaves out what sleeps)"
"""What a PodDisruptionBudget that is not met comes to."""


def caveats_of(workload: Workload, budgets: Iterable[Budget] = ()) -> tuple[Caveat, ...]:
    """One caveat for each thing that a pause of this workload may lose, and for each budget it would not meet."""
    found = list[tuple[CaveatKind, str]]()
    if hint := find_controller_hint(workload):
        found.append((CaveatKind.CONTROLLER, f"looks like an operator or a controller ({hint}): {OUTAGE}"))
    if workload.keeps_data_in_empty_dir:
        found.append((CaveatKind.EMPTY_DIR, "keeps data in an emptyDir volume, which a pause empties"))
    if not workload.has_persistent_volume:
        databases = sorted({match[1] for image in workload.images if (match := _DATABASES.search(image))})
        if databases:
            sentence = f"looks like a database ({', '.join(databases)}) without a persistent volume"
            found.append((CaveatKind.DATABASE, sentence))
    found += [
        (
            CaveatKind.BUDGET,
            f"is in the PodDisruptionBudget {each.name}, which wants {each.at_least} of its pods: {NIGHTLY}",
        )
        for each in budgets
        if each.selects(workload)
    ]
    return tuple(Caveat(ref=workload.ref, kind=kind, sentence=sentence) for kind, sentence in found)
