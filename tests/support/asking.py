"""An installation as an operation is given it, without the command line."""

from pathlib import Path

from operations.installation import Installation
from worker.state import ServerAddress


def ask_as(
    folder: Path, *, cluster: str, kubeconfig: Path = Path("/nowhere"), temporal: str = "", instance: str | None = "me"
) -> Installation:
    """One whose state folder knows this Temporal; without a kubeconfig or an address there is none to be asked."""
    flags: dict[str, str | Path] = {"cluster": cluster, "kubeconfig": kubeconfig, "state_dir": folder / "state"}
    if instance is not None:
        flags["instance"] = instance
    made = Installation(flags, user="me@here")
    if temporal:
        made.state.write_server(ServerAddress(address=temporal, ui_url="", pid=1))
    return made
