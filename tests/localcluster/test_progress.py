from io import StringIO

import pytest

from localcluster.progress import Progress, elapsed_text


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (125, "2 min 05 s")])
def test_elapsed_time_is_said_as_people_say_it(seconds: float, text: str) -> None:
    assert elapsed_text(seconds) == text


def test_a_step_without_a_terminal_says_its_begin_and_its_end() -> None:
    stream = StringIO()
    with Progress(stream).step("Counting", lambda: "3 sheep"):
        pass
    assert stream.getvalue() == "Counting ...\nCounting: 3 sheep, 0 s, done\n"


def test_a_step_that_fails_says_so() -> None:
    stream = StringIO()
    with pytest.raises(KeyError), Progress(stream).step("Counting"):
        raise KeyError
    assert stream.getvalue() == "Counting ...\nCounting: 0 s, not finished\n"
