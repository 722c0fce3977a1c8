"""Model files that name a thing twice, and remarks that are too long for one."""

TEXTS = {
    "model_file.newer_format": "{path} has format version {came}, this Striate reads versions up to {required}; update it (pip install --upgrade striate).",
    "model_file.name_twice": "{path}: '{name}' stands in it twice, so nobody can say which one counts; use another copy.",
    "model.about_too_long": "With model.about the file's description has {came:,} characters, and more than {most:,} are not read again; keep less in it.",
}
