"""A group whose commands are loaded when they are called: `--help` stays quick however much a command needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click


def load(where: str) -> Any:
    """The attribute that `module:attribute` names; the module is imported now."""
    module, _, attribute = where.partition(":")
    return getattr(import_module(module), attribute)


class LazyGroup(click.Group):
    """Commands by name: where each is (`module:attribute`) and its line of help, so that help loads none of them."""

    def __init__(self, *args: Any, commands_at: dict[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        """The names, in the order in which they are written down."""
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  (click's signature)
        """The command, loaded now; None when there is none of this name."""
        if cmd_name not in self.commands_at:
            return None
        command: click.Command = load(self.commands_at[cmd_name][0])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands in the help, from what is written down here."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self.commands_at[name][1]) for name in self.list_commands(ctx)])
