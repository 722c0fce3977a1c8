"""How decoded pictures are kept and handed out."""

TEXTS = {
    "cli.train.cache": "How much of the disk decoded pictures may take for the next time, such as 500MB; 0: none is kept.",
    "cli.cache.help": "Show how many decoded pictures are kept for the next training, and where.\n"
    "Pictures are decoded once and kept at the size that they are trained at. To remove them:\n"
    "  striate cache --clear",
    "cli.cache.clear": "Remove them, apart from those that are being trained with.",
    "usage.bytes": "{where}: {setting} must be a size such as 4GB, 500MB or 0, got '{came}'.",
    "cache.no_home": "There is no home folder to keep decoded pictures in; name a folder in STRIATE_CACHE.",
    "cache.held": "{folder}: decoded pictures of {sets:,|set/sets}, {bytes:bytes}.",
    "cache.left": "{folder}: {sets:,|set is in use and stays/sets are in use and stay}, {bytes:bytes}.",
    "cache.cleared": "Removed {bytes:bytes} of decoded pictures.",
    "cache.next": "To remove them: striate cache --clear",
    "picture.changed": "{file} is no longer the file that it was when it was first read; start again to use it as it is now.",
    "cache.given_up": "Decoded pictures cannot be kept in {folder} ({reason}); training goes on without, only slower. Make room there, name another folder in STRIATE_CACHE, or give --cache 0.",
    "cache.full": "Of {pictures:,|decoded picture/decoded pictures} {kept:,|has/have} room in the cache, {folder}; the others are decoded again in every epoch. Make room on the disk or allow more than {bound:bytes} with --cache.",
    "training.unread": "{count:,|file gives no picture any more and is/files give no picture any more and are} left out, such as {shown:quoted}. The first: {reason}",
    "training.nothing_read": "None of the {count:,} pictures can be read any more; training cannot go on. The first: {reason}",
    "own.brings_its_own": "{where}: these data bring pictures and labels together; leave '{setting}' out.",
    "own.not_before": "{where}: '{setting}' needs all pictures and labels beforehand, and these data give them a batch at a time; do it in their batches(), or give arrays or Images.",
    "bytes": "{count:,|byte/bytes}",
    "reading.headers": "looking at the files",
    "reading.pictures": "reading the pictures",
    "progress.waiting": "{percent:.0f} % waiting for pictures",
}
