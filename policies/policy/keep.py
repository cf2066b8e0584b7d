"""What a workload does on a day that differs."""

from enum import StrEnum


class Keep(StrEnum):
    """What a workload does on exceptional days."""

    AWAKE = "Awake"
    ASLEEP = "Asleep"
