"""사진 증강."""

TEXTS = {
    "kind.augmentation": "증강 방법",
    "setting.angle": "{where}: {setting:quoted|은/는} 0도에서 180도 사이의 수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "kind.fill": "채우는 방법",
    "setting.alpha": "{where}: {setting:quoted|은/는} 0에서 1 사이의 수여야 하는데 {came!r:이/가} 들어왔습니다.",
    "augmentation.text": "증강은 'flip,shift=2,crop=0.6,brightness=0.2,fill=mirror'처럼 저마다 한 번까지만 쓰는데 {came:quoted|이/가} 들어왔습니다.",
    "augmentation.no_pictures": "증강할 수 있는 것은 사진(높이, 너비, 채널)뿐인데 {came:size} 모양이 들어왔습니다. 증강을 빼십시오.",
    "augmentation.too_far": "{setting}={came}인 증강은 {size:size} 사진에서 아무것도 남기지 않습니다. 짧은 변보다 작은 값으로 줄이십시오.",
    "augmentation.no_colours": "{setting}={came}인 증강은 빨강·초록·파랑 세 채널 사진에만 쓸 수 있는데 채널이 {channels}개입니다. 이 설정을 빼십시오.",
    "augment.usual.tiny": "이렇게 작은 사진은 바꾸지 않습니다.",
    "augment.usual.characters": "클래스 이름이 글자나 숫자이므로 좌우로 뒤집지 않고 조금만 움직입니다.",
    "augment.usual.small_grey": "작은 흑백 사진은 글자나 기호일 수 있으므로 좌우로 뒤집지 않고 조금만 움직입니다.",
    "augment.usual.sides": "클래스 이름에 왼쪽이나 오른쪽이 있으므로 좌우로 뒤집지 않습니다.",
    "augment.usual.grey": "흑백 사진이므로 좌우로 뒤집고, 조금 움직이고, 밝기를 조금 바꿉니다.",
    "augment.usual.small_photographs": "작은 컬러 사진이므로 좌우로 뒤집고 8분의 1까지 옮기며 색을 조금 바꿉니다.",
    "augment.usual.photographs": "사진이므로 좌우로 뒤집고 넓이의 절반 이상을 잘라 쓰며 색을 조금 바꿉니다.",
    "cli.train.augment": "학습할 때 사진을 바꾸는 방법. 예: flip,shift=2,crop=0.6(그 밖에 rotation=10, zoom=0.1, cutout=8, brightness=0.2, contrast=0.2, saturation=0.2, hue=10, mixup=0.2, cutmix=1, fill=mirror). usual: 사진에 맞게 고름, none: 바꾸지 않음.",
}
