"""An import as people and programs read it: the policies alone go to standard output."""

import sys

import yaml

from cli.answers.plans import ImportAnswer
from cli.console import Terminal
from operations.plans.draft_policies import Tool
from policies.importing.drafts import Draft, Imported
from policies.policy.parsing import to_document
from policies.wording import as_line, count


def show_imported(terminal: Terminal, tool: Tool, imported: Imported) -> None:
    """The policies as files hold them; then, beside them, what is not in them."""
    sys.stdout.write("---\n".join(map(_as_yaml, imported.drafts)))
    if imported.commands:
        terminal.note("\nRun these as well, so that what was excluded stays awake:", style="bold")
        for command in imported.commands:
            terminal.note(command)
    if imported.left_out:
        terminal.note("\nNot carried over:", style="bold")
        for each in imported.left_out:
            terminal.note(str(each), style="yellow")
    number = len(imported.drafts)
    told = f"{count(number, 'policy')} in DryRun" if number else "nothing that lets a Deployment sleep"
    terminal.note(f"\n{tool}: {told}. Look with finops calendar and finops plan before you set mode: Enforce.")
    if tool is Tool.DOWNSCALER and not imported.drafts:
        terminal.note("Where it runs with options, name them: --default-uptime, --default-downtime, --namespace, ...")


def answer(imported: Imported) -> ImportAnswer:
    """An import as programs read it."""
    return ImportAnswer(
        policies=tuple(to_document(draft.policy) for draft in imported.drafts),
        commands=imported.commands,
        not_carried_over=imported.left_out,
    )


def _as_yaml(draft: Draft) -> str:
    return f"# From {as_line(draft.origin)}\n" + yaml.safe_dump(
        to_document(draft.policy), sort_keys=False, allow_unicode=True
    )
