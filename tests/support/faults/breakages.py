"""The deliberate breakages, each with the cases that have to notice it."""

from faults.mutants import Edit, Mutant

_WORKLOADS = "activities/kube/workloads/workloads.py"
_WRITE_TESTS = "tests/activities/hibernation/test_writes.py"
_WRITES = "activities/hibernation/writes.py"
_PROTOCOL = "policies/sleep/protocol.py"
_LIFE = "tests/workflows/test_hibernation.py::"
_WEEK = "tests/workflows/troubled/test_bounds.py::test_a_history_stays_short_and_nothing_is_lost"
_MODEL = (
    "tests/policies/test_protocol_model.py::test_no_interleaving_loses_a_count_or_leaves_a_workload_down[four faults]"
)
_PEOPLE = _MODEL.replace("four faults", "three faults and people with a will of their own")

MUTANTS = (
    Mutant(
        "no resourceVersion",
        {"before W2: kubectl-scale": "I2", "W2=late": "I8"},
        (Edit(_WORKLOADS, '= {"resourceVersion": resource_version}', "= {}"),),
    ),
    Mutant(
        "W1 and W2 swapped",
        {"W1=dropped": "I1"},
        (
            Edit(
                _WRITES,
                "annotated = self._workloads.annotate(order.ref, order.resource_version, order.patch)",
                "version = self._workloads.put_to_sleep(order.ref, order.resource_version)\n"
                "            annotated = self._workloads.annotate(order.ref, version, order.patch)",
            ),
            Edit(_WRITES, "self._workloads.put_to_sleep(order.ref, annotated.resource_version)", "landed = 2"),
        ),
    ),
    Mutant(
        "no fence",
        {_MODEL: "STALE"},
        (
            Edit(
                _PROTOCOL,
                "    if unknown_outcome:\n        return _clear(",
                "    if False:\n        return _clear(",
            ),
        ),
    ),
    Mutant(
        "an empty fence",
        {_MODEL: "STALE"},
        (Edit(_PROTOCOL, "_clear(seen, intent).replace(fence_at=_fence_time(seen, now))", "_clear(seen, intent)"),),
    ),
    Mutant(
        "cached read",
        {"W3=dropped": "I14"},
        (
            Edit(
                _WORKLOADS,
                '("GET", _path(key))',
                '("GET", _path(key), query={"resourceVersion": "0"})',
            ),
        ),
    ),
    Mutant(
        "read inside the write activity",
        {"before READ: kubectl-scale": "I2"},
        (
            Edit(
                _WRITES,
                "self._workloads.put_to_sleep(order.ref, annotated.resource_version)",
                "while True:\n"
                "                fresh = self._workloads.read(order.ref.key) or annotated\n"
                "                try:\n"
                "                    self._workloads.put_to_sleep(order.ref, fresh.resource_version)\n"
                "                    break\n"
                "                except Conflict:\n"
                "                    continue",
            ),
        ),
    ),
    Mutant(
        "409 treated as done",
        {"before W3: strip": "I12"},
        (
            Edit(
                "workflows/life/waking.py", 'if outcome.result == "done":', 'if outcome.result in {"done", "conflict"}:'
            ),
        ),
    ),
    Mutant(
        "annotations cleared first",
        {"W3=dropped": "I5"},
        (
            Edit(
                _WRITES,
                "version = self._workloads.give_back(order.ref, order.resource_version, order.replicas)",
                "cleared = self._workloads.annotate(order.ref, order.resource_version, wake_patch(order.note))",
            ),
            Edit(
                _WRITES,
                "self._workloads.annotate(order.ref, version, wake_patch(order.note))\n",
                "self._workloads.give_back(order.ref, cleared.resource_version, order.replicas)\n",
            ),
        ),
    ),
    Mutant(
        "uid ignored",
        {"before W3: recreate": "I16"},
        (
            Edit(_WORKLOADS, 'metadata["uid"] = ref.uid', "pass"),
            Edit(_WORKLOADS, 'asked.uid not in {"", written.uid}', "False"),
            Edit(_PROTOCOL, "if intent.ref.uid and seen.ref.uid != intent.ref.uid:", "if False:"),
        ),
    ),
    Mutant(
        "re-assert without bound",
        {"after every W2: insisting-hpa": "I10"},
        (Edit("policies/sleep/raised_count.py", ">= MOST_REASSERTS\n", ">= 1_000\n"),),
    ),
    Mutant(
        "cooldown forgotten",
        {"tests/policies/checks/test_decision.py::test_the_first_failing_check_gives_the_reason": ""},
        (Edit("policies/checks/stability.py", "if ends_at <= now:", "if True:"),),
    ),
    Mutant(
        "re-assert under the same pause-id",
        {"asleep: overwriting-hpa": "I7"},
        (Edit("workflows/life/life.py", "        self.cycles += 1\n        return", "        return"),),
    ),
    Mutant(
        "anybody's raised count is taken back",
        {"asleep: kubectl-scale": "I11"},
        (Edit("policies/sleep/review.py", "if _is_overwritten(sleep, seen, raised, consulted, now):", "if True:"),),
    ),
    Mutant(
        "a raised count is overwritten by the wake",
        {"before W3: kubectl-scale": "I2"},
        (
            Edit(
                _PROTOCOL,
                "    if not seen.is_down:\n        return _decide_running",
                "    if False:\n        return _decide_running",
            ),
        ),
    ),
    Mutant(
        "the record of what runs is left",
        {"before W2: kubectl-scale": "I12", _MODEL: "STALE"},
        (
            Edit(
                _PROTOCOL,
                "        return _clear(seen, intent)\n    if given_back",
                '        return Finished(end="awake", sentence="it runs")\n    if given_back',
            ),
        ),
    ),
    Mutant(
        "our own zero is not owned",
        {"before W3: strip": "I12"},
        (Edit(_PROTOCOL, "if intent.owns_zero and not chosen and", "if False and"),),
    ),
    Mutant(
        "any zero is owned",
        {"before W2: strip scale-0": "I9"},
        (Edit(_PROTOCOL, "if intent.owns_zero and not chosen and", "if not chosen and"),),
    ),
    Mutant(
        "an earlier wake counts as this one's",
        {"before W3#2: strip": "I12"},
        (Edit(_PROTOCOL, "resumed_at >= record.paused_at", "resumed_at <= record.paused_at"),),
    ),
    Mutant(
        "a person's edit is not obeyed",
        {"asleep: edit-7": "I2"},
        (Edit(_PROTOCOL, "return notes.read_original(seen.annotations)", "return record.original_replicas"),),
    ),
    Mutant(
        "a stripped record is not restored",
        {"asleep: strip": "I3"},
        (Edit("workflows/life/sleeping.py", 'case "record":\n', 'case "never":\n'),),
    ),
    Mutant(
        "one 404 ends a hibernation",
        {_LIFE + "test_a_deleted_deployment_ends_it_only_when_seen_missing_twice": ""},
        (
            Edit(
                "workflows/life/life.py",
                "        self.missed_since = self.missed_since or workflow.now()\n",
                "        return True\n",
            ),
        ),
    ),
    Mutant(
        "continue-as-new forgets what a person asked for",
        {_WEEK + "[a wake that is refused-4 h]": ""},
        (Edit("workflows/life/continuing.py", "waking=requests.wake,", "waking=None,"),),
    ),
    Mutant(
        "continue-as-new forgets who is to be kept awake",
        {_WEEK + "[a note that cannot be written-4 h]": ""},
        (Edit("workflows/life/continuing.py", "keep_awake=requests.keep_awake,", "keep_awake=None,"),),
    ),
    Mutant(
        "a loop without a bound",
        {_WEEK + "[a record that may not be written again-4 h]": ""},
        (Edit("workflows/length.py", "MANY_EVENTS = 200", "MANY_EVENTS = 4_000"),),
    ),
    Mutant(
        "Retry-After ignored",
        {"W1=429": "I15"},
        (Edit("workflows/life/attempt.py", "seconds=outcome.retry_after_seconds or 0", "seconds=0"),),
    ),
    Mutant(
        "one annotation of the record stays",
        {"before W1: touch": "I12"},
        (Edit("policies/annotations.py", "dict.fromkeys(ASLEEP_KEYS)", "dict.fromkeys(ASLEEP_KEYS[:-1])"),),
    ),
    Mutant(
        "more than our fields",
        {"W3=dropped": "I6"},
        (
            Edit(
                _WORKLOADS,
                'metadata["annotations"] = annotations',
                'metadata.update(annotations=annotations, labels={"finops": "seen"})',
            ),
        ),
    ),
    Mutant(
        "the bounds of the HPA ignored",
        {"tests/policies/sleep/test_raised_count.py::test_everything_else_is_somebodys_choice": ""},
        (Edit("policies/sleep/review.py", "bounds.low <= seen.replicas <= bounds.high", "True"),),
    ),
    Mutant(
        "a change since the evaluation ignored",
        {"tests/policies/sleep/test_protocol.py::test_a_pause_ends_without_a_write": ""},
        (Edit(_PROTOCOL, "if seen.generation > explained:", "if False:"),),
    ),
    Mutant(
        "pause asks exclusion again",
        {_PEOPLE: "DEFIED", "tests/policies/sleep/test_protocol.py::test_a_pause_ends_without_a_write": ""},
        (Edit(_PROTOCOL, "    if objection is not None:\n", "    if False:\n"),),
    ),
    Mutant(
        "nobody is asked between W1 and W2",
        {f"{_WRITE_TESTS}::test_what_a_person_said_since_the_evaluation_is_heard_before_the_zero": ""},
        (Edit(_WRITES, "            if finding is not None:\n", "            if False:\n"),),
    ),
    Mutant(
        "owner of a zero",
        {_PEOPLE: "WRONG COUNT", "asleep: apply-0": "I2"},
        (Edit(_PROTOCOL, "    if seen.zero_chosen_by:\n        return f", "    if False:\n        return f"),),
    ),
    Mutant(
        "what admission made of our zero is a choice",
        {"tests/policies/sleep/test_protocol.py::test_what_admission_made_of_our_zero_is_nobodys_choice": ""},
        (Edit(_PROTOCOL, "if seen.replicas == intent.changed_to and", "if False and"),),
    ),
    Mutant(
        "a zero right after the wake is given back again",
        {_PEOPLE: "WRONG COUNT", "before W4: scale-0": "I2"},
        (Edit(_PROTOCOL, "    if intent.gave_back:\n", "    if False:\n"),),
    ),
    Mutant(
        "hold unknown pauses nothing",
        {
            "tests/worker/service/test_snapshots.py::"
            "test_hold_unknown_pauses_nothing_and_the_record_is_written_again_with_the_hold_that_was_known": ""
        },
        (Edit("activities/snapshot.py", "if not self.hold_known:", "if False:"),),
    ),
    Mutant(
        "a turn for each policy",
        {
            "tests/workflows/test_run_turns.py::"
            "test_two_runs_at_one_instant_do_not_pass_the_limit_together_whichever_replica_serves_them": ""
        },
        (Edit("workflows/turns.py", "id=turn_id(enforcement.cluster)", "id=turn_id(enforcement.policy)"),),
    ),
    Mutant(
        "W4 without the note",
        {_LIFE + "test_its_timer_gives_it_back_at_exactly_its_count_and_leaves_no_record": ""},
        (Edit(_WRITES, "version, wake_patch(order.note))", "version, wake_patch(None))"),),
    ),
    Mutant(
        "what was said is forgotten",
        {"tests/activities/test_unchanging_days.py::test_a_day_of_reconciliations": ""},
        (Edit("activities/alerts/said_before.py", "who not in kept or kept[who].again_at <= now", "True"),),
    ),
    Mutant(
        "a wake that is due is said once",
        {"tests/activities/test_unchanging_days.py::test_a_day_of_reconciliations": ""},
        (
            Edit(
                "policies/sleep/discrepancies.py",
                "is_due or finding in {Discrepancy.OVERDUE, ",
                "finding in {",
            ),
        ),
    ),
    Mutant(
        "what was refused is tried by every run",
        {"tests/activities/test_unchanging_days.py::test_a_day_of_runs_of_which_twenty_pauses_are_refused": ""},
        (Edit("activities/runs/judge_page.py", "if decision.reason is Reason.PAUSE else None", "if False else None"),),
    ),
)
