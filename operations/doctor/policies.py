"""The part of `finops doctor` about policies: are they in force, and is there one that cannot be."""

from collections.abc import Iterator

from activities.errors import IoError
from activities.policy_sources.source import PolicySourceUnreadable
from operations.doctor.check_results import CheckResult, fail, ok, warn
from operations.installation import Installation
from worker.settings.values import PolicyPlace


def check_policies(installation: Installation) -> Iterator[CheckResult]:
    """Nothing where they are in a cluster that cannot be reached: that is said elsewhere."""
    settings = installation.settings
    in_files = settings.policy_source is PolicyPlace.FILES
    try:
        read = installation.policies.read()
    except IoError:
        return
    except PolicySourceUnreadable as error:
        if in_files and not settings.policies.exists():
            yield warn("policies", f"there is no {settings.policies} yet", "finops apply PATH makes it")
        elif in_files:
            yield fail("policies", str(error), "run finops apply PATH")
        else:
            yield fail("policies", str(error))
        return
    for problem in read.problems:
        yield fail("policies", str(problem), "mend it and run finops apply PATH")
    if read.objection:
        sentence = f"no policy pauses anything: {read.objection}"
        yield fail(
            "policies", sentence, "kubectl apply --server-side -f deploy/chart/crds, then apply the policies again"
        )
        return
    names = ", ".join(f"{policy.name} ({policy.spec.mode})" for policy in read.policies) or "none"
    yield ok("policies", f"in force in {installation.policies.place}: {names}")
