"""Celery's programs as processes of their own, forked from one in which the product is loaded already.

Loading it takes longer than most of what is then watched. What is forked is as much a process as what `make run` starts
(tests/e2e), runs the same command and dies as hard.
"""

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from celery.__main__ import main

from workers.configuration import MODULES

ROOT: Final = Path(__file__).resolve().parents[2]
for _module in MODULES:
    import_module(_module)

_FORKS: Final = multiprocessing.get_context("forkserver")


def start(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> BaseProcess:
    """`celery` with these arguments, at the head of a process group of its own; its output goes to `log`."""
    _FORKS.set_forkserver_preload([__name__])
    process = _FORKS.Process(target=_run, args=(list(arguments), dict(environment), str(log)), daemon=True)
    process.start()
    return process


def _run(arguments: list[str], environment: dict[str, str], log: str) -> None:
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["celery", *arguments]
    main()
