"""Official builds of the control plane: where each archive is, its pinned hash, and which programs are in it."""

import platform
import sys
from dataclasses import dataclass

from localcluster.folders import KUBERNETES_VERSION

ETCD_VERSION = "v3.7.1"
"""The one that `modules/etcd` pins."""
_KUBERNETES = f"https://dl.k8s.io/{KUBERNETES_VERSION}"
_ETCD = f"https://github.com/etcd-io/etcd/releases/download/{ETCD_VERSION}"


@dataclass(frozen=True)
class Archive:
    """One file of a release."""

    address: str
    sha256: str
    published: str
    """Where the release itself lists the hash: asked first, since it is small and the archive is not."""
    programs: tuple[str, ...]
    """Paths in the archive; each program is named by its last part."""

    @property
    def file_name(self) -> str:
        """Its own name."""
        return self.address.rpartition("/")[2]


def _kubernetes(machine: str, sha256: str) -> Archive:
    address = f"{_KUBERNETES}/kubernetes-server-linux-{machine}.tar.gz"
    programs = ("kubernetes/server/bin/kube-apiserver", "kubernetes/server/bin/kube-controller-manager")
    return Archive(address, sha256, f"{address}.sha256", programs)


def _etcd(machine: str, sha256: str) -> Archive:
    folder = f"etcd-{ETCD_VERSION}-linux-{machine}"
    return Archive(f"{_ETCD}/{folder}.tar.gz", sha256, f"{_ETCD}/SHA256SUMS", (f"{folder}/etcd",))


RELEASES: dict[str, tuple[Archive, ...]] = {
    "linux-x86_64": (
        _etcd("amd64", "e8cd3fa8064c98137c5dbd78b76f969417ace84efb83c481041d7a52ffdd8fb9"),
        _kubernetes("amd64", "09d6de07da48e16c0fc044d7bd19c5df0c4de7d62d27f5aa648345e80f311e18"),
    ),
}
"""By system and machine. Elsewhere there is no pinned hash, or no official build (macOS): there the source is built."""


def release_for_this_machine() -> tuple[Archive, ...]:
    """The archives that this machine can run; none where the programs have to be built."""
    return RELEASES.get(f"{sys.platform}-{platform.machine()}", ())
