"""Which policies a question is about."""

from pathlib import Path

import pytest
from services import enforcing

from operations.errors import UsageProblem
from operations.installation import Installation
from operations.listener import Silence
from operations.plans.policies import choose_policies, load_policies
from policies.policy.parsing import parse_policy
from policies.problems import PolicyError


class Hearing(Silence):
    """Remembers what it is warned of."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


@pytest.fixture
def hearing() -> Hearing:
    return Hearing()


@pytest.fixture
def installation(tmp_path: Path, hearing: Hearing) -> Installation:
    """One with a folder of policies, in which there is none yet."""
    return Installation({"policies": tmp_path / "applied"}, user="me@here", listener=hearing)


def apply(installation: Installation, *names: str) -> None:
    installation.policies.prepare()
    for name in names:
        document = {"apiVersion": "finops.io/v1alpha1", "kind": "EnforcementPolicy", "metadata": {"name": name}}
        spec = {"scope": {"namespaces": {"include": ["dev"]}}}
        installation.policies.write(parse_policy({**document, "spec": spec}, file=name))


def names_of(installation: Installation, *named: str) -> list[str]:
    return [policy.name for policy in choose_policies(installation, named).policies]


def test_where_nothing_was_ever_applied_a_sample_is_judged_by(installation: Installation, tmp_path: Path) -> None:
    chosen = choose_policies(installation, [])
    assert [policy.name for policy in chosen.policies] == ["sample"]
    assert chosen.whence == f"no policy in {tmp_path / 'applied'}: judging by the sample of `finops plan`"


def test_unless_some_are_named_all_applied_ones_are_meant(installation: Installation, tmp_path: Path) -> None:
    apply(installation, "one", "two")
    chosen = choose_policies(installation, [])
    assert [policy.name for policy in chosen.policies] == ["one", "two"]
    assert chosen.whence == f"policies of {tmp_path / 'applied'}"


def test_policies_are_named_by_their_name_or_their_file(installation: Installation, tmp_path: Path) -> None:
    apply(installation, "one", "two")
    file = tmp_path / "more.yaml"
    file.write_text("---\n".join(enforcing(name, "dev") for name in ("three", "four")))
    assert names_of(installation, "two", str(file)) == ["two", "four", "three"]
    assert choose_policies(installation, ["two"]).whence == "policies two"
    with pytest.raises(UsageProblem, match="there is no policy and no file 'five'; applied are: one, two"):
        choose_policies(installation, ["five"])


def test_a_broken_policy_that_is_applied_is_told_and_the_others_count(
    installation: Installation, hearing: Hearing, tmp_path: Path
) -> None:
    apply(installation, "one")
    (tmp_path / "applied" / "broken.yaml").write_text(enforcing("broken", "dev").replace("mode", "modus"))
    assert names_of(installation) == ["one"]
    (warning,) = hearing.warnings
    assert warning.startswith("warning: ")
    assert "spec.modus: unknown field" in warning


def test_a_broken_policy_or_none_is_not_judged_by(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(enforcing("broken", "dev").replace("mode", "modus"))
    with pytest.raises(PolicyError, match="unknown field"):
        load_policies(file)
    file.unlink()
    with pytest.raises(UsageProblem, match="holds no policy"):
        load_policies(tmp_path)
