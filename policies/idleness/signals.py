"""The signals that a verdict is made of. To add one, write its class and put it here."""

from policies.idleness.counts import AverageSignal, RequestSignal
from policies.idleness.crashes import CrashSignal
from policies.idleness.rates import CpuSignal, NetworkSignal
from policies.idleness.signal import Signal
from policies.idleness.vetoes import ChangeSignal, MemorySignal

SIGNALS: tuple[Signal, ...] = (
    CpuSignal(),
    NetworkSignal(),
    RequestSignal(),
    AverageSignal(),
    CrashSignal(),
    MemorySignal(),
    ChangeSignal(),
)
