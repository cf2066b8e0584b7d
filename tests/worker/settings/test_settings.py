from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from policies.checks.platforms import SHIPPED_PROTECTED
from worker.errors import SettingsError
from worker.settings.settings import Settings


def environment(tmp_path: Path, **variables: str) -> dict[str, str]:
    return {"HOME": str(tmp_path), **variables}


def write_config(tmp_path: Path, text: str) -> dict[str, str]:
    file = tmp_path / "finops.toml"
    file.write_text(text)
    return environment(tmp_path, FINOPS_CONFIG=str(file))


def test_nothing_need_be_set(tmp_path: Path) -> None:
    settings = Settings.load(environment=environment(tmp_path))
    assert settings.cluster == "default"
    assert settings.instance is None
    assert settings.state_dir == tmp_path / ".local" / "state" / "finops-enforcer"
    assert settings.policies == settings.state_dir / "policies"
    assert (settings.interval, settings.min_sleep) == (timedelta(minutes=5), timedelta(minutes=30))
    assert (settings.max_hourly_cost, settings.pauses_per_second) == (10_000, 20)
    assert settings.protected_namespaces == ("kube-*", *SHIPPED_PROTECTED)
    assert (settings.opencost_url, settings.opencost_timeout.seconds, settings.opencost_namespaces) == (None, 10, ())


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path) -> None:
    given = write_config(tmp_path, 'cluster = "file"\ninterval = "1h30m"\nmin_sleep = "45s"\n')
    given |= {"FINOPS_CLUSTER": "variable", "FINOPS_INTERVAL": "10m"}
    settings = Settings.load(environment=given, cluster="flag", context=None)
    assert settings.cluster == "flag"
    assert settings.interval == timedelta(minutes=10)
    assert settings.min_sleep == timedelta(seconds=45)


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    assert Settings.load(environment=environment(tmp_path, FINOPS_CLUSTER="")).cluster == "default"


def test_the_file_of_the_state_folder_is_read_unasked(tmp_path: Path) -> None:
    (tmp_path / "finops.toml").write_text('cluster = "dev"\n')
    settings = Settings.load(environment=environment(tmp_path, FINOPS_STATE_DIR=str(tmp_path)))
    assert (settings.cluster, settings.state_dir) == ("dev", tmp_path)


def test_requests_that_do_not_count_replace_the_shipped_list(tmp_path: Path) -> None:
    given = {"FINOPS_STATE_DIR": str(tmp_path), "FINOPS_UNCOUNTED_REQUESTS": "source:probe-* path:/healthz"}
    assert Settings.load(environment=given).uncounted_requests == ("source:probe-*", "path:/healthz")


def test_matchers_choose_one_cluster_of_a_shared_prometheus(tmp_path: Path) -> None:
    matchers = 'cluster="dev", replica=~"a|b"'
    given = environment(tmp_path, FINOPS_PROMETHEUS_MATCHERS=matchers)
    assert Settings.load(environment=given).prometheus_matchers == matchers


def test_the_state_folder_follows_xdg(tmp_path: Path) -> None:
    settings = Settings.load(environment=environment(tmp_path, XDG_STATE_HOME=str(tmp_path / "xdg")))
    assert settings.state_dir == tmp_path / "xdg" / "finops-enforcer"


@pytest.mark.parametrize("given", ["relative", "./state"])
def test_a_relative_state_folder_of_xdg_is_ignored_as_its_specification_says(given: str, tmp_path: Path) -> None:
    settings = Settings.load(environment={"HOME": str(tmp_path), "XDG_STATE_HOME": given})
    assert settings.state_dir == tmp_path / ".local" / "state" / "finops-enforcer"


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as a user by number alone, without HOME, as a container may be."""
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("os.getuid", lambda: 1_000_690_000)


@pytest.mark.usefixtures("homeless")
def test_a_user_without_a_home_folder_is_told_what_to_set() -> None:
    with pytest.raises(SettingsError, match="there is no home folder; set FINOPS_STATE_DIR or HOME"):
        Settings.load(environment={})


@pytest.mark.usefixtures("homeless")
def test_a_user_without_a_home_folder_needs_none_where_the_state_folder_is_set(tmp_path: Path) -> None:
    assert Settings.load(environment={"FINOPS_STATE_DIR": str(tmp_path)}).state_dir == tmp_path
    assert Settings.load(environment={"XDG_STATE_HOME": str(tmp_path)}).state_dir == tmp_path / "finops-enforcer"


def test_paths_of_the_file_are_relative_to_it(tmp_path: Path) -> None:
    settings = Settings.load(environment=write_config(tmp_path, 'prices = "prices.yaml"\n'))
    assert settings.prices == tmp_path / "prices.yaml"


@pytest.mark.parametrize("source", ["variable", "file"])
def test_protected_namespaces_are_added_to_the_shipped_ones(tmp_path: Path, source: str) -> None:
    given = {
        "variable": lambda: environment(tmp_path, FINOPS_PROTECTED_NAMESPACES="payments, *-prod"),
        "file": lambda: write_config(tmp_path, 'protected_namespaces = ["payments", "*-prod"]\n'),
    }[source]()
    assert Settings.load(environment=given).protected_namespaces == ("kube-*", *SHIPPED_PROTECTED, "payments", "*-prod")


@pytest.mark.parametrize(
    ("variables", "flags", "sentence"),
    [
        ({"FINOPS_CLUSTER": "Dev_1"}, {}, "FINOPS_CLUSTER: 'Dev_1' is not a DNS label"),
        ({}, {"cluster": "-dev"}, "--cluster: '-dev' is not a DNS label"),
        ({"FINOPS_INTERVAL": "five"}, {}, 'FINOPS_INTERVAL: "five" is not a duration'),
        ({"FINOPS_MIN_SLEEP": "0s"}, {}, "FINOPS_MIN_SLEEP: '0s' must be greater than 0"),
        ({"FINOPS_OPENCOST_URL": "opencost:9003"}, {}, "FINOPS_OPENCOST_URL: the value is not the address"),
        ({"FINOPS_OPENCOST_TIMEOUT": "31s"}, {}, "is not between 1 and 30 seconds"),
        ({"FINOPS_OPENCOST_TIMEOUT": "500ms"}, {}, "FINOPS_OPENCOST_TIMEOUT"),
        ({"FINOPS_OPENCOST_NAMESPACES": '*-prod,a"b'}, {}, "'*-prod' is not the name of a namespace, or its beginning"),
        ({"FINOPS_OPENCOST_NAMESPACES": 'a"b'}, {}, "is not the name of a namespace, or its beginning"),
        ({"FINOPS_OPENCOST_UNALLOCATED_PERCENT": "101"}, {}, "FINOPS_OPENCOST_UNALLOCATED_PERCENT: '101' should be"),
        ({"FINOPS_PROMETHEUS_URL": "prometheus:9090"}, {}, "FINOPS_PROMETHEUS_URL: the value is not the address"),
        ({"FINOPS_PROMETHEUS_URL": "http://prome theus"}, {}, "FINOPS_PROMETHEUS_URL: the value is not the address"),
        ({"FINOPS_PROMETHEUS_URL": "http://x:99999"}, {}, "FINOPS_PROMETHEUS_URL: the value is not the address"),
        ({"FINOPS_OPENCOST_URL": "http://[::1"}, {}, "FINOPS_OPENCOST_URL: the value is not the address"),
        ({"FINOPS_PROMETHEUS_MATCHERS": "cluster=dev"}, {}, "is not a list of label matchers"),
        ({"FINOPS_UNCOUNTED_REQUESTS": "prometheus"}, {}, "'prometheus' is not source:, route: or path: with a name"),
        ({"FINOPS_UNCOUNTED_REQUESTS": "source:*"}, {}, "'source:*' is not source:, route: or path: with a name"),
        ({"FINOPS_UNCOUNTED_REQUESTS": 'path:/"} or up'}, {}, "is not source:, route: or path: with a name"),
        ({"FINOPS_PROMETHEUS_MATCHERS": 'a="b"} or up{'}, {}, "is not a list of label matchers"),
        (
            {"FINOPS_PROMETHEUS_USERNAME": "finops"},
            {},
            "prometheus_username and prometheus_password_file need each other",
        ),
        (
            {
                "FINOPS_PROMETHEUS_USERNAME": "finops",
                "FINOPS_PROMETHEUS_PASSWORD_FILE": "/p",
                "FINOPS_PROMETHEUS_TOKEN_FILE": "/t",
            },
            {},
            "two ways to log in",
        ),
        ({"FINOPS_PROTECTED_NAMESPACES": "a,B?"}, {}, "'B?' is not the name of a namespace"),
        ({"FINOPS_UNPROTECTED_NAMESPACES": "order-*"}, {}, "'order-*' is not the name of a namespace"),
        ({"FINOPS_UNPROTECTED_NAMESPACES": "kube-system"}, {}, "'kube-system' is always protected"),
        ({"FINOPS_MAX_HOURLY_COST": "0"}, {}, "FINOPS_MAX_HOURLY_COST: '0' should be greater than 0"),
        ({"FINOPS_MAX_HOURLY_COST": "1e12"}, {}, "'1e12' should be less than or equal to 1000000000"),
        ({"FINOPS_PAUSES_PER_SECOND": "nan"}, {}, "FINOPS_PAUSES_PER_SECOND: 'nan'"),
        ({}, {"metrics_port": 70000}, "--metrics-port: '70000' should be less than or equal to 65535"),
        (
            {"FINOPS_PRICES": "~no-such-user/prices.yaml"},
            {},
            "FINOPS_PRICES: '~no-such-user/prices.yaml' is in a home folder",
        ),
        ({"FINOPS_INSTANCE": "two words"}, {}, "FINOPS_INSTANCE: 'two words'"),
    ],
)
def test_a_bad_setting_is_named_with_its_source(
    tmp_path: Path, variables: dict[str, str], flags: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.load(environment=environment(tmp_path, **variables), **flags)
    assert len(refused.value.problems) == 1
    assert sentence in refused.value.problems[0]


def test_the_password_in_an_address_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.load(environment=environment(tmp_path, FINOPS_OPENCOST_URL="ftp://user:s3cret@opencost"))
    assert "s3cret" not in str(refused.value)


def test_several_bad_settings_are_named_at_once(tmp_path: Path) -> None:
    given = write_config(tmp_path, 'intervall = "5m"\ncluster = "Dev"\n') | {"FINOPS_METRICS_PORT": "web"}
    with pytest.raises(SettingsError) as refused:
        Settings.load(environment=given)
    text = str(refused.value)
    assert len(refused.value.problems) == 3
    assert f"`intervall` in {tmp_path / 'finops.toml'}: there is no such setting; did you mean `interval`?" in text
    assert f"`cluster` in {tmp_path / 'finops.toml'}: 'Dev' is not a DNS label" in text
    assert "FINOPS_METRICS_PORT: 'web'" in text


def test_a_file_that_is_not_toml_is_named_with_the_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"finops\.toml is not TOML: .*line 2"):
        Settings.load(environment=write_config(tmp_path, 'cluster = "dev"\ninterval: 5m\n'))


def test_a_file_asked_for_and_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="FINOPS_CONFIG: there is no file"):
        Settings.load(environment=environment(tmp_path, FINOPS_CONFIG=str(tmp_path / "none.toml")))


def test_settings_do_not_change(tmp_path: Path) -> None:
    settings = Settings.load(environment=environment(tmp_path))
    with pytest.raises(ValidationError, match="frozen"):
        settings.cluster = "other"  # type: ignore[misc]


def test_a_misspelt_variable_is_pointed_out() -> None:
    variables = {"FINOPS_INTERVALL": "1h", "FINOPS_CONFIG": "x", "FINOPS_CLUSTER": "dev", "HOME": "/"}
    assert Settings.unknown_variables(variables) == ["FINOPS_INTERVALL sets nothing; did you mean FINOPS_INTERVAL?"]
