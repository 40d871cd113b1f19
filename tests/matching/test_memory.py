"""What was worked out for one answer is not worked out again, and memory does not grow for ever."""

from webapp.matching.memory import Memory


def test_each_answer_is_worked_out_once_and_the_oldest_make_room() -> None:
    memory, worked_out = Memory(most=2), []

    def square(number: int) -> int:
        def work_out() -> int:
            worked_out.append(number)
            return number * number

        return memory.of(("square", number), work_out)

    assert [square(2), square(2), square(3), square(2)] == [4, 4, 9, 4]
    assert worked_out == [2, 3]
    assert (square(4), len(memory.results)) == (16, 1), "one more than it keeps, and all are let go"
    assert (square(2), worked_out) == (4, [2, 3, 4, 2])
