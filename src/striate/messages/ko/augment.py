"""사진 증강."""

TEXTS = {
    "kind.augmentation": "증강 방법",
    "setting.angle": "{where}: {setting:quoted|은/는} 0도에서 180도 사이의 수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "augmentation.text": "증강은 'flip,shift=2,rotation=10,zoom=0.1,cutout=8'처럼 저마다 한 번까지만 쓰는데 {came:quoted|이/가} 들어왔습니다.",
    "augmentation.no_pictures": "증강할 수 있는 것은 사진(높이, 너비, 채널)뿐인데 {came:size} 모양이 들어왔습니다. 증강을 빼십시오.",
    "augmentation.too_far": "{setting}={came}인 증강은 {size:size} 사진에서 아무것도 남기지 않습니다. 짧은 변보다 작은 값으로 줄이십시오.",
    "cli.train.augment": "학습할 때 사진을 바꾸는 방법. 예: flip,shift=2,rotation=10(그 밖에 zoom=0.1, cutout=8).",
}
