from policies.checks.decision import Candidate
from policies.checks.limits import Census, select
from policies.workload import Observation, WorkloadRef


def candidates(*names: str) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            seen=Observation(
                ref=WorkloadRef(namespace="dev", name=name), resource_version="1", generation=1, replicas=1
            )
        )
        for name in names
    )


def names(chosen: tuple[Candidate, ...]) -> list[str]:
    return [candidate.seen.ref.name for candidate in chosen]


def test_a_run_takes_the_first_by_namespace_and_name_and_says_how_many_wait() -> None:
    selection = select(candidates("c", "a", "b"), Census(deployments=3), max_actions=2, max_percent=None)
    assert names(selection.chosen) == ["a", "b"]
    assert selection.held_back == 1


def test_without_a_limit_all_go() -> None:
    assert len(select(candidates("a", "b"), Census(deployments=2), max_actions=None, max_percent=None).chosen) == 2


def test_a_run_that_would_pass_the_share_pauses_nothing_and_tells_both_figures() -> None:
    selection = select(candidates("a", "b"), Census(deployments=10, asleep=3, pausing=1), None, max_percent=50)
    assert selection.chosen == ()
    assert selection.brake is not None
    assert "60 %" in str(selection.brake)
    assert "50 %" in str(selection.brake)


def test_exactly_the_share_is_allowed() -> None:
    selection = select(candidates("a", "b"), Census(deployments=10, asleep=3), None, max_percent=50)
    assert names(selection.chosen) == ["a", "b"]


def test_the_limit_of_a_run_counts_before_the_share() -> None:
    selection = select(candidates("a", "b", "c", "d"), Census(deployments=10, asleep=4), 1, max_percent=50)
    assert names(selection.chosen) == ["a"]


def test_a_limited_run_goes_on_behind_the_one_that_was_chosen_last_and_round_again() -> None:
    turns: list[list[str]] = []
    last: WorkloadRef | None = None
    for _ in range(4):
        selection = select(candidates("a", "b", "c", "d", "e"), Census(), 2, None, last)
        turns.append(names(selection.chosen))
        last = selection.chosen_last
    assert turns == [["a", "b"], ["c", "d"], ["e", "a"], ["b", "c"]]


def test_the_one_that_was_chosen_last_may_be_gone() -> None:
    gone = WorkloadRef(namespace="dev", name="b")
    assert names(select(candidates("a", "c"), Census(), 1, None, gone).chosen) == ["c"]


def test_what_the_first_window_has_no_room_for_waits_for_the_second_and_not_for_the_next_run() -> None:
    selection = select(candidates("a", "b", "c"), Census(deployments=3), None, None, room=1)
    assert names(selection.chosen) == ["a"]
    assert (selection.held_back, selection.held_by_first_window) == (0, 2)


def test_a_full_first_window_lets_nothing_more_go_to_sleep() -> None:
    selection = select(candidates("a", "b"), Census(deployments=3), None, None, room=0)
    assert (selection.chosen, selection.held_by_first_window) == ((), 2)
