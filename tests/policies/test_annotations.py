from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import annotations as notes
from policies.annotations import Because, PauseRecord, WakeNote
from policies.costs.cost import HourlyCost
from policies.errors import InvalidAnnotation
from policies.times import EARLIEST, LATEST

INSTANTS = st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, tz=UTC))
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
BERLIN = ZoneInfo("Europe/Berlin")


def written(patch: notes.AnnotationPatch) -> dict[str, str]:
    return {key: value for key, value in patch.items() if value is not None}


@given(
    record=st.builds(
        PauseRecord,
        pause_id=NAMES,
        instance=NAMES,
        policy=NAMES,
        paused_at=INSTANTS,
        original_replicas=st.integers(1, 2**31 - 1),
        resume_at=st.none() | INSTANTS,
        cost=st.none() | st.builds(HourlyCost, amount=st.integers(0, 10_000), currency=st.just("EUR"), source=NAMES),
    )
)
def test_a_record_reads_back_as_it_was_written(record: PauseRecord) -> None:
    assert notes.read_pause(written(notes.pause_patch(record))) == record


@given(
    note=st.builds(
        WakeNote,
        resumed_at=INSTANTS,
        awake_until=INSTANTS,
        because=st.sampled_from(list(Because)),
        by=st.sampled_from(["", "anna@laptop"]),
        reason=st.sampled_from(["", "a demo: at four"]),
    )
)
def test_a_note_reads_back_and_takes_every_annotation_of_the_sleep_away(note: WakeNote) -> None:
    patch = notes.wake_patch(note)
    assert notes.read_note(written(patch)) == note
    unsaid = {key for key, text in ((notes.AWAKE_BY, note.by), (notes.AWAKE_REASON, note.reason)) if not text}
    assert {key for key, value in patch.items() if value is None} == {*notes.ASLEEP_KEYS, *unsaid}


def test_what_people_say_in_a_note_is_cut_and_can_be_shown_in_a_terminal() -> None:
    at = datetime.now(UTC)
    said = WakeNote(resumed_at=at, awake_until=at, because=Because.PERSON, by="\x1b[2Janna", reason="because " * 999)
    read = notes.read_note(written(notes.note_patch(said)))
    assert read is not None
    assert (read.by, len(read.reason)) == (" [2Janna", 500)


def test_a_note_that_was_written_by_hand_is_cut_as_ours_are() -> None:
    by_hand = {
        notes.AWAKE_UNTIL: "2027-01-01T00:00:00Z",
        notes.AWAKE_BY: "\x1b[2J" + "a" * 9_999,
        notes.AWAKE_REASON: "x" * 250_000,
        notes.AWAKE_BECAUSE: "of a\nlater version" * 9_999,
    }
    read = notes.read_note(by_hand)
    assert read is not None
    assert (len(read.by), len(read.reason), len(read.because)) == (200, 500, 200)
    assert (read.by + read.because).isprintable()
    assert notes.read_note(written(notes.note_patch(read))) == read


def test_the_policy_that_a_record_names_is_a_line_as_long_as_a_name() -> None:
    assert notes.read_paused_by({}) == ""
    assert notes.read_paused_by({notes.PAUSED_BY: "nights"}) == "nights"
    assert notes.read_paused_by({notes.PAUSED_BY: "x\x1b[2J\n" + "y" * 9_999}) == "x [2J " + "y" * 194


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0.1 USD",
        "cheap USD by hand",
        "-1 USD by hand",
        "nan USD by hand",
        "inf USD by hand",
        "1e308 USD by hand",
        "1000000001 USD by hand",
        "0.1 \x1b[2Jgood by hand",
        "0.1 USD by\nhand",
        "0.1 USD " + "x" * 250_000,
    ],
    ids=lambda text: repr(text[:30]),
)
def test_a_cost_that_cannot_be_one_is_not_known_and_its_sleeper_is_still_readable(text: str) -> None:
    record = PauseRecord(
        pause_id="p", instance="i", policy="n", paused_at=datetime.fromtimestamp(0, tz=UTC), original_replicas=1
    )
    read = notes.read_pause(written(notes.pause_patch(record)) | {notes.HOURLY_COST: text})
    assert read == record


def test_a_new_record_leaves_the_note_of_the_last_wake_in_place() -> None:
    record = PauseRecord(pause_id="p", instance="i", policy="n", paused_at=datetime.now(UTC), original_replicas=1)
    assert not {notes.RESUMED_AT, notes.AWAKE_UNTIL, notes.AWAKE_BECAUSE} & set(notes.pause_patch(record))


@pytest.mark.parametrize("text", ["", "0", "-1", "three", "1.5", "٣", " 3", "3 ", "1e3", "9999999999", "0x3"])
def test_a_count_that_is_no_count_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(InvalidAnnotation, match="original-replicas"):
        notes.read_original({notes.ORIGINAL_REPLICAS: text})


@pytest.mark.parametrize(
    ("annotations", "until"),
    [
        ({}, None),
        ({notes.EXCLUDE: "false"}, None),
        ({notes.EXCLUDE_UNTIL: "2026-12-01T10:00:00+02:00"}, datetime(2026, 12, 1, 8, tzinfo=UTC)),
        ({notes.EXCLUDE_UNTIL: "2026-12-01"}, datetime(2026, 12, 2, tzinfo=BERLIN)),
        ({notes.EXCLUDE_UNTIL: "9999-12-31"}, LATEST),
        ({notes.EXCLUDE_UNTIL: "9999-12-31T23:59:59-14:00"}, LATEST),
        ({notes.EXCLUDE_UNTIL: "0001-01-01T00:00:00+14:00"}, EARLIEST),
        ({notes.EXCLUDE: "true"}, LATEST),
    ],
    ids=[
        "none",
        "said no",
        "an instant",
        "a day, which ends in the policy's zone",
        "for ever, as people write it",
        "behind the last instant",
        "before the first instant",
        "excluded",
    ],
)
def test_until_when_a_person_took_it_out(annotations: dict[str, str], until: datetime | None) -> None:
    assert notes.excluded_until(annotations, BERLIN) == until


@pytest.mark.parametrize("value", ["True", "yes", "1", ""])
def test_an_exclude_that_is_neither_true_nor_false_is_not_guessed_at(value: str) -> None:
    with pytest.raises(InvalidAnnotation, match="exclude"):
        notes.excluded_until({notes.EXCLUDE: value}, UTC)


@pytest.mark.parametrize("price", ["cheap", "nan USD list", "inf USD list", "-1 USD list", "1"])
def test_a_price_nobody_can_read_keeps_nothing_asleep(price: str) -> None:
    record = PauseRecord(pause_id="p", instance="i", policy="n", paused_at=datetime.now(UTC), original_replicas=2)
    carried = written(notes.pause_patch(record)) | {notes.HOURLY_COST: price}
    read = notes.read_pause(carried)
    assert read is not None
    assert read.cost is None
