"""Presets."""

TEXTS = {
    "preset.no_width": "{model} has no width to multiply, got {came:g}; leave the width out, or choose one of these: {known:list}.",
    "cli.train.width": "What to multiply the channels of photos, faces, cifar10, vgg-small, resnet18, resnet34 or mobilenetv2 by, such as 0.5.",
    "cli.summary.width": "What to multiply the channels of photos, faces, cifar10, vgg-small, resnet18, resnet34 or mobilenetv2 by (default: 1).",
}
