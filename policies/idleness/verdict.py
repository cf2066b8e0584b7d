"""The verdict on a workload: idle, busy or unknown. Whatever is missing or odd ends as unknown, which never pauses."""

from policies.durations import format_duration
from policies.idleness.answers import IdleAnswer, IdlenessVerdict, Sign, Word
from policies.idleness.readings import WorkloadSeen
from policies.idleness.season import ask_gate
from policies.idleness.signal import CRASHES
from policies.idleness.signals import SIGNALS
from policies.idleness.terms import IdleTerms
from policies.times import to_rfc3339
from policies.workload import Workload

ENOUGH_SIGNALS = 2


def judge_idleness(workload: Workload, seen: WorkloadSeen, terms: IdleTerms) -> IdleAnswer:
    """Busy where one signal is active; idle where two that count are quiet, none is in doubt, every pod is older than
    the window and the season gate opens; else unknown.
    """
    if seen.problem:
        return IdleAnswer(sentence=seen.problem, window=terms.window)
    judged = [(signal, signal.judge(workload, seen, terms)) for signal in SIGNALS]
    words = tuple(word for _, word in judged)
    base = IdleAnswer(sentence="", window=terms.window, words=words)
    active = next((word for word in words if word.sign is Sign.ACTIVE), None)
    if active is not None:
        return _answer(base, IdlenessVerdict.BUSY, f"{active.signal}: {active.sentence}")
    quiet = [signal for signal, word in judged if signal.counts and word.sign is Sign.QUIET]
    doubt = _doubt_of_pods(seen, terms) or _doubt_of_words(words, len(quiet))
    if doubt:
        return _answer(base, IdlenessVerdict.UNKNOWN, doubt)
    gate = ask_gate(workload, seen, terms)
    gated = base.replace(gate=gate.went_by)
    if gate.verdict is not IdlenessVerdict.IDLE:
        return _answer(gated, gate.verdict, gate.sentence)
    figures = "; ".join(f"{word.signal} {word.sentence}" for word in words if word.signal in {s.name for s in quiet})
    return _answer(gated, IdlenessVerdict.IDLE, f"idle for {format_duration(terms.window)}: {figures}")


def _answer(base: IdleAnswer, verdict: IdlenessVerdict, sentence: str) -> IdleAnswer:
    return base.replace(verdict=verdict, sentence=sentence)


def _doubt_of_pods(seen: WorkloadSeen, terms: IdleTerms) -> str:
    """A pod that has not run through the whole window looks idle for the time before it."""
    running = [pod for pod in seen.pods if pod.running]
    if not running:
        return "no pod of it is running, so there is nothing to measure"
    begin = terms.at - terms.window
    for pod in running:
        if pod.started_at is None:
            return f"it is not known how long pod {pod.name} has been running"
        if pod.started_at > begin:
            since = to_rfc3339(pod.started_at)
            return f"pod {pod.name} has only been running since {since}, less than {format_duration(terms.window)}"
    return ""


def _doubt_of_words(words: tuple[Word, ...], quiet: int) -> str:
    doubtful = next((word for word in words if word.sign is Sign.DOUBTFUL), None)
    if doubtful is not None:
        return f"{doubtful.signal}: {doubtful.sentence}"
    if quiet < ENOUGH_SIGNALS:
        # Nobody misses a crash loop.
        absent = ", ".join(word.signal for word in words if word.sign is Sign.ABSENT and word.signal != CRASHES)
        return f"{quiet} of the {ENOUGH_SIGNALS} signals needed can be seen (not there: {absent})"
    return ""
