"""What click finds wrong with a line, as errors of ours: a code and its fields instead of click's English."""

import click

from striate.errors import SettingError, StriateError, UnknownNameError


def translated(error: click.UsageError, ctx: click.Context) -> StriateError:
    """Our error for one of click's, raised while the line of this context was read."""
    where = ctx.command_path
    match error:
        case click.NoSuchOption():
            close = list(error.possibilities or ())
            code = "usage.no_such_option_did_you_mean" if close else "usage.no_such_option"
            return UnknownNameError(code, where=where, name=error.option_name, close=close)
        case click.MissingParameter(param=param) if param is not None:
            return SettingError("usage.missing", where=where, setting=name_of(param))
        case click.BadOptionUsage():
            needs_value = not _is_flag(ctx, error.option_name)
            code = "usage.needs_a_value" if needs_value else "usage.takes_no_value"
            return SettingError(code, where=where, setting=error.option_name)
        case _:
            return SettingError("usage.other", where=where, reason=error.format_message())


def name_of(param: click.Parameter) -> str:
    """What the user calls a parameter: the longest spelling of an option, the name of an argument in capitals."""
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name


def _is_flag(ctx: click.Context, spelling: str) -> bool:
    return any(isinstance(p, click.Option) and p.is_flag and spelling in p.opts for p in ctx.command.params)
