"""Networks for pictures of any size: what they cannot be, and pictures that are none of theirs."""

TEXTS = {
    "size.open": "{layer}: {kind} needs a known size, but what reaches it is {shape:size}: {walk:walk}. Give Input the height and width, "
    "or use GlobalAveragePooling2D before it or in its place.",
    "size.other_pictures": "The network takes pictures of {required:size}, got {came:size}; all that is not open must agree, and "
    "what is open must be known.",
    "fix.open": "Changes are looked for once the height and width of the pictures are known",
}
