import pytest
from pydantic import ValidationError

from policies.policy.selectors import LabelSelector

LABELS = {"tier": "web", "app.kubernetes.io/name": "shop", "empty": ""}


def select(**written: object) -> LabelSelector:
    return LabelSelector.model_validate(written)


def expression(key: str, operator: str, *values: str) -> dict[str, object]:
    return {"key": key, "operator": operator, **({"values": list(values)} if values else {})}


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        pytest.param({}, True, id="an empty selector"),
        pytest.param({"matchLabels": {"tier": "web"}}, True, id="a label"),
        pytest.param({"matchLabels": {"tier": "Web"}}, False, id="capitals count"),
        pytest.param({"matchLabels": {"tier": "web", "app.kubernetes.io/name": "cart"}}, False, id="all labels count"),
        pytest.param({"matchLabels": {"empty": ""}}, True, id="an empty value"),
        pytest.param({"matchLabels": {"missing": ""}}, False, id="a missing label is not an empty one"),
        pytest.param({"matchExpressions": [expression("tier", "In", "db", "web")]}, True, id="In"),
        pytest.param({"matchExpressions": [expression("tier", "In", "db")]}, False, id="In, other value"),
        pytest.param({"matchExpressions": [expression("missing", "In", "db")]}, False, id="In, missing"),
        pytest.param({"matchExpressions": [expression("tier", "NotIn", "web")]}, False, id="NotIn"),
        pytest.param({"matchExpressions": [expression("tier", "NotIn", "db")]}, True, id="NotIn, other value"),
        pytest.param({"matchExpressions": [expression("missing", "NotIn", "db")]}, True, id="NotIn, missing"),
        pytest.param({"matchExpressions": [expression("empty", "Exists")]}, True, id="Exists"),
        pytest.param({"matchExpressions": [expression("missing", "Exists")]}, False, id="Exists, missing"),
        pytest.param({"matchExpressions": [expression("empty", "DoesNotExist")]}, False, id="DoesNotExist"),
        pytest.param({"matchExpressions": [expression("missing", "DoesNotExist")]}, True, id="DoesNotExist, missing"),
        pytest.param(
            {"matchLabels": {"tier": "web"}, "matchExpressions": [expression("tier", "NotIn", "web")]},
            False,
            id="labels and expressions must both hold",
        ),
    ],
)
def test_it_selects_as_kubernetes_does(selector: dict[str, object], expected: bool) -> None:
    assert select(**selector).matches(LABELS) is expected


@pytest.mark.parametrize("key", ["a", "A-b_c.d", "a" * 63, "example.com/a", "x" * 253 + "/a"])
def test_a_label_key_that_kubernetes_takes(key: str) -> None:
    assert select(matchLabels={key: "x"}).matches({key: "x"})


@pytest.mark.parametrize(
    "key",
    ["", "-a", "a-", "a" * 64, "a b", "/a", "a/", "a/b/c", "Example.com/a", "ex_ample/a", "x" * 254 + "/a", "ä", "a\n"],
)
def test_a_label_key_that_kubernetes_refuses(key: str) -> None:
    with pytest.raises(ValidationError, match="is not a label key"):
        select(matchLabels={key: "x"})
    with pytest.raises(ValidationError, match="is not a label key"):
        select(matchExpressions=[expression(key, "Exists")])


@pytest.mark.parametrize("value", ["-a", "a" * 64, "a b", "a/b", "ä", "a\n", "*"])
def test_a_label_value_that_kubernetes_refuses(value: str) -> None:
    with pytest.raises(ValidationError, match="is not a label value"):
        select(matchLabels={"a": value})
    with pytest.raises(ValidationError, match="is not a label value"):
        select(matchExpressions=[expression("a", "In", value)])


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (expression("a", "In"), "In needs at least one value"),
        (expression("a", "NotIn"), "NotIn needs at least one value"),
        (expression("a", "Exists", "x"), "Exists takes no values"),
        (expression("a", "DoesNotExist", "x"), "DoesNotExist takes no values"),
        (expression("a", "in", "x"), "should be 'In'"),
    ],
)
def test_values_are_needed_or_forbidden_by_the_operator(written: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        select(matchExpressions=[written])
