"""Ready programs: found in KUBEBUILDER_ASSETS or the cache, else downloaded or built once."""

import os
from collections.abc import Mapping
from pathlib import Path

from localcluster.building.builds import missing, provide_missing
from localcluster.building.programs import CONTROL_PLANE, HELM, HELM_VERSION
from localcluster.building.releases import release_for_this_machine
from localcluster.errors import BinaryMissing
from localcluster.folders import cache_folder
from localcluster.progress import Progress


def provide_binaries(environment: Mapping[str, str] | None = None, progress: Progress | None = None) -> Path:
    """Folder with the three programs of the control plane, brought into the user's cache when it has none.

    Args:
        environment: stands for os.environ; PATH, KUBEBUILDER_ASSETS, LOCALCLUSTER_DOWNLOADS, XDG_CACHE_HOME, Go's,
            pip's and proxy variables count.
        progress: where to show a download, or a build of about 6 minutes on two cores; standard error by default.

    Raises:
        BinaryMissing: KUBEBUILDER_ASSETS is set but lacks one.
        GoMissing: a build is needed and there is no Go.
        BuildFailed: the build ended with an error.
        CacheUnusable: the cache cannot be written.
    """
    environment = os.environ if environment is None else environment
    assets = environment.get("KUBEBUILDER_ASSETS")
    if assets:
        return _check_assets(Path(assets))
    folder = cache_folder(environment)
    provide_missing(CONTROL_PLANE, folder, environment, progress or Progress(), release_for_this_machine())
    return folder


def provide_helm(environment: Mapping[str, str] | None = None, progress: Progress | None = None) -> Path:
    """The `helm` program, built into the user's cache when it has none: for tests, never for the control plane.

    Takes and raises what `provide_binaries` does, but for KUBEBUILDER_ASSETS, which has nothing to do with it.
    """
    environment = os.environ if environment is None else environment
    folder = cache_folder(environment).with_name(f"helm-{HELM_VERSION}")
    provide_missing(HELM, folder, environment, progress or Progress())
    return folder / "helm"


def _check_assets(folder: Path) -> Path:
    for program in missing(CONTROL_PLANE, folder):
        raise BinaryMissing(folder, program.name)
    return folder
