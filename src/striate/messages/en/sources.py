"""Where pictures come from: folders, archives, lists of files, arrays."""

TEXTS = {
    "folder.around": "{folder}: one folder stands around all others; the classes were taken from {inner}.",
}
