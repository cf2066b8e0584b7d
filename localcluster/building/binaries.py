"""Ready programs: found in KUBEBUILDER_ASSETS or the cache, else built once."""

import os
from collections.abc import Mapping
from pathlib import Path

from localcluster.building.builds import build_missing, missing
from localcluster.building.programs import CONTROL_PLANE, HELM, HELM_VERSION
from localcluster.errors import BinaryMissing
from localcluster.folders import cache_folder
from localcluster.progress import Progress


def provide_binaries(environment: Mapping[str, str] | None = None, progress: Progress | None = None) -> Path:
    """Folder with the three programs of the control plane, built into the user's cache when it has none.

    Args:
        environment: stands for os.environ; PATH, KUBEBUILDER_ASSETS, XDG_CACHE_HOME, Go's, pip's and proxy variables
            count.
        progress: where to show a build, about 6 minutes on two cores; standard error by default.

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
    build_missing(CONTROL_PLANE, folder, environment, progress or Progress())
    return folder


def provide_helm(environment: Mapping[str, str] | None = None, progress: Progress | None = None) -> Path:
    """The `helm` program, built into the user's cache when it has none: for tests, never for the control plane.

    Takes and raises what `provide_binaries` does, but for KUBEBUILDER_ASSETS, which has nothing to do with it.
    """
    environment = os.environ if environment is None else environment
    folder = cache_folder(environment).with_name(f"helm-{HELM_VERSION}")
    build_missing(HELM, folder, environment, progress or Progress())
    return folder / "helm"


def _check_assets(folder: Path) -> Path:
    for program in missing(CONTROL_PLANE, folder):
        raise BinaryMissing(folder, program.name)
    return folder
