from pathlib import Path

import pytest
from cases import policy

from activities.policy_sources.files import PolicyDirectory
from activities.policy_sources.source import PoliciesRead
from operations.doctor.check_results import Level
from operations.doctor.policies import check_policies
from operations.installation import Installation


class Source(PolicyDirectory):
    """A source that holds one policy, and something against all of them."""

    def __init__(self, objection: str) -> None:
        super().__init__(Path("the cluster"))
        self._objection = objection

    def read(self) -> PoliciesRead:
        return PoliciesRead((policy(),), objection=self._objection)


@pytest.mark.parametrize(
    ("objection", "levels"), [("", [Level.OK]), ("their CRD is older", [Level.FAIL])], ids=["all is well", "older CRD"]
)
def test_policies_that_pause_nothing_are_not_called_in_force(
    objection: str, levels: list[Level], tmp_path: Path
) -> None:
    asked = Installation({"state_dir": tmp_path}, user="me@here")
    asked.policies = Source(objection)
    found = list(check_policies(asked))
    assert [each.level for each in found] == levels
    assert all("kubectl apply" in each.mend for each in found if each.level is Level.FAIL)


def test_a_policy_that_cannot_be_in_force_is_named_with_its_file(tmp_path: Path) -> None:
    asked = Installation({"state_dir": tmp_path}, user="me@here")
    asked.policies.prepare()
    (asked.settings.policies / "odd.yaml").write_text("nothing\n")
    odd, rest = check_policies(asked)
    assert (odd.level, "odd.yaml" in odd.sentence, rest.level) == (Level.FAIL, True, Level.OK)
