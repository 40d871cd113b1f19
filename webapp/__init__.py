"""Program Match: ranks programs for a student, says why, and introduces the student to the schools they ticked."""

import gc

# What is loaded while a process starts stays. At the standard 700 the collector walks all of it again and again: a
# fifth of the time of a start. A page or a task, too, makes thousands of objects that go by themselves.
gc.set_threshold(50_000, 20, 20)
