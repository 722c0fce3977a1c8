"""Whether the colour profile of a picture file means other colours than sRGB's, as phones' Display P3 does.

Source: ICC.1:2022, sections 7.2 (header), 7.3 (table of tags), 9.2 (colorants), 10.31 (XYZ numbers).
"""

import struct

COLOUR_SPACE = slice(16, 20)  # of the header
COUNT_AT, TAGS_AT = 128, 132
TAG = struct.Struct(">4s2L")  # signature, offset, length
XYZ = struct.Struct(">8x3l")  # behind "XYZ " and four zeros: X, Y, Z in 65536ths
# Of sRGB, under the D50 light of profiles: IEC 61966-2-1, adapted by Bradford's matrix.
SRGB = {
    b"rXYZ": (0.4361, 0.2225, 0.0139),
    b"gXYZ": (0.3851, 0.7169, 0.0971),
    b"bXYZ": (0.1431, 0.0606, 0.7141),
}
TOLERANCE = 0.01  # profiles of sRGB differ by less; Display P3's red by 0.08
MOST_TAGS = 100


def means_other_colours(profile: bytes) -> bool:
    """Whether it is a profile of red, green and blue that are not sRGB's; False for what cannot be read."""
    if profile[COLOUR_SPACE] != b"RGB ":
        return False
    try:
        found = _colorants(profile)
    except struct.error:  # it is cut off
        return False
    return any(abs(a - b) > TOLERANCE for tag, its in found for a, b in zip(its, SRGB[tag], strict=True))


def _colorants(profile: bytes) -> list[tuple[bytes, tuple[float, ...]]]:
    """X, Y, Z of the colorants that it has."""
    (count,) = struct.unpack_from(">L", profile, COUNT_AT)
    tags = [TAG.unpack_from(profile, TAGS_AT + TAG.size * i) for i in range(min(count, MOST_TAGS))]
    return [(tag, tuple(n / 2**16 for n in XYZ.unpack_from(profile, at))) for tag, at, _ in tags if tag in SRGB]
