import pytest

from policies.annotations import WAKE_AFTER
from policies.errors import InvalidAnnotation
from policies.wake_after import targets_of


@pytest.mark.parametrize(
    ("written", "targets"),
    [
        ("dev/db", ["dev/db"]),
        ("dev/db,dev/cache", ["dev/db", "dev/cache"]),
        (" dev/db , other/queue.v1 ", ["dev/db", "other/queue.v1"]),
        ("dev/db,dev/db", ["dev/db"]),
        ("", []),
    ],
)
def test_it_reads_what_a_workload_waits_for(written: str, targets: list[str]) -> None:
    assert [str(target) for target in targets_of({WAKE_AFTER: written})] == targets


@pytest.mark.parametrize(
    "written",
    [
        "db",
        "dev/",
        "/db",
        "dev/db,",
        "Dev/DB",
        "dev/db/x",
        "dev/../x",
        "dev/*",
        "x" * 10_000,
        ",".join(f"dev/web-{number}" for number in range(17)),
    ],
)
def test_what_names_no_workloads_is_refused(written: str) -> None:
    with pytest.raises(InvalidAnnotation, match="NAMESPACE/NAME"):
        targets_of({WAKE_AFTER: written})
