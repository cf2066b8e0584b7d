"""Policy files: reading them with their line numbers, and the directory that `apply` keeps for the worker."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from activities.policy_sources.atomic_files import sync_directory, write_atomically
from activities.policy_sources.holidays import public_holidays
from activities.policy_sources.source import Found, PoliciesRead, PolicySourceUnreadable, settle
from activities.policy_sources.yaml_documents import LARGEST_FILE, YamlDocument, YamlFault, read_documents
from policies.keys import is_dns_label
from policies.policy.document import EnforcementPolicy
from policies.policy.parsing import parse_policy, to_document
from policies.problems import PolicyError, PolicyProblem, line_of, written_path

MARKER = ".finops-policies"
"""The file that tells a directory of policies from a folder whose volume is not mounted."""

_MARKER_TEXT = "finops apply keeps its policies here. Without this file the directory counts as unreadable.\n"
_STANDARD_INPUT = ("-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0")
_SUFFIXES = (".yaml", ".yml")


def read_policies(*paths: Path) -> PoliciesRead:
    """The policies of files, and of the `*.yaml` and `*.yml` files of directories (not of folders in them).

    `-` is standard input. Pipes are read where they are named, and not where they lie in a directory. Nothing is
    raised: what cannot be read is a problem with the file's name, and the other files stay valid.
    """
    found: list[Found] = []
    problems: list[PolicyProblem] = []
    for path in dict.fromkeys(paths):
        try:
            if is_standard_input(path):
                found.extend(_parse(_read_standard_input(), "standard input", problems))
            elif path.is_dir():
                found.extend(_read_each(sorted(_list_files(path)), problems))
            else:
                found.extend(_parse(_read_bytes(path, pipes=True), str(path), problems))
        except OSError as error:
            problems.append(_unreadable(path, error))
    return settle(found, problems)


def is_standard_input(path: Path) -> bool:
    """Whether this is a way to write standard input."""
    return str(path) in _STANDARD_INPUT


def write_policy(directory: Path, policy: EnforcementPolicy) -> Path:
    """Write `<name>.yaml` so that a reader sees the old file or the new one, also after a power cut.

    Raises OSError where the directory does not take it; the old file is then untouched.
    """
    text = yaml.safe_dump(to_document(policy), sort_keys=False, allow_unicode=True)
    return write_atomically(directory / f"{policy.name}.yaml", text)


def remove_policy(directory: Path, name: str) -> bool:
    """Remove `<name>.yaml`; False where it does not exist. Raises OSError where it cannot be removed."""
    if not is_dns_label(name):
        return False
    try:
        (directory / f"{name}.yaml").unlink()
    except FileNotFoundError:
        return False
    sync_directory(directory)
    return True


class PolicyDirectory:
    """The directory that is a worker's source of policies: one file per policy, and the marker."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._was_read = False
        """A missing folder is not a lost source: nothing has been applied yet."""

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.path)

    def prepare(self) -> None:
        """Create the directory and its marker where they are missing. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        if not (self.path / MARKER).exists():
            write_atomically(self.path / MARKER, _MARKER_TEXT)

    def read(self) -> PoliciesRead:
        """The policies in it; an empty folder is an answer too.

        Raises PolicySourceUnreadable where the directory or its marker is missing or may not be read.
        """
        try:
            names = {file.name for file in self.path.iterdir()}
        except OSError as error:
            lost = self._was_read and isinstance(error, FileNotFoundError | NotADirectoryError | PermissionError)
            raise PolicySourceUnreadable(str(self.path), error.strerror or str(error), lost=lost) from None
        if MARKER not in names:
            why = f"{MARKER} is missing; check that the right folder is mounted, then run finops apply"
            raise PolicySourceUnreadable(str(self.path), why, lost=self._was_read)
        self._was_read = True
        return _read_files(sorted(self.path / name for name in names if _is_policy_file(name)))

    def write(self, policy: EnforcementPolicy) -> Path:
        """Write or replace a policy. Raises OSError."""
        return write_policy(self.path, policy)

    def remove(self, name: str) -> bool:
        """Remove a policy; False where no policy has that name. Raises OSError."""
        return remove_policy(self.path, name)

    def holds(self, name: str) -> bool:
        """Whether there is a file that `write` would have written."""
        return (self.path / f"{name}.yaml").exists()


def _list_files(directory: Path) -> Iterator[Path]:
    return (path for path in directory.iterdir() if _is_policy_file(path.name))


def _is_policy_file(name: str) -> bool:
    return name.endswith(_SUFFIXES) and not name.startswith(".")


def _read_files(files: Iterable[Path]) -> PoliciesRead:
    problems: list[PolicyProblem] = []
    return settle(list(_read_each(files, problems)), problems)


def _read_each(files: Iterable[Path], problems: list[PolicyProblem]) -> Iterator[Found]:
    for file in files:
        try:
            content = _read_bytes(file)
        except OSError as error:
            problems.append(_unreadable(file, error))
        else:
            yield from _parse(content, str(file), problems)


def _read_bytes(file: Path, *, pipes: bool = False) -> bytes:
    """At most one byte more than a policy file may have. Raises OSError, also for devices, and for pipes unless they
    are asked for: nobody may ever write into one that lies in a directory.
    """
    if pipes and file.is_fifo():
        with file.open("rb") as stream:
            return stream.read(LARGEST_FILE + 1)
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError("it is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            return stream.read(LARGEST_FILE + 1)
    finally:
        os.close(descriptor)


def _read_standard_input() -> bytes:
    with open(0, "rb", closefd=False) as stream:
        return stream.read(LARGEST_FILE + 1)


def _unreadable(path: Path, error: OSError) -> PolicyProblem:
    return PolicyProblem(str(path), None, "", f"cannot be read: {error.strerror or error}")


def _parse(content: bytes, file: str, problems: list[PolicyProblem]) -> Iterator[Found]:
    documents = read_documents(content)
    if not documents:
        problems.append(PolicyProblem(file, None, "", "holds no policy"))
    for document in documents:
        policy = _parse_document(document, file, problems)
        if policy is not None:
            yield Found(policy, file, line_of((), document.lines))


def _parse_document(document: YamlDocument, file: str, problems: list[PolicyProblem]) -> EnforcementPolicy | None:
    wrong = [_as_problem(fault, file) for fault in document.faults]
    policy = None
    if document.data is not None:
        try:
            policy = parse_policy(document.data, file=file, lines=document.lines, holidays=public_holidays)
        except PolicyError as error:
            wrong += error.problems
    problems += sorted(wrong, key=lambda problem: problem.line or 0)
    return None if wrong else policy


def _as_problem(fault: YamlFault, file: str) -> PolicyProblem:
    return PolicyProblem(file, fault.line, written_path(fault.path), fault.wrong)
