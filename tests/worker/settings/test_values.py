"""What a setting is, is known by its type: whoever has to know all paths or all addresses goes by that."""

import pytest

from activities.messages.formats import RECEIVERS
from worker.errors import SettingsError
from worker.settings.settings import Settings
from worker.settings.values import AddressFile, Place, Url, names_of

PATHS = {
    "state_dir",
    "policies",
    "prices",
    "kubeconfig",
    "payload_keys",
    "prometheus_password_file",
    "prometheus_token_file",
    "prometheus_headers_file",
    "prometheus_ca_file",
    "temporal_api_key_file",
    "webhook_key_file",
}
ADDRESSES = {"opencost_url", "prometheus_url", "webhook_url", "otlp_endpoint", "temporal_ui_url"}


def test_the_paths_are_made_relative_to_the_file_that_they_stand_in() -> None:
    assert set(names_of(Settings, Place)) == PATHS


def test_the_addresses_lead_to_what_must_not_sleep() -> None:
    assert set(names_of(Settings, Url)) == ADDRESSES


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_an_address_that_is_none_is_answered_with_its_own_setting_and_an_example_for_it(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Settings.load(environment={f"FINOPS_{name.upper()}": "nonsense"})
    (problem,) = refused.value.problems
    example = problem.rsplit(" ", 1)[1]
    assert problem.startswith(f"FINOPS_{name.upper()}: ")
    assert getattr(Settings.load(environment={f"FINOPS_{name.upper()}": example}, webhook_url=None), name) == example


def test_each_receiver_has_a_setting_for_the_file_with_its_address() -> None:
    assert set(names_of(Settings, AddressFile)) == {f"{each.name}_webhook_file" for each in RECEIVERS}


@pytest.mark.parametrize(
    ("ending", "kinds"), [("_file", (Place, AddressFile)), ("_dir", (Place,)), ("_url", (Url,)), ("_endpoint", (Url,))]
)
def test_a_setting_is_what_its_name_says(ending: str, kinds: tuple[object, ...]) -> None:
    named = {name for name in Settings.model_fields if name.endswith(ending)}
    assert named
    assert named <= set(names_of(Settings, *kinds))
