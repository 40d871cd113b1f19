"""Run as a program: `supervise` with small stand-ins for the website, the worker and the steps.

Arguments: VAR PORT EXIT_CODE_OF_THE_STEP.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from webapp.cli.plan import Plan, Step
from webapp.cli.run import supervise
from webapp.cli.supervisor import Program
from webapp.embedded.layout import layout_of

WEB = """
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
"""
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


@click.command()
@click.argument("var", type=click.Path(path_type=Path))
@click.argument("port", type=int)
@click.argument("step_code", type=int)
@click.option("--stubborn", is_flag=True)
def main(var: Path, port: int, step_code: int, stubborn: bool) -> None:
    """Rehearse a run."""
    layout = layout_of(var)
    python = (sys.executable, "-c")
    worker = STUBBORN if stubborn else "import time; time.sleep(600)"
    step = f"print('the table is upside down'); raise SystemExit({step_code})"
    supervise(
        Plan(
            var=layout.var,
            port=port,
            directory=Path.cwd(),
            steps=(Step("Turning the table", (*python, step), "turn it back."),),
            programs=(
                Program("web", (*python, WEB, str(port)), layout.log / "web.log"),
                Program("worker", (*python, worker), layout.log / "worker.log"),
            ),
            grace_seconds=1.0,
        )
    )


if __name__ == "__main__":
    main()
