"""`striate check`: what in a collection of pictures spoils training."""

from pathlib import Path

from striate.cli.guard import Code
from striate.cli.output import aside, write, write_json
from striate.cli.readers import Place
from striate.cli.ui import argument, command, json_flag, option
from striate.data.check.findings import judge
from striate.data.check.quarantine import quarantined
from striate.data.check.survey import survey
from striate.files import as_typed, write_text
from striate.views.check import facts, list_text, report_lines
from striate.views.page.check import check_page
from striate.views.reading import reading_view


@command("check")
@argument("data", Place())
@option("--html", reader=Place())
@option("--list", "skip_list", reader=Place())
@json_flag
def check(data: Path, html: Path | None, skip_list: Path | None, json: bool) -> int:
    """`striate check`."""
    with reading_view() as progress:
        seen = survey(data, progress)
    findings = judge(seen)
    chosen = quarantined(seen, findings)
    if json:
        write_json(facts(seen, findings, chosen))
    else:
        write(report_lines(seen, findings))
    if html:
        write_text(html, check_page(seen, findings))
        aside("check.page_saved", file=html)
    if skip_list:
        write_text(skip_list, list_text(seen, chosen, str(data)))
        aside("check.list_saved", file=skip_list, count=len(chosen))
    if chosen and not json:
        code = "check.next" if skip_list else "check.next_list"
        aside(code, data=as_typed(data), list=as_typed(skip_list or Path("skip.txt")))
    return Code.PROBLEMS if findings.problems else Code.DONE
