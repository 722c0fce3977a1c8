"""The options that look ahead at a training: what it will take, and what is wrong with it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from striate.cli.output import aside, write_json
from striate.cli.readers import Bytes
from striate.cli.ui import flag, gathered, option
from striate.errors import tell
from striate.runs.outlook import Outlook, outlook
from striate.runs.train import Prepared


@dataclass
class Ahead:
    """What was said by these options."""

    dry_run: bool = False
    no_preflight: bool = False
    max_memory: int | None = None
    mistakes: int = field(default=0, init=False)  # that were found

    def after(self, begins: Callable[[Prepared], None], *, json: bool) -> Callable[[Prepared], None]:
        """What happens when a training is prepared: this, then a look ahead."""

        def both(run: Prepared) -> None:
            begins(run)
            if self.no_preflight and self.max_memory is None and not self.dry_run:
                return
            seen = outlook(run, max_memory=self.max_memory, looks=not self.no_preflight)
            self.mistakes = len(seen.findings)
            _write(seen) if json else _show(seen)

        return both


# Above a command; it gets what was said in one `Ahead`, as its argument `ahead`.
ahead = gathered("ahead", Ahead, flag("--dry-run"), flag("--no-preflight"), option("--max-memory", reader=Bytes()))


def _show(seen: Outlook) -> None:
    for finding in seen.findings:
        tell(finding.code, **finding.fields)
    if seen.seconds is None:
        aside("forecast.memory", bytes=seen.memory.total)
    else:
        aside("forecast.both", seconds=seen.seconds, bytes=seen.memory.total)


def _write(seen: Outlook) -> None:
    findings = [{"code": each.code, "text": str(each), **each.fields} for each in seen.findings]
    line = {"event": "preflight", "findings": findings, "bytes": seen.memory.total, "seconds": seen.seconds}
    write_json(line, indent=None)
