"""How a command is written: functions of ours with click underneath, and every text from messages/.

A file of a command, `cli/train.py`:

    @command("train")
    @argument("data", Place())
    @option("--epochs", reader=Whole(1), default=10)
    @option("-o", "--output", reader=Place(), required=True)
    @flag("--force")
    @json_flag
    def train(data: Path, epochs: int, output: Path, force: bool, json: bool) -> int | None:
        say("train.accuracy", accuracy=98.9)        # a result, to stdout
        aside("train.saved", file=output)           # everything else, to stderr
        return Code.PROBLEMS                        # or None: done; mistakes are raised as errors of striate.errors

The object is named as its file; `cli/main.py` holds the list of all. The texts are found by code:

    cli.train.help      what the command is for; its first line stands in the list of commands, each line is a
                        paragraph, one that begins with a blank (an example to copy) is not broken
    cli.train.data      one text per argument and option, by its name in Python: --batch-size is cli.train.batch_size

A command `conv` in the group `learn` is `@command("learn.conv")`, its texts are `cli.learn.conv.help` and so on. It
stands in `cli/learn/conv.py`, and its name in `cli/learn/group.py`; where a group is one file, like `cli/data.py`,
`@data.add` stands above it. The value of an option is taken by a reader (readers.py). Every command has --lang,
--debug and --help; `json_flag` gives it --json.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import wraps
from importlib import import_module
from typing import Any, TypeVar, cast

import click

from striate.cli.guard import Code
from striate.cli.help import first_line, page
from striate.cli.output import write, write_aside
from striate.cli.overwriting import overwritten
from striate.cli.readers import OneOf, Reader, Unreadable
from striate.cli.usage import name_of, translated
from striate.errors import SettingError, tell, unknown_name
from striate.messages import LANGUAGES, render

F = TypeVar("F", bound=Callable[..., Any])


class Option(click.Option):
    """An option; `code` is that of its help, None: by the convention."""

    def __init__(self, names: Sequence[str], reader: Reader | None, code: str | None, **attrs: Any) -> None:
        super().__init__(names, **attrs)
        self.reader = reader
        self.code = code

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """What was typed, read; click calls this for every value that is there."""
        return _read(self, self.reader, ctx, value)


class Argument(click.Argument):
    """An argument: what stands on the line without a name before it."""

    def __init__(self, names: Sequence[str], reader: Reader, **attrs: Any) -> None:
        super().__init__(names, **attrs)
        self.reader = reader
        self.code: str | None = None

    def type_cast_value(self, ctx: click.Context, value: Any) -> Any:
        """What was typed, read; click calls this for every value that is there."""
        return _read(self, self.reader, ctx, value)


def _read(param: Option | Argument, reader: Reader | None, ctx: click.Context, value: Any) -> Any:
    if isinstance(value, tuple | list):
        return tuple(_read(param, reader, ctx, item) for item in cast(Sequence[object], value))
    if value is None and (param.multiple or param.nargs == -1):
        return ()
    if reader is None or not isinstance(value, str):
        return value  # a flag, or a default that needs no reading
    try:
        return reader.read(value)
    except Unreadable as unreadable:
        where, setting = ctx.command_path, name_of(param)
        raise SettingError(unreadable.code, where=where, setting=setting, came=value, **unreadable.fields) from None


class _Told(click.Command):
    """What commands and groups share: help and complaints in the reader's language. `code` begins its texts' codes."""

    def __init__(self, name: str, *, code: str, **attrs: Any) -> None:
        super().__init__(name, add_help_option=False, **attrs)  # ours has its text from messages/
        self.code = code
        self.params += _common_options()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the line; a wrong one is an error of ours."""
        try:
            _, _, given = self.make_parser(ctx).parse_args(list(args))
            left = super().parse_args(ctx, args)
        except click.UsageError as error:
            raise translated(error, ctx) from None
        for param in _repeated(given):
            tell("usage.twice", where=ctx.command_path, setting=name_of(param))
        return left

    def get_help(self, ctx: click.Context) -> str:
        """The page that --help shows."""
        arguments = [p for p in self.params if isinstance(p, Argument)]
        options = [p for p in self.params if isinstance(p, Option)]
        sections = [
            ("cli.help.arguments", [(_argument_name(p), render(_code(self, p))) for p in arguments]),
            ("cli.help.commands", self.listed(ctx)),
            ("cli.help.options", [(_spellings(p), _meaning(p, render(_code(self, p)))) for p in options]),
        ]
        words = [_argument_name(p) for p in arguments] + ([render("cli.metavar.command")] if self.listed(ctx) else [])
        usage = render("cli.help.usage", {"command": ctx.command_path, "arguments": " ".join(words)})
        return page(usage.rstrip(), render(f"{self.code}.help"), sections)

    def listed(self, ctx: click.Context) -> list[tuple[str, str]]:
        """The commands below this one, each with its line."""
        return []

    def get_short_help_str(self, limit: int = 45) -> str:
        """The line that shells show beside a completion."""
        return first_line(render(f"{self.code}.help"))


class Command(_Told):
    """A command that does something."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the line; what is left over on it is a mistake."""
        ctx.allow_extra_args = True  # or click complains, in English
        left = super().parse_args(ctx, args)
        if left and not ctx.resilient_parsing:
            raise SettingError("usage.left_over", where=ctx.command_path, came=left)
        if name := overwritten(ctx.params):
            (setting,) = (name_of(param) for param in self.params if param.name == name)
            raise SettingError("usage.overwrites", where=ctx.command_path, setting=setting, path=ctx.params[name])
        return left


class Group(_Told, click.Group):
    """A command with commands below it, listed in the order they were given."""

    def __init__(self, name: str, *, code: str) -> None:
        super().__init__(name, code=code, callback=_help_alone, invoke_without_command=True)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(self.commands)

    def listed(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Their names, each with its line."""
        return [(name, first_line(render(f"{self.code}.{name}.help"))) for name in self.list_commands(ctx)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the next word names."""
        command = self.get_command(ctx, args[0])
        if command is None and not ctx.resilient_parsing:
            raise unknown_name("command", args[0], self.list_commands(ctx))
        return args[0] if command else None, command, args[1:]

    def add(self, command: click.Command) -> click.Command:
        """Put a command below this one; can stand above it as a decorator."""
        self.add_command(command)
        return command


class Folder(Group):
    """A group whose commands are known by name until one is called: each the object of its name in PACKAGE.NAME."""

    def __init__(self, name: str, *, code: str, package: str, names: Sequence[str]) -> None:
        super().__init__(name, code=code)
        self.package, self.names = package, tuple(names)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        return list(self.names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name, imported."""
        if cmd_name not in self.names:
            return None
        return getattr(import_module(f"{self.package}.{cmd_name.replace('-', '_')}"), cmd_name.replace("-", "_"))


def _help_alone() -> int | None:
    """What a group does before its command: nothing, or show its help where there is none."""
    ctx = click.get_current_context()
    if ctx.invoked_subcommand:
        return None
    write_aside([ctx.get_help()])
    return Code.WRONG_USE


def answering(*names: str, answer: Callable[[click.Context], str]) -> Option:
    """A switch that prints something and ends the run; its help is cli.common.NAME."""

    def print_and_end(ctx: click.Context, param: click.Parameter, asked: bool) -> None:
        if asked and not ctx.resilient_parsing:
            write([answer(ctx)])
            ctx.exit()

    code = f"cli.common.{names[-1].removeprefix('--')}"
    return Option(names, None, code, is_flag=True, is_eager=True, expose_value=False, callback=print_and_end)


def _repeated(given: Sequence[click.Parameter]) -> list[click.Option]:
    """The options of which one value counts and more than one was given."""
    options = [p for p in dict.fromkeys(given) if isinstance(p, click.Option) and not p.is_flag and not p.multiple]
    return [option for option in options if given.count(option) > 1]


def _common_options() -> list[Option]:
    """Options of every command. What --lang and --debug do is done before the line is parsed: guard.py."""
    return [
        Option(["--lang"], OneOf(LANGUAGES), "cli.common.lang", expose_value=False),
        Option(["--debug"], None, "cli.common.debug", expose_value=False, is_flag=True),
        answering("-h", "--help", answer=click.Context.get_help),
    ]


def _code(command: _Told, param: Option | Argument) -> str:
    return param.code or f"{command.code}.{param.name}"


def _argument_name(argument: Argument) -> str:
    shown = name_of(argument) + ("..." if argument.nargs == -1 else "")
    return shown if argument.required else f"[{shown}]"


def _spellings(option: Option) -> str:
    shown = ", ".join(option.opts)
    return f"{shown} {option.reader.metavar()}" if option.reader else shown


def _meaning(option: Option, text: str) -> str:
    """What an option is for, and what holds where it is not given."""
    if option.required:
        return render("cli.help.required", {"text": text})
    if option.is_flag or option.multiple or not isinstance(option.default, str | int | float):
        return text
    return render("cli.help.default", {"text": text, "value": option.default})


def command(name: str) -> Callable[[Callable[..., int | None]], Command]:
    """Make a function a command; "learn.conv" is `conv` in the group `learn`."""
    return click.command(name.rpartition(".")[2], cls=Command, code=f"cli.{name}")


def group(name: str) -> Group:
    """A group of commands; alone on the line it shows its help, as wrong use."""
    return Group(name, code=f"cli.{name}")


def folder(name: str, *names: str) -> Folder:
    """A group of commands, each in its file of striate/cli/NAME/."""
    return Folder(name, code=f"cli.{name}", package=f"striate.cli.{name}", names=names)


def argument(name: str, reader: Reader, *, many: bool = False, required: bool = True) -> Callable[[F], F]:
    """A value without a name before it; `many`: all that follow, as a tuple."""
    return click.argument(name, cls=Argument, reader=reader, nargs=-1 if many else 1, required=required)


def option(
    *names: str,
    reader: Reader,
    default: object = None,
    required: bool = False,
    multiple: bool = False,
    code: str | None = None,
) -> Callable[[F], F]:
    """A named value; without a default it is None, or () where it may be given several times.

    `code` is that of its help, None: by the convention.
    """
    given = {} if default is None else {"default": default}
    return click.option(*names, cls=Option, reader=reader, code=code, required=required, multiple=multiple, **given)


def flag(*names: str, code: str | None = None) -> Callable[[F], F]:
    """A switch: False where it is not on the line. `code` is that of its help, None: by the convention."""
    return click.option(*names, cls=Option, reader=None, code=code, is_flag=True, default=False)


def gathered(name: str, kind: type, *options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Give a command several options in one argument: `kind` is a dataclass with a field for each."""
    own = [each.name for each in fields(kind) if each.init]

    def decorate(function: Any) -> Any:
        @wraps(function)
        def call(**given: Any) -> Any:
            return function(**{name: kind(**{each: given.pop(each) for each in own})}, **given)

        call.__click_params__ = getattr(function, "__click_params__", [])  # pyright: ignore[reportAttributeAccessIssue] (click's)
        with_options: Any = call
        for each in reversed(options):
            with_options = each(with_options)
        return with_options

    return decorate


def json_flag(function: F) -> F:
    """--json: the same facts for a program."""
    return flag("--json", code="cli.common.json")(function)
