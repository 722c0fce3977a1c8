"""Augmentation."""

TEXTS = {
    "kind.augmentation": "augmentation",
    "setting.angle": "{where}: '{setting}' must be a number of degrees from 0 to 180, got {came!r}.",
    "augmentation.text": "An augmentation is written like 'flip,shift=2,rotation=10,zoom=0.1,cutout=8', each at most once, got '{came}'.",
    "augmentation.no_pictures": "Only pictures (height, width, channels) can be augmented, these come as {came:size}; leave the augmentation out.",
    "augmentation.too_far": "An augmentation with {setting}={came} leaves nothing of pictures of {size:size}; make it less than their shorter side.",
    "cli.train.augment": "How to vary pictures in training, such as flip,shift=2,rotation=10 (also: zoom=0.1, cutout=8).",
}
