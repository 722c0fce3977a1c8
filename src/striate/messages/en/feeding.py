"""How decoded pictures are kept and handed out."""

TEXTS = {
    "picture.changed": "{file} is no longer the file that it was when it was first read; start again to use it as it is now.",
    "cache.given_up": "Decoded pictures cannot be kept in {folder} ({reason}); training goes on without, only slower. Make room there, name another folder in STRIATE_CACHE, or give --cache 0.",
    "cache.full": "Of {pictures:,} decoded pictures {kept:,} have room in the cache, {folder}; the others are decoded again in every epoch. Make room on the disk or allow more than {bound:,} bytes with --cache.",
    "training.unread": "{count:,} files give no picture any more and are left out, such as {shown:quoted}. The first: {reason}",
    "training.nothing_read": "None of the {count:,} pictures can be read any more; training cannot go on. The first: {reason}",
    "progress.waiting": "{percent:.0f} % waiting for pictures",
}
