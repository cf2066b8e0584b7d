"""The policy that `plan` judges by where none is given."""

from policies.policy.document import EnforcementPolicy

SAMPLE_HOURLY_COST = 0.02


def sample_policy() -> EnforcementPolicy:
    """Every namespace, and only what costs something. It is never stored, so it never acts."""
    return EnforcementPolicy.model_validate(
        {
            "metadata": {"name": "sample"},
            "spec": {"scope": {"namespaces": {"include": ["*"]}}, "minHourlyCost": SAMPLE_HOURLY_COST},
        }
    )
