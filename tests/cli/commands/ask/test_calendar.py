"""What `finops calendar` lists."""

from pathlib import Path

from services import Service


def test_programs_get_instants_with_their_offset(tmp_path: Path) -> None:
    file = tmp_path / "weekend.yaml"
    file.write_text(
        "apiVersion: finops.io/v1alpha1\nkind: EnforcementPolicy\nmetadata: {name: weekend}\nspec:\n"
        '  scope: {namespaces: {include: ["dev-*"]}}\n'
        "  schedule: {timeZone: Europe/Berlin, asleep: [{from: Fri 20:00, to: Mon 07:00}]}\n"
    )
    finops = Service(tmp_path / "no-kubeconfig", tmp_path, cluster="calendar")
    assert finops.ask("calendar", str(file), "--from", "2026-03-27T00:00:00Z", "--days", "3")["sleeps"] == [
        {
            "policy": "weekend",
            "zone": "Europe/Berlin",
            "sleep": "2026-03-27T20:00:00+01:00",
            "wake": "2026-03-30T07:00:00+02:00",
            "reason": "Fri 20:00 to Mon 07:00",
        }
    ]
