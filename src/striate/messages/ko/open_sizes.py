"""어떤 크기의 사진이든 받는 신경망: 그럴 수 없는 층과, 받을 수 없는 사진."""

TEXTS = {
    "size.open": "{layer}: {kind:은/는} 들어오는 크기를 알아야 하는데 {shape:size} 모양이 들어옵니다: {walk:walk}. Input에 높이와 너비를 주거나, "
    "그 앞이나 그 자리에 GlobalAveragePooling2D를 쓰십시오.",
    "size.other_pictures": "신경망은 {required:size} 사진을 받는데 {came:size|이/가} 들어왔습니다. 정해진 크기는 같아야 하고, "
    "열린 크기는 알려져야 합니다.",
    "fix.open": "바꿀 곳은 사진의 높이와 너비를 알게 되면 찾습니다",
}
