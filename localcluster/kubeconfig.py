"""Kubeconfigs with everything inside, so that they work from anywhere."""

import base64
import json
from pathlib import Path


def client_certificate(certificate: Path, key: Path) -> dict[str, str]:
    """The `user` part for a client certificate."""
    return {"client-certificate-data": _encoded(certificate), "client-key-data": _encoded(key)}


def bearer_token(token: str) -> dict[str, str]:
    """The `user` part for a token."""
    return {"token": token}


def kubeconfig_text(server: str, authority: Path, user: dict[str, str], *, name: str) -> bytes:
    """A kubeconfig with one context; written as JSON, which every YAML reader takes."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": {"server": server, "certificate-authority-data": _encoded(authority)}}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    return json.dumps(document, indent=2).encode() + b"\n"


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
