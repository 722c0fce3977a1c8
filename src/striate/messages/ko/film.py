"""학습의 필름: 스냅샷과, 클래스마다 커널에 한 일."""

TEXTS = {
    "cli.train.film": "striate look film이 보여 줄 가중치 스냅샷이 차지해도 되는 크기입니다. 0이면 남기지 않습니다.",
    "cli.train.film_classes": "striate look film --classes를 위해 클래스마다 그 이미지들이 커널을 얼마나 바꾸었는지도 남깁니다. 옵티마이저 sgd에서만 되며, "
    "스텝마다 시간이 두 배쯤, 드롭아웃이나 배치 정규화가 있으면 클래스 수만큼 더 걸립니다.",
    "film.none": "{path}에 학습의 스냅샷이 없습니다. --film 0 없이 한 striate train의 학습 폴더나 striate.callbacks.Snapshots의 폴더에 있으니, 둘 가운데 "
    "하나로 다시 학습하십시오.",
    "film.damaged_description": "{path:을/를} 읽을 수 없습니다({reason}). 이것이 없으면 어떤 신경망의 스냅샷인지 알 수 없으니 다시 학습하십시오.",
    "film.damaged": "{path:이/가} 손상되어 필름에서 뺐습니다: {reason}.",
    "film.other_network": "{path}에 든 가중치가 이 필름의 신경망의 것과 다릅니다.",
    "film.too_large": "필름을 남기지 않습니다. {layer} 하나만 담은 스냅샷도 하나에 {size:,}바이트여서 모두 합쳐 {budget:,}바이트 안에 네 개가 들어가지 않습니다. "
    "--film이나 Snapshots(..., budget=...)로 더 허락하십시오.",
    "film.classes_rule": "어느 클래스가 커널을 바꾸었는지는 한 스텝이 학습률 곱하기 기울기의 음수일 때 알 수 있는데, {rule:은/는} 다르게 움직입니다. "
    "모멘텀 없는 --optimizer sgd로 학습하거나 클래스를 묻지 마십시오.",
    "film.classes_settings": "어느 클래스가 커널을 바꾸었는지는 한 스텝이 학습률 곱하기 기울기의 음수일 때 알 수 있는데, {settings:list} 설정이 있으면 그렇지 않습니다. "
    "그 설정을 빼거나 클래스를 묻지 마십시오.",
    "film.classes_targets": "어느 클래스가 커널을 바꾸었는지는 이미지마다 클래스가 하나일 때(번호나 원-핫 행) 알 수 있는데, 이 목표값 {shape:size|은/는} 그렇지 않습니다. "
    "데이터에서 이미지를 섞거나 레이블을 무디게 하는 것을 빼거나 클래스를 묻지 마십시오.",
    "film.classes_mixed": "두 이미지를 섞은 이미지로는 어느 클래스가 커널을 바꾸었는지 알 수 없습니다. mixup과 cutmix를 빼거나 --film-classes를 빼십시오.",
    "film.classes_without_film": "--film-classes는 스냅샷에 숫자를 남기는데 --film 0은 스냅샷을 남기지 않습니다. 둘 가운데 하나를 빼십시오.",
    "cli.look.film.help": "학습을 필름으로 보여 줍니다: 커널과, 이미지 한 장의 특성 맵이 변해 온 모습입니다.\n"
    "학습 폴더에는 0, 1, 2, ... 스텝과 마지막 스텝 뒤의 가중치가 스텝의 로그에 고르게 남아 있습니다. -o에 적은 이름의 끝에 따라 .gif와 .webp는 움직이는 그림, "
    ".html은 슬라이더가 있는 페이지, .png와 .svg는 프레임 몇 장이 됩니다.\n"
    "  striate look film runs/digits -o film.html --picture seven.png\n"
    "  striate look film runs/digits --classes -o classes.png",
    "cli.look.film.run": "학습 폴더, 또는 striate.callbacks.Snapshots의 폴더.",
    "cli.look.film.layer": "커널과 맵을 볼 층입니다(기본값: 첫 합성곱).",
    "cli.look.film.picture": "특성 맵을 함께 볼 이미지.",
    "cli.look.film.classes": "커널마다 변화의 얼마가 어느 클래스의 이미지에서 왔는지 봅니다. --film-classes로 학습한 폴더에서 됩니다.",
    "cli.look.film.milliseconds": "움직이는 그림에서 프레임마다 보이는 시간(밀리초).",
    "cli.look.film.output": "쓸 파일: .gif, .webp, .html, .png, .svg.",
    "film.no_kernels": "스냅샷에 커널이 있는 층(합성곱이나 밀집 층)이 없어 필름에 담을 것이 없습니다.",
    "film.layer_not_kept": "스냅샷에 {name}의 커널은 없고 {known:list}의 것만 있으니 이 가운데서 고르십시오. 마지막 합성곱까지의 층이 남고, 큰 신경망에서는 "
    "자리(--film 256MB, Snapshots(..., budget=256_000_000))가 있는 만큼만 남습니다.",
    "film.no_maps": "{layer:은/는} 이미지 한 장에 특성 맵이 아니라 벡터를 냅니다. 합성곱을 고르거나 이미지를 빼십시오.",
    "film.not_kept_before": "{layer}의 맵은 스냅샷에 가중치가 없는 {missing:list}에도 달려 있습니다. 더 앞의 층을 고르거나 --film 256MB처럼 자리를 더 주고 학습하십시오.",
    "film.no_classes": "{path}의 스냅샷에는 클래스마다 한 일이 남아 있지 않습니다. striate train --optimizer sgd --film-classes나 "
    "Snapshots(..., classes=True)로 학습하십시오.",
    "film.classes_and_picture": "--classes는 커널을, --picture는 맵을 보여 줍니다. 둘 가운데 하나를 빼십시오.",
    "film.saved": "필름: {file}",
    "film.drawing": "그리는 중",
    "film.title": "{title}: {layer:이/가} 배우는 동안",
    "film.kernels": "커널",
    "film.maps": "특성 맵",
    "film.colours_note": "커널 {count}개 가운데 {shown}개를 제 색으로(회색이 0)",
    "film.kernels_note": "커널 {count}개 가운데 {shown}개",
    "film.rows_note": "행은 커널({count}개 가운데 {kernels}개), 열은 입력 채널({all}개 가운데 {channels}개)",
    "film.maps_note": "맵 {count}개 가운데 {shown}개",
    "film.scale": "모든 프레임에서 {least} ~ {most}",
    "film.scale_same": "모든 프레임에서 같은 수는 같은 색",
    "film.frame_start": "{step:,} 스텝 · 학습 전",
    "film.frame": "{step:,} 스텝 · {epoch} 에폭",
    "film.frame_loss": "{step:,} 스텝 · {epoch} 에폭 · 손실 {loss:.3f}",
    "film.page_about": "스텝의 로그에 고르게 고른 학습의 순간 {frames}개입니다. 슬라이더를 움직이거나 자판을 쓰십시오. 왼쪽과 오른쪽 화살표, Home, End로 옮기고 "
    "스페이스 바로 재생합니다.",
    "film.slider": "학습의 순간",
    "film.play": "재생",
    "film.stop": "멈춤",
    "film.losses": "손실",
    "film.losses_note": "프레임 바로 앞 스텝의 손실",
    "film.step": "스텝",
    "film.epoch": "에폭",
    "film.loss": "손실",
    "film.size": "가중치 크기",
    "film.change_rms": "지금까지의 변화",
    "film.some_of": "프레임 {count}개 가운데 {shown}개입니다. 크기는 층의 커널 전체의 제곱 평균 제곱근입니다.",
    "film.classes_title": "{title}: 클래스마다 {layer}에 한 일",
    "film.kernel": "커널",
    "film.shares": "변화에서의 몫",
    "film.change": "변화",
    "film.decay": "가중치 감쇠",
    "film.shares_note": "부분마다 변화의 방향으로 얼마나 갔는지를 뜻합니다. 행의 합은 100 %이고, 0보다 작으면 반대쪽으로 끌었습니다.",
    "film.shares_are": "{step:,} 스텝까지 커널이 변한 것에서 차지하는 몫입니다. 클래스의 이미지가 더한 것이 변화의 방향으로 얼마나 갔는지를 뜻합니다. "
    "행의 합은 100 %이고, 0보다 작으면 반대쪽으로 끌었습니다.",
    "film.rest": "변화에서 모든 부분을 빼고 남는 것은 반올림이며 커도 {rest:.1e}입니다. 가중치는 {change:.2g}까지 변했습니다.",
    "film.classes_note": "첫 스텝부터의 변화입니다. 커널 {count}개 가운데 {kernels}개이며, 변화는 그 뒤에 있는 열들의 합입니다. 부분 아래의 수는 변화에서 차지하는 몫이고, "
    "0보다 작으면 반대쪽으로 끌었습니다.",
    "film.classes_page": "행은 커널({count}개 가운데 {kernels}개)이고, 첫 스텝부터의 변화는 그 뒤의 열을 모두 더한 것입니다.",
    "film.classes_shown": "클래스 {count}개 가운데 가장 많이 더한 {shown}개입니다.",
}
