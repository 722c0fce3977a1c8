"""손으로 만든 커널과 숫자."""

TEXTS = {
    "cli.learn.strokes.help": "손으로 만든 곧은 커널과 굽은 커널이 1과 0의 이미지에 얼마나 반응하는지 잽니다.\n"
    "곧은 커널은 1에, 굽은 커널은 0에 더 크게 반응한다고들 합니다. 두 클래스의 모든 이미지에 대한 커널마다의 평균 반응을 세 가지로 재어, "
    "결과가 어느 쪽이든 그대로 보여 줍니다.\n"
    "  striate learn strokes\n"
    "  striate learn strokes mnist -o strokes.png",
    "cli.learn.strokes.data": "숫자 이미지(MNIST 폴더 등). 주지 않으면 scikit-learn의 손글씨 숫자.",
    "cli.learn.strokes.straight": "획이 곧은 클래스.",
    "cli.learn.strokes.curved": "획이 굽은 클래스.",
    "cli.learn.strokes.output": "그림도 씁니다: .png나 .svg.",
    "strokes.colour": "손으로 만든 커널은 회색조 이미지를 보는데 이미지의 크기가 {came:size}입니다. 회색조 이미지 폴더를 주십시오.",
    "strokes.small": "이미지의 크기가 {came:size}, 커널은 {side}x{side}입니다. 더 큰 이미지를 주십시오.",
    "strokes.no_pictures": "클래스 '{name}'의 이미지가 없습니다. --straight와 --curved로 다른 클래스를 고르십시오.",
    "strokes.vertical": "수직선",
    "strokes.slanted": "기운 선",
    "strokes.left_arc": "왼쪽 호 (",
    "strokes.right_arc": "오른쪽 호 )",
    "strokes.upper_arc": "위쪽 호",
    "strokes.lower_arc": "아래쪽 호",
    "strokes.kernels": "손으로 만든 5x5 커널: 획 위는 2, 그 옆은 1, 나머지는 -2. 합이 0이라 고른 면에서는 0이 나오고, 노름은 모두 같습니다.",
    "strokes.of": "{part:text}의 모든 이미지에 대한 ReLU 뒤의 반응: 클래스 {first} {count1:,}장, 클래스 {second} {count2:,}장. 픽셀은 0에서 1까지입니다.",
    "strokes.mean": "특성 맵의 평균",
    "strokes.largest": "특성 맵의 최댓값",
    "strokes.per_ink": "특성 맵의 합 / 픽셀의 합",
    "strokes.column": "커널",
    "strokes.kind": "종류",
    "strokes.straight": "곧음",
    "strokes.curved": "굽음",
    "strokes.claim": "흔히 하는 말: 곧은 커널은 {first}에, 굽은 커널은 {second}에 더 크게 반응한다.",
    "strokes.verdict": "{measure:text}: 곧은 커널 {straights}개 중 {straight}개, 굽은 커널 {curves}개 중 {curved}개에서 그렇습니다",
    "figure.strokes": "손으로 만든 커널: ReLU 뒤의 평균 반응",
    "figure.strokes_mean": "{name}의 평균",
}
