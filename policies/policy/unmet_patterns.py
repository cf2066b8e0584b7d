"""Patterns of a scope that no namespace meets: most often a misspelt name, which no schema can find."""

from collections.abc import Collection

from policies.models import Frozen
from policies.policy.document import Namespaces
from policies.problems import nearest_name
from policies.wildcards import matches


class UnmetPattern(Frozen):
    """One that no namespace meets."""

    field: str
    """`include` or `exclude`."""
    pattern: str
    nearest: str | None = None
    """The namespace that was probably meant."""
    all_known: bool = True
    """False where namespaces may not be listed, and only those with a Deployment are known."""

    def __str__(self) -> str:
        where = "namespace" if self.all_known else "namespace that has a Deployment"
        hint = f"; did you mean {self.nearest}?" if self.nearest else ""
        return f'{self.field} "{self.pattern}" meets no {where}{hint}'


def find_unmet_patterns(scope: Namespaces, names: Collection[str], *, all_known: bool) -> tuple[UnmetPattern, ...]:
    """Those of a scope that none of these namespaces meets. Of what is excluded only plain names: a pattern is often
    written for namespaces to come.
    """
    written = [("include", each) for each in scope.include]
    written += [("exclude", each) for each in scope.exclude if "*" not in each]
    return tuple(
        UnmetPattern(
            field=field,
            pattern=pattern,
            nearest=nearest_name(pattern.replace("*", ""), names),
            all_known=all_known,
        )
        for field, pattern in written
        if not any(matches(pattern, name) for name in names)
    )
