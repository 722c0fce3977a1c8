"""`striate data`: looking at collections, fetching well-known ones."""

TEXTS = {
    "cli.data.help": "Look at pictures before training, and fetch well-known collections.",
    "cli.data.show.help": "Draw a sheet with pictures of each class.\n"
    "DATA as for train. With --augment each picture stands at the left of what the first epochs of a training would see in its place.",
    "cli.data.show.data": "The pictures.",
    "cli.data.show.output": "The sheet to write, PNG or SVG.",
    "cli.data.show.augment": "How to vary them, as for train, or auto: as is usual for such pictures.",
    "cli.data.show.pictures": "Pictures of each class (default: 10, with --augment 2).",
    "cli.data.show.seed": "What the pictures and their variants are drawn by.",
    "data.show.title": "{data}: {pictures:,} pictures",
    "data.show.usual": "{augmentation}: {reason}",
    "data.show.first": "The first {shown} of {classes} classes are shown.",
    "data.show.wrote": "{file}",
}
