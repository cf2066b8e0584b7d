"""The documentation: a site whose links lead somewhere, and every setting in it."""

import subprocess
import sys
from pathlib import Path

import pytest

from worker.settings import Settings

ROOT = Path(__file__).parents[2]


def test_the_site_is_built_and_every_link_leads_somewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pages = {page.name for page in (tmp_path / "site").glob("*.html")}
    assert {"index.html", "install.html", "policies.html", "runbook.html", "comparison.html", "faq.html"} <= pages


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`FINOPS_{name.upper()}`" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_what_is_generated_is_what_the_code_says() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "generate.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
