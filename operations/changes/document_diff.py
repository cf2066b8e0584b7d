"""What changes in a policy's document, as people write it."""

from difflib import unified_diff

import yaml

from policies.policy.document import EnforcementPolicy
from policies.policy.parsing import to_document


def diff_documents(before: EnforcementPolicy, after: EnforcementPolicy) -> tuple[str, ...]:
    """The lines of a unified diff between the document in force and the one to come."""
    name = after.name
    return tuple(
        unified_diff(_lines(before), _lines(after), f"{name} (in force)", f"{name} (to be applied)", lineterm="")
    )


def _lines(policy: EnforcementPolicy) -> list[str]:
    return yaml.safe_dump(to_document(policy), sort_keys=False, allow_unicode=True).splitlines()
