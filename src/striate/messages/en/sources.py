"""Where pictures come from: folders, archives, lists of files, arrays."""

TEXTS = {
    "folder.around": "{folder}: one folder stands around all others; the classes were taken from {inner}.",
    "archive.damaged": "{file} is damaged, or ends early; copy it or download it again.",
    "archive.in_parts": "{file} is one part of an archive in several; join them, or unpack them and give the folder.",
    "archive.overlaps": "{file} counts the same bytes to several members, as only an archive does that is to do harm; get it from elsewhere.",
    "archive.escapes": "{file}: the path of a member, {member!r}, leads out of the archive; pack the folder anew.",
    "archive.encrypted": "{file} is locked with a password (at '{member}'); unpack it and give the folder.",
    "archive.method": "{file}: '{member}' is packed by a method that Striate does not know (number {came}); unpack it and give the folder, or pack it with Deflate.",
    "archive.too_large": "{file} unpacks to more than {limit:,} bytes, which pictures do not; unpack it yourself if you trust it, and give the folder.",
    "archive.changed": "{path} was changed while it was read; begin again.",
    "archive.member_too_large": "{file} unpacks to {came:,} bytes, more than the {limit:,} that one picture in an archive may have; unpack the archive if you trust it, and give the folder.",
    "archive.member_damaged": "{file} cannot be unpacked, for the archive is damaged there; copy it or download it again.",
    "archive.names_guessed": "{file} does not say how its names are written; they were read as {coding}, such as '{shown}'. Pack the folder anew, with UTF-8 names, if that is wrong.",
    "archive.unpacked": "{file} can only be read from front to end, so its {bytes:,} bytes were unpacked into a temporary file; a .zip, or a .tar that is not compressed, is read in place.",
}
