import pytest
from cases import workload

from operations.plans.caveats import caveats_of
from operations.plans.plan import CaveatKind


def test_data_in_an_empty_dir_is_worth_a_warning() -> None:
    (caveat,) = caveats_of(workload(keeps_data_in_empty_dir=True))
    assert "emptyDir" in caveat.sentence


@pytest.mark.parametrize(
    "image",
    ["postgres:16", "docker.io/library/redis@sha256:0", "registry:5000/bitnami/mongodb:7", "mysql", "x/postgres-ha:1"],
    ids=str,
)
def test_a_database_without_a_volume_is_worth_a_warning(image: str) -> None:
    (caveat,) = caveats_of(workload(images=(image,)))
    assert "without a persistent volume" in caveat.sentence


@pytest.mark.parametrize("image", ["nginx:1", "my/redistribute:1", "postgrest/postgrest:12"], ids=str)
def test_an_image_that_merely_sounds_like_one_is_not(image: str) -> None:
    assert caveats_of(workload(images=(image,))) == ()


def test_a_database_with_its_volume_is_fine() -> None:
    assert caveats_of(workload(images=("postgres:16",), has_persistent_volume=True)) == ()


def test_what_looks_like_an_operator_is_worth_a_warning() -> None:
    (caveat,) = caveats_of(workload(name="redis-operator"))
    assert caveat.kind is CaveatKind.CONTROLLER
    assert "looks like an operator or a controller (by its name)" in caveat.sentence
