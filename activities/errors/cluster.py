"""Errors before a request to the API server: the way to it, and a write that is not sent."""

from collections.abc import Sequence
from pathlib import Path

from activities.errors.base import IoError
from policies.problems import nearest_name


class KubeconfigError(IoError):
    """The way to the cluster cannot be read; `file` is what was looked at."""

    def __init__(self, file: Path | str, problem: str) -> None:
        self.file = str(file)
        self.problem = problem
        super().__init__(f"{self.file}: {problem}" if self.file else problem)

    @classmethod
    def missing(cls, file: Path | str) -> "KubeconfigError":
        """No such file."""
        return cls(
            file,
            "there is no such kubeconfig; name one with --kubeconfig or KUBECONFIG, or ask the cluster's owner for one",
        )

    @classmethod
    def unknown_context(cls, file: Path | str, context: str, known: Sequence[str]) -> "KubeconfigError":
        """The file has no such context."""
        near = nearest_name(context, known)
        there_are = f"there are {', '.join(sorted(known))}" if known else "it has none at all"
        hint = f'did you mean "{near}"?' if near else there_are
        return cls(file, f'has no context "{context}"; {hint}')


class IdentityMismatch(IoError):
    """The cluster that answers is not the one this installation belongs to."""

    def __init__(self, expected: str, found: str) -> None:
        self.expected = expected
        self.found = found
        super().__init__(
            f"this is another cluster ({found}) than the one this installation belongs to ({expected}); point "
            "--kubeconfig or --context back to that one, or give this one a name of its own with FINOPS_CLUSTER"
        )


class UnconditionalWrite(IoError, ValueError):
    """A write under `""`, `"0"` or another text that is no version: the API server would not compare anything."""

    def __init__(self, resource_version: str) -> None:
        self.resource_version = resource_version[:40]
        super().__init__(f"{self.resource_version!r} is not a resourceVersion to write under; nothing was sent")
