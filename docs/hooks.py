"""A hook of mkdocs: pages that live outside docs/, and links between files of the repository as links between pages.

In the repository every link leads to a file. On the site a link to a file that is no page becomes its plain name.
"""  # noqa: INP001

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TOP = Path(__file__).parents[1]
PAGES = {
    "README.md": "index.md",
    "deploy/README.md": "deploying.md",
    "benchmarks/README.md": "benchmarks.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that live elsewhere."""
    for source, page in PAGES.items():
        text = _rewrite((TOP / source).read_text(encoding="utf-8"), source)
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Links of the pages in docs/ that lead out of it."""
    return markdown if page.file.src_uri in PAGES.values() else _rewrite(markdown, f"docs/{page.file.src_uri}")


def _rewrite(text: str, source: str) -> str:
    return _LINK.sub(lambda link: _redirect(link, posixpath.dirname(source)), text)


def _redirect(link: re.Match[str], folder: str) -> str:
    label, target = link.groups()
    path, _, anchor = target.partition("#")
    if "://" in target or not path:
        return link.group()
    place = posixpath.normpath(posixpath.join(folder, path))
    page = PAGES.get(place) or (place.removeprefix("docs/") if place.startswith("docs/") else "")
    if not page and (TOP / place).exists():
        return label
    return f"[{label}]({page or target}{'#' + anchor if anchor else ''})"
