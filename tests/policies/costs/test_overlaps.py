import pytest
from ids import key_of

from policies.costs.doubts import Doubt
from policies.costs.overlaps import PodSelection, object_to_selections
from policies.keys import WorkloadKey

Labels = dict[str, str]


def selection(
    name: str, match: Labels, template: Labels | None = None, namespace: str = "shop", replicas: int = 1
) -> PodSelection:
    labels = match if template is None else template
    return PodSelection(WorkloadKey(namespace, name), replicas, match_labels=match, template_labels=labels)


@pytest.mark.parametrize(
    ("selections", "doubts"),
    [
        pytest.param([selection("a", {"app": "a"}), selection("b", {"app": "b"})], {}, id="each its own label"),
        pytest.param(
            [selection("api", {"app": "api"}), selection("canary", {"app": "api", "track": "canary"})],
            {"shop/api": Doubt.SELECTORS_OVERLAP, "shop/canary": Doubt.SELECTORS_OVERLAP},
            id="one takes the other's pods, and both are in doubt",
        ),
        pytest.param(
            [
                selection("api", {"app": "api", "track": "stable"}),
                selection("canary", {"app": "api", "track": "canary"}),
            ],
            {},
            id="told apart by a second label",
        ),
        pytest.param(
            [selection("api", {"app": "api"}), selection("web", {"app": "web"}, {"app": "web", "part-of": "api"})],
            {},
            id="the same value under another label",
        ),
        pytest.param(
            [selection("a", {"app": "x"}), selection("a", {"app": "x"}, namespace="other")],
            {},
            id="the same in two namespaces",
        ),
        pytest.param(
            [selection("a", {"app": "x"}, replicas=0), selection("b", {"app": "x"})],
            {"shop/a": Doubt.SELECTORS_OVERLAP, "shop/b": Doubt.SELECTORS_OVERLAP},
            id="one at zero still takes them",
        ),
        pytest.param(
            [selection("a", {}, {"app": "a"}), selection("b", {"app": "b"})],
            {"shop/a": Doubt.EXPRESSIONS_ONLY},
            id="matchExpressions only",
        ),
        pytest.param(
            [selection("a", {"tier": "web"}, {"tier": "web", "app": "a"}), selection("b", {"app": "a"}, {"app": "b"})],
            {"shop/a": Doubt.SELECTORS_OVERLAP, "shop/b": Doubt.SELECTORS_OVERLAP},
            id="one whose own pods it does not even match",
        ),
        pytest.param([selection("a", {"gone": "x"}, {"app": "a"})], {}, id="a label that nobody carries"),
    ],
)
def test_rows_are_trusted_where_labels_tell_pods_apart(
    selections: list[PodSelection], doubts: dict[str, Doubt]
) -> None:
    assert {str(key): objection.doubt for key, objection in object_to_selections(selections).items()} == doubts


def test_each_is_told_whom_it_overlaps_with() -> None:
    found = object_to_selections([selection("api", {"app": "x"}), selection("canary", {"app": "x"})])
    assert "that of Deployment canary match" in found[key_of("shop/api")].sentence
    assert "that of Deployment api match" in found[key_of("shop/canary")].sentence
