import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from policytexts import read_policy_text

from activities.policy_sources.files import MARKER, PolicyDirectory, read_policies
from activities.policy_sources.source import PoliciesRead, PolicySourceUnreadable
from policies.policy.document import EnforcementPolicy

GOOD = """\
apiVersion: finops.io/v1alpha1
kind: EnforcementPolicy
metadata: {{name: {name}}}
spec:
  scope: {{namespaces: {{include: ["dev-*"]}}}}
"""
FULL = """\
apiVersion: finops.io/v1alpha1
kind: EnforcementPolicy
metadata: {name: weekend-shutdown}
spec:
  mode: Enforce
  scope:
    namespaces: {include: ["dev-*", staging], exclude: ["*-critical"]}
    selector: {matchLabels: {tier: web}}
  schedule:
    timeZone: Europe/Berlin
    asleep:
      - {from: Fri 20:00, to: Mon 07:00}
      - {from: 20:00, to: 7:00}
    exceptions:
      - {from: 2026-12-23, to: 2027-01-03, keep: Asleep, reason: year's end}
  cooldownWindow: 1h30m
"""
BROKEN = """\
apiVersion: finops.io/v1alpha1
kind: EnforcementPolicy
metadata: {name: broken}
spec:
  modus: Enforce
  scope:
    namespaces:
      include: []
"""


def good(name: str) -> str:
    return GOOD.format(name=name)


def policy(text: str = FULL) -> EnforcementPolicy:
    (read,) = read_policy_text(text.encode(), "x.yaml").policies
    return read


def names(read: PoliciesRead) -> list[str]:
    return [found.name for found in read.policies]


def sentences(read: PoliciesRead, folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in read.problems]


@pytest.fixture
def directory(tmp_path: Path) -> PolicyDirectory:
    prepared = PolicyDirectory(tmp_path / "state" / "policies")
    prepared.prepare()
    return prepared


def test_a_file_may_hold_several_policies(tmp_path: Path) -> None:
    file = tmp_path / "two.yaml"
    file.write_text(f"---\n{good('b')}---\n---\n{FULL}")
    read = read_policies(file)
    assert names(read) == ["b", "weekend-shutdown"]
    assert read.complete


def test_unquoted_times_and_dates_mean_what_they_look_like() -> None:
    schedule = policy().spec.schedule
    assert schedule is not None
    assert [str(window) for window in schedule.asleep] == ["Fri 20:00 to Mon 07:00", "20:00 to 07:00"]
    assert str(schedule.exceptions[0].last) == "2027-01-03"


def test_a_directory_is_read_without_its_folders_and_hidden_or_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(good("a"))
    (tmp_path / "b.yml").write_text(good("b"))
    (tmp_path / ".c.yaml").write_text(good("c"))
    (tmp_path / "d.txt").write_text(good("d"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "e.yaml").write_text(good("e"))
    assert names(read_policies(tmp_path)) == ["a", "b"]


def test_several_files_and_directories_are_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a.yaml").write_text(good("a"))
    (tmp_path / "folder" / "b.yaml").write_text(good("b"))
    (tmp_path / "again.yaml").write_text(good("b"))
    both = (tmp_path / "a.yaml", tmp_path / "folder", tmp_path / "a.yaml")
    assert names(read_policies(*both)) == ["a", "b"]
    twice = read_policies(*both, tmp_path / "again.yaml")
    assert names(twice) == ["a"]
    assert ["is also the name of the policy at" in str(problem) for problem in twice.problems] == [True]


def test_a_pipe_is_read_where_it_is_named_and_not_where_it_lies_in_a_directory(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    assert sentences(read_policies(tmp_path), tmp_path) == ["pipe.yaml: cannot be read: it is not a regular file"]
    with ThreadPoolExecutor() as writers:
        writers.submit(pipe.write_text, good("a"))
        assert names(read_policies(pipe)) == ["a"]


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0"])
def test_standard_input_is_read_under_each_of_its_names(name: str) -> None:
    read = (
        "import sys; from pathlib import Path; from activities.policy_sources.files import read_policies;"
        "told = read_policies(Path(sys.argv[1])); print([each.name for each in told.policies], *told.problems)"
    )
    typed = [sys.executable, "-c", read, name]
    piped = subprocess.run(typed, input=good("a"), capture_output=True, text=True, check=True)
    empty = subprocess.run(typed, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    assert piped.stdout == "['a']\n"
    assert empty.stdout == "[] standard input: holds no policy\n"


def test_files_may_be_links_as_in_a_mounted_config_map(tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "a.yaml").write_text(good("a"))
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    assert names(read_policies(tmp_path)) == ["a"]


def test_one_broken_file_leaves_the_others_valid(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text(BROKEN)
    (tmp_path / "good.yaml").write_text(good("good"))
    read = read_policies(tmp_path)
    assert names(read) == ["good"]
    assert not read.complete
    assert {problem.policy for problem in read.problems} == {"broken"}
    assert sentences(read, tmp_path) == [
        'broken.yaml:5: spec.modus: unknown field; did you mean "mode"?',
        "broken.yaml:8: spec.scope.namespaces.include: needs at least one entry",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", "p.yaml: holds no policy", id="empty"),
        pytest.param(b"# commented out\n---\n", "p.yaml: holds no policy", id="comments only"),
        pytest.param(
            b"\n- a\n", "p.yaml:2: must be a mapping with apiVersion, kind, metadata and spec, not a list", id="list"
        ),
        pytest.param(
            b"kind: Deployment\napiVersion: apps/v1\n",
            'p.yaml:1: kind: "Deployment" is not EnforcementPolicy',
            id="kind",
        ),
        pytest.param(b"\xff", "p.yaml:1: is not UTF-8 text", id="not UTF-8"),
        pytest.param(
            good("x").encode() + b"  mode: a\n  mode: b\n",
            "p.yaml:7: spec.mode: is given twice, first on line 6",
            id="twice",
        ),
        pytest.param(good("x").encode() + b"  mode: !!python/name:os.system\n", "is not allowed here", id="python tag"),
        pytest.param(
            good("x").encode() + b"\tmode: Enforce\n", "p.yaml:6: a tab stands where YAML wants spaces", id="tab"
        ),
        pytest.param(good("x").encode() + b"  schedule:\n", "p.yaml:6: spec.schedule: has no value", id="no value"),
        pytest.param(good("manual").encode(), 'p.yaml:3: metadata.name: the name "manual" is taken', id="reserved"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(content: bytes, says: str) -> None:
    read = read_policy_text(content, "p.yaml")
    assert read.policies == ()
    assert says in "\n".join(map(str, read.problems))


def test_policies_of_the_same_name_are_all_left_out(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(good("twin") + "---\n" + good("single"))
    (tmp_path / "2.yaml").write_text("\n" + good("twin"))
    read = read_policies(tmp_path)
    assert names(read) == ["single"]
    assert len(read.problems) == 1
    says = sentences(read, tmp_path)[0]
    assert says == '2.yaml:2: metadata.name: "twin" is also the name of the policy at 1.yaml:1; neither is used'


def test_a_path_that_does_not_exist_is_a_problem(tmp_path: Path) -> None:
    assert sentences(read_policies(tmp_path / "missing.yaml"), tmp_path) == [
        "missing.yaml: cannot be read: No such file or directory",
    ]


def test_what_is_no_regular_file_is_a_problem_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "dangling.yaml").symlink_to("nowhere")
    assert sentences(read_policies(tmp_path), tmp_path) == [
        "dangling.yaml: cannot be read: No such file or directory",
        "folder.yaml: cannot be read: it is not a regular file",
        "pipe.yaml: cannot be read: it is not a regular file",
    ]


def test_a_policy_that_was_written_is_read_back_the_same(directory: PolicyDirectory) -> None:
    file = directory.write(policy())
    assert file.name == "weekend-shutdown.yaml"
    assert directory.read() == PoliciesRead(policies=(policy(),))


def test_only_what_the_author_wrote_is_written(directory: PolicyDirectory) -> None:
    file = directory.write(policy(good("short")))
    assert file.read_text() == (
        "apiVersion: finops.io/v1alpha1\nkind: EnforcementPolicy\nmetadata:\n  name: short\n"
        "spec:\n  scope:\n    namespaces:\n      include:\n      - dev-*\n"
    )


def test_a_policy_is_replaced_and_removed_by_its_name(directory: PolicyDirectory) -> None:
    directory.write(policy(good("a")))
    directory.write(policy(good("a") + "  suspend: true\n"))
    assert [found.spec.suspend for found in directory.read().policies] == [True]
    assert directory.remove("a")
    assert not directory.remove("a")
    assert directory.read() == PoliciesRead()


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "", ".finops-policies", "A", "a/b", "a\0"])
def test_only_the_names_of_policies_can_be_removed(directory: PolicyDirectory, name: str) -> None:
    (directory.path.parent / "a.yaml").write_text("keep")
    assert not directory.remove(name)
    assert (directory.path.parent / "a.yaml").exists()


def test_a_prepared_directory_without_policies_is_empty(directory: PolicyDirectory) -> None:
    directory.prepare()
    assert directory.read() == PoliciesRead()
    assert (directory.path / MARKER).read_text().startswith("finops apply keeps its policies here.")


def test_a_directory_without_its_marker_is_unreadable(directory: PolicyDirectory) -> None:
    directory.write(policy())
    (directory.path / MARKER).unlink()
    with pytest.raises(PolicySourceUnreadable, match=r"\.finops-policies is missing; check that the right folder"):
        directory.read()


def test_a_missing_directory_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(PolicySourceUnreadable, match="cannot be read: No such file or directory") as caught:
        PolicyDirectory(tmp_path / "missing").read()
    assert not caught.value.lost


def test_a_directory_that_goes_after_it_was_read_is_lost(directory: PolicyDirectory) -> None:
    directory.prepare()
    directory.read()
    (directory.path / MARKER).unlink()
    directory.path.rmdir()
    with pytest.raises(PolicySourceUnreadable) as caught:
        directory.read()
    assert caught.value.lost


def test_a_broken_policy_in_the_directory_leaves_it_incomplete(directory: PolicyDirectory) -> None:
    directory.write(policy())
    (directory.path / "broken.yaml").write_text(BROKEN)
    read = directory.read()
    assert names(read) == ["weekend-shutdown"]
    assert not read.complete
