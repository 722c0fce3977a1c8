"""The compiled core."""

TEXTS = {
    "core.not_built": "This installation has no compiled core, so the reference engine does all the work; to get the core, install a C++20 compiler (GCC or Clang) and then Striate again.",
    "core.cannot_load": "The compiled core is installed but does not load ({reason}), so the reference engine does all the work; with a C++20 compiler (GCC or Clang) on this computer, install Striate again.",
}
