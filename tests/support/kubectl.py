"""The real kubectl, as somebody types it."""

import subprocess

from patience import PATIENCE_SECONDS

from localcluster import LocalCluster
from worker.processes import find_program


def kubectl(cluster: LocalCluster, *arguments: str, text: str = "") -> str:
    """What it says, as the cluster's administrator; `text` is its standard input."""
    return _call(cluster, *arguments, text=text).stdout


def warnings_of(cluster: LocalCluster, document: str) -> str:
    """What it is warned of where it would apply this document; nothing is changed."""
    return _call(cluster, "apply", "--dry-run=server", "-f", "-", text=document).stderr


def _call(cluster: LocalCluster, *arguments: str, text: str) -> subprocess.CompletedProcess[str]:
    program = find_program("kubectl")
    assert program is not None, "there is no kubectl: it comes with the extra `dev`"
    command = [str(program), "--kubeconfig", str(cluster.kubeconfig), *arguments]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done.stderr
    return done
