"""`striate cache`: the decoded pictures that are kept, where, how many bytes; and removing them."""

from striate.cli.output import aside, say, write_json
from striate.cli.ui import command, flag, json_flag
from striate.data.cache import Cache, users_folder
from striate.errors import FileError


@command("cache")
@flag("--clear")
@json_flag
def cache(clear: bool, json: bool) -> None:
    """`striate cache`."""
    folder = users_folder()
    if folder is None:
        raise FileError("cache.no_home")
    kept = Cache(folder)
    before = kept.held()
    held = kept.clear() if clear else before
    if json:
        write_json({"folder": str(folder), **held._asdict(), "removed": before.bytes - held.bytes})
        return
    if clear:
        say("cache.cleared", bytes=before.bytes - held.bytes)
    if held.sets or not clear:
        say("cache.left" if clear else "cache.held", folder=folder, sets=held.sets, bytes=held.bytes)
    if held.sets and not clear:
        aside("cache.next")
