import pytest

from policies.wording import name_some


@pytest.mark.parametrize(
    ("names", "sentence"),
    [(["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c"], "a, b and 1 more"), (list("abcde"), "a, b and 3 more")],
)
def test_the_first_are_named_and_the_others_counted(names: list[str], sentence: str) -> None:
    assert name_some(names, 2) == sentence
