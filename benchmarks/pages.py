"""Put the tables of `python -m benchmarks compare --json` into the pages: `python -m benchmarks.pages RESULT.json ...`

Several results, of runs of some nets each, become one table. In a page the figures stand between two comments: BEST and
END for Striate beside its fastest peer, ALL and END for everyone. They say machine, versions and date, in the page's
language.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.compare import ALL, ALL_COLUMNS, BEST, BEST_COLUMNS, PEERS, US
from benchmarks.peers.nets import NETS
from benchmarks.result import Table, table_markdown

ROOT = Path(__file__).parents[1]
PAGES = {
    "README.md": "en",
    "README.ko.md": "ko",
    "docs/benchmarks.md": "en",
    "docs/ko/benchmarks.md": "ko",
}
# {the comment before it: (the table, its columns)}
PLACES = {
    "<!-- compare: best -->": (BEST, BEST_COLUMNS),
    "<!-- compare: all -->": (ALL, ALL_COLUMNS),
}
END = "<!-- compare: end -->"
KOREAN = {
    "net": "신경망",
    "what": "작업",
    "batch": "묶음",
    "striate images/s": "Striate, 초당 사진",
    "best peer": "가장 빠른 상대",
    "its images/s": "상대, 초당 사진",
    "ratio": "비율",
    "goal": "목표",
    "% of peak": "최고 성능의 %",
    "by": "프로그램",
    "images/s": "초당 사진",
    "slowest": "가장 느린 판",
    "fastest": "가장 빠른 판",
    "striate / it": "Striate의 배수",
    "train": "학습",
    "infer": "추론",
}
SENTENCE = {
    "en": "Measured on {date} on {cores} cores of an {cpu}, {system}: {versions}.",
    "ko": "{date}, {cpu} 코어 {cores}개, {system}에서 쟀습니다. {versions}.",
}


def main(arguments: Sequence[str]) -> int:
    """Rewrite every page that has a place for figures; the answer is the exit code."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    results = [json.loads(Path(name).read_text(encoding="utf-8")) for name in arguments]
    for name, language in PAGES.items():
        page = ROOT / name
        text = page.read_text(encoding="utf-8")
        if (filled := with_figures(text, results, language)) != text:
            page.write_text(filled, encoding="utf-8")
            print(name)
    return 0


def with_figures(text: str, results: Sequence[Mapping[str, Any]], language: str) -> str:
    """A page's text with these results in its places."""
    for begin, (title, columns) in PLACES.items():
        told = [row for result in results for row in result["tables"][title]]
        rows = [[row[name] for name in columns] for row in sorted(told, key=_by_net)]
        figures = f"{begin}\n\n{_table(rows, columns, language)}\n\n{_sentence(results, language)}\n\n{END}"
        place = re.compile(f"{re.escape(begin)}.*?{re.escape(END)}", re.DOTALL)
        text = place.sub(lambda _, figures=figures: figures, text)
    return text


def _by_net(row: Mapping[str, Any]) -> tuple[int, bool, int]:
    """Nets in the order of their table, training before inference, small batches first."""
    return list(NETS).index(row["net"]), row["what"] == "infer", row["batch"]


def _table(rows: Sequence[Sequence[object]], columns: Mapping[str, str], language: str) -> str:
    words = KOREAN if language == "ko" else {}
    named = {words.get(name, name): form for name, form in columns.items()}
    told = [[words.get(value, value) if isinstance(value, str) else value for value in row] for row in rows]
    return table_markdown(Table("", named, told))


def _sentence(results: Sequence[Mapping[str, Any]], language: str) -> str:
    machine = results[0]["machine"]
    dates = sorted({result["machine"]["began"].split()[0] for result in results})
    programs = {name: None for result in results for name in versions(result["notes"])}
    return SENTENCE[language].format(
        date=" / ".join(dates),
        cpu=machine["cpu"],
        cores=machine["cores"],
        system=machine["system"],
        versions=", ".join(programs),
    )


def versions(notes: Sequence[str]) -> list[str]:
    """What was run, from a result's notes "torch: PyTorch 2.13.0"; Keras stands there once for each backend."""
    names = "|".join((US, *PEERS))
    return [found[1] for note in notes if (found := re.fullmatch(rf"(?:{names}): (\w.*)", note))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
