"""A command's line, read into its record of options; help and refusals are alike for all commands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Annotated, Any, TypeVar, get_type_hints

import tyro
from tyro.constructors import ConstructorRegistry, PrimitiveConstructorSpec, PrimitiveTypeInfo

from sidecar.commands import COMMANDS

Options = TypeVar("Options")
# `--out PATH`, not `--out {None}|PATH`, since nobody types None; `SCRIPT`, not `PATH`, for what has no name of its own.
STYLE = (tyro.conf.DisallowNone, tyro.conf.PositionalMetavarFromFieldName)
NO_DEFAULT = tyro.conf.arg(help_behavior_hint="")
NUMBERS: dict[type, tuple[str, str]] = {int: ("INT", "a whole number"), float: ("FLOAT", "a number")}


def read_command_line(
    kind: Callable[..., Options],
    command: str,
    arguments: Sequence[str],
    *,
    more: str = "",
    usage: str = "",
    default: Options | None = None,
) -> Options:
    """Return a command's options; leaves the program where the line is wrong, or asks for help.

    Args:
        kind: The record; its docstring says what each option does.
        command: Its name among `COMMANDS`, which says what it does.
        arguments: What follows the name.
        more: What --help says between that and the options.
        usage: What the usage names besides the options.
        default: What options are that are not given; without it, the record's own defaults.
    """
    defaults: dict[str, Any] = {} if default is None else {"default": default}
    _hide_nothing(kind, default)
    return tyro.cli(
        kind,
        args=arguments,
        prog=f"rsatalker {command} {usage}".rstrip(),
        description=f"{COMMANDS[command]}\n\n{more}".rstrip(),
        config=STYLE,
        registry=_registry(),
        **defaults,
    )


def _hide_nothing(kind: Any, default: Any) -> None:
    """Let help say nothing of a default that is nothing: the option's own words say what goes without it."""
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        if getattr(default, field.name, field.default) in (None, (), ""):
            kind.__annotations__[field.name] = Annotated[hints[field.name], NO_DEFAULT]


def _registry() -> ConstructorRegistry:
    """Return the rules by which words become values: tyro's own, but that numbers are refused in plain words."""
    registry = ConstructorRegistry()

    @registry.primitive_rule
    def number(info: PrimitiveTypeInfo) -> PrimitiveConstructorSpec[Any] | None:
        kind: Any = info.type
        return _number_rule(kind, *NUMBERS[kind]) if kind in NUMBERS else None

    return registry


def _number_rule(kind: type, metavar: str, wanted: str) -> PrimitiveConstructorSpec[Any]:
    def read(words: list[str]) -> Any:
        try:
            return kind(words[0])
        except ValueError:
            raise ValueError(f"{words[0]!r} is not {wanted}") from None

    return PrimitiveConstructorSpec(
        nargs=1,
        metavar=metavar,
        instance_from_str=read,
        is_instance=lambda value: isinstance(value, kind | int) and not isinstance(value, bool),
        str_from_instance=lambda value: [str(value)],
    )
