"""Several clusters in one file."""

from pathlib import Path

import pytest

from worker.errors import SettingsError
from worker.settings.settings import Settings

TWO = """
opencost_timeout = "20s"
kubeconfig = "kubeconfig"

[clusters.dev]
context = "dev-eu"
opencost_url = "http://opencost.dev:9003"

[clusters.staging]
context = "staging-eu"
prices = "staging.yaml"
"""


def having(tmp_path: Path, text: str = TWO, **variables: str) -> dict[str, str]:
    file = tmp_path / "finops.toml"
    file.write_text(text)
    return {"HOME": str(tmp_path), "FINOPS_CONFIG": str(file), **variables}


def test_each_cluster_has_what_is_shared_and_what_is_its_own(tmp_path: Path) -> None:
    dev, staging = Settings.load_each(environment=having(tmp_path))
    assert (dev.cluster, dev.context, dev.opencost_url) == ("dev", "dev-eu", "http://opencost.dev:9003")
    assert (staging.cluster, staging.context, staging.opencost_url) == ("staging", "staging-eu", None)
    assert dev.opencost_timeout == staging.opencost_timeout
    assert dev.kubeconfig == staging.kubeconfig == tmp_path / "kubeconfig"
    assert staging.prices == tmp_path / "staging.yaml"


def test_each_cluster_has_policies_of_its_own_unless_they_are_shared_on_purpose(tmp_path: Path) -> None:
    dev, staging = Settings.load_each(environment=having(tmp_path))
    assert dev.policies == dev.state_dir / "clusters" / "dev" / "policies"
    assert dev.policies != staging.policies
    shared = Settings.load_each(environment=having(tmp_path, 'policies = "all"\n[clusters.a]\n[clusters.b]\n'))
    assert {settings.policies for settings in shared} == {tmp_path / "all"}


@pytest.mark.parametrize("by", ["flag", "variable"])
def test_a_call_about_one_cluster_takes_its_table_by_the_name_alone(tmp_path: Path, by: str) -> None:
    if by == "flag":
        settings = Settings.load(environment=having(tmp_path), cluster="staging")
    else:
        settings = Settings.load(environment=having(tmp_path, FINOPS_CLUSTER="staging"))
    assert (settings.cluster, settings.context) == ("staging", "staging-eu")


def test_a_flag_beats_a_table_which_beats_the_environment_because_that_is_about_all(tmp_path: Path) -> None:
    given = having(tmp_path, FINOPS_CONTEXT="everywhere", FINOPS_OPENCOST_TIMEOUT="5s")
    settings = Settings.load(environment=given, cluster="dev")
    assert (settings.context, settings.opencost_timeout.seconds) == ("dev-eu", 5)
    assert Settings.load(environment=given, cluster="dev", context="by-hand").context == "by-hand"


@pytest.mark.parametrize(
    ("text", "cluster", "says"),
    [
        (TWO, None, r"several clusters \(dev, staging\): choose one with --cluster or FINOPS_CLUSTER"),
        (TWO, "stagin", "no table for a cluster 'stagin'; did you mean staging"),
        (TWO, "prod", "no table for a cluster 'prod'; there are dev, staging"),
        ('clusters = ["dev"]', None, r"holds a table for each cluster, such as \[clusters.dev\]"),
        ('[clusters]\ndev = "dev-eu"', None, r"holds a table for each cluster, such as \[clusters.dev\]"),
        ("[clusters.dev]\nmetrics_port = 9464", None, r"`clusters.dev.metrics_port` in .*: is about the whole process"),
        ('[clusters.dev]\ncluster = "x"', None, r"`clusters.dev.cluster` in .*: is about the whole process"),
        ('cluster = "dev"\n[clusters.dev]', None, "the tables name the clusters; choose with --cluster"),
        ('[clusters.dev]\ncontex = "x"', None, r"`clusters.dev.contex` in .*: there is no such setting; did you mean"),
        ('[clusters.dev]\ninterval = "x"', None, r"`clusters.dev.interval` in .*finops.toml: "),
        ("[clusters.Dev_1]", None, r"`clusters.Dev_1.cluster` in .*: 'Dev_1' is not a DNS label"),
        ("[clusters.dev.clusters.x]", None, "`clusters.dev.clusters` in .*: there is no such setting"),
    ],
)
def test_what_is_wrong_with_them_is_said_with_its_place(
    tmp_path: Path, text: str, cluster: str | None, says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings.load(environment=having(tmp_path, text), cluster=cluster)
