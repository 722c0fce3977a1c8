"""Presets."""

TEXTS = {
    "preset.no_width": "{model:은/는} 폭을 바꿀 수 없는 신경망인데 폭 {came:이/가} 들어왔습니다. 폭을 빼거나 다음 가운데에서 고르십시오: {known:list}.",
    "cli.train.width": "photos, faces, cifar10, vgg-small, resnet18, resnet34, mobilenetv2의 채널 수에 곱할 값. 예: 0.5.",
    "cli.summary.width": "photos, faces, cifar10, vgg-small, resnet18, resnet34, mobilenetv2의 채널 수에 곱할 값(기본값: 1).",
}
