"""A way into a cluster whose parts are renewed: a kubeconfig, with all in it or with the files that it names."""

import base64
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

Kept = Literal["inline", "in files"]


def write_kubeconfig(path: Path, cluster: Mapping[str, str], user: Mapping[str, Any]) -> Path:
    """A kubeconfig with one context, `here`."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "there", "cluster": cluster}],
        "users": [{"name": "me", "user": user}],
        "contexts": [{"name": "here", "context": {"cluster": "there", "user": "me"}}],
        "current-context": "here",
    }
    path.write_text(json.dumps(document))
    return path


class Access:
    """A kubeconfig, and the files it names."""

    def __init__(self, folder: Path, server: str, kept: Kept) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self._server = server
        self._kept = kept

    def hold(self, ca: Path, certificate: Path, key: Path, token: str) -> None:
        """These, from now on."""
        where = {"server": self._server} | self._entry("certificate-authority", ca)
        user = self._entry("client-certificate", certificate) | self._entry("client-key", key)
        if self._kept == "inline":
            user["token"] = token
        else:
            (self.folder / "token").write_text(token)
            user["tokenFile"] = str(self.folder / "token")
        write_kubeconfig(self.kubeconfig, where, user)

    def _entry(self, name: str, file: Path) -> dict[str, str]:
        if self._kept == "inline":
            return {f"{name}-data": base64.b64encode(file.read_bytes()).decode()}
        shutil.copy(file, self.folder / name)
        return {name: str(self.folder / name)}
