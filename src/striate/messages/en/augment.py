"""Augmentation."""

TEXTS = {
    "kind.augmentation": "augmentation",
    "setting.angle": "{where}: '{setting}' must be a number of degrees from 0 to 180, got {came!r}.",
    "kind.fill": "filling",
    "setting.alpha": "{where}: '{setting}' must be a number from 0 to 1, got {came!r}.",
    "augmentation.text": "An augmentation is written like 'flip,shift=2,crop=0.6,brightness=0.2,fill=mirror', each at most once, got '{came}'.",
    "augmentation.no_pictures": "Only pictures (height, width, channels) can be augmented, these come as {came:size}; leave the augmentation out.",
    "augmentation.too_far": "An augmentation with {setting}={came} leaves nothing of pictures of {size:size}; make it less than their shorter side.",
    "augmentation.no_colours": "An augmentation with {setting}={came} needs pictures of three channels, red, green and blue; these have {channels}: leave it out.",
    "augment.usual.tiny": "Pictures this small are not varied.",
    "augment.usual.characters": "The classes are called like letters or numbers, so pictures are not mirrored, only moved a little.",
    "augment.usual.small_grey": "Small grey pictures may show letters or signs, so they are not mirrored, only moved a little.",
    "augment.usual.sides": "A class is called left or right, so pictures are not mirrored.",
    "augment.usual.grey": "Grey pictures are mirrored, moved, and made lighter and darker a little.",
    "augment.usual.small_photographs": "Small pictures in colour are mirrored and shifted by up to an eighth; their colours change a little.",
    "augment.usual.photographs": "Photographs are mirrored and cropped to half of their area or more; their colours change a little.",
    "cli.train.augment": "How to vary pictures in training, such as flip,shift=2,crop=0.6 (also: rotation=10, zoom=0.1, cutout=8, brightness=0.2, contrast=0.2, saturation=0.2, hue=10, mixup=0.2, cutmix=1, fill=mirror); usual: what suits the pictures; none: not at all.",
}
