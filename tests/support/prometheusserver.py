"""A real Prometheus whose past a test writes: series as OpenMetrics text, turned into blocks by promtool."""

import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from patience import PATIENCE_SECONDS

from worker.ports import find_free_port

INSTALL = (
    "these tests need Prometheus: run `make prometheus`, or install it (`apt-get install prometheus`), or name its "
    "program with PROMETHEUS_BIN"
)
_CACHED = Path("finops-enforcer/prometheus/usr/bin/prometheus")


def find_prometheus() -> Path:
    """PROMETHEUS_BIN, else the one on PATH, else what `make prometheus` fetched. Its promtool lies beside it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    named = (os.environ.get("PROMETHEUS_BIN"), shutil.which("prometheus"), cache / _CACHED)
    for program in (Path(name) for name in named if name):
        if os.access(program, os.X_OK) and (program.parent / "promtool").exists():
            return program.resolve()
    raise AssertionError(INSTALL)


def write_blocks(text: Path, data: Path) -> None:
    """Back-fill a data folder. One pass over the text writes a block of up to a month."""
    tool = find_prometheus().parent / "promtool"
    command: list[str | Path] = [
        tool,
        "tsdb",
        "create-blocks-from",
        "--max-block-duration=744h",
        "openmetrics",
        text,
        data,
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


class PrometheusServer:
    """One that keeps everything, and scrapes nobody but whom it is told, every second."""

    def __init__(self, data: Path, *scraped: str) -> None:
        """`scraped` are addresses such as 127.0.0.1:9090."""
        self.data = data
        self._scraped = scraped
        self._process: subprocess.Popen[bytes] | None = None
        self._port = find_free_port()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.data.mkdir(parents=True, exist_ok=True)
        config = self.data.parent / f"{self.data.name}.yaml"
        job = {"job_name": "finops", "static_configs": [{"targets": list(self._scraped)}]}
        config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": [job]}))
        command = [
            str(find_prometheus()),
            f"--config.file={config}",
            f"--storage.tsdb.path={self.data}",
            "--storage.tsdb.retention.time=100y",
            f"--web.listen-address=127.0.0.1:{self._port}",
        ]
        log = self.data.parent / f"{self.data.name}.log"
        with log.open("ab") as stream:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_ready():
            assert self._process.poll() is None, log.read_text()[-2000:]
            assert time.monotonic() < deadline, "Prometheus is not ready"
            time.sleep(0.1)

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, query: str, at: float) -> list[dict[str, object]]:
        """The rows of a query, for a test that looks for itself."""
        target = f"{self.url}/api/v1/query?query={urllib.request.quote(query)}&time={at}"  # type: ignore[attr-defined]
        with urllib.request.urlopen(target, timeout=PATIENCE_SECONDS) as response:
            return list(json.load(response)["data"]["result"])

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/-/ready", timeout=5) as response:
            return bool(response.status == 200)
        return False


@contextlib.contextmanager
def running_prometheus(data: Path, *scraped: str) -> Iterator[PrometheusServer]:
    """One that lives as long as the block."""
    server = PrometheusServer(data, *scraped)
    server.start()
    try:
        yield server
    finally:
        server.stop()
