"""강의 명령과 강의들이 함께 쓰는 말."""

TEXTS = {
    "cli.learn.lesson.help": "짧은 강의 열두 편 가운데 하나를 읽고 끝에 있는 문제를 풉니다. 수는 읽는 자리에서 계산됩니다.\n"
    "번호를 주지 않으면 강의 목록을 보여 줍니다. 터미널에서는 답을 묻고, 틀리면 한 번 더 기회를 줍니다. "
    "파이프나 스크립트에서는 --answer로 답을 줍니다.\n"
    "종료 코드: 맞았거나 답하지 않았으면 0, 틀렸으면 1.\n"
    "  striate learn lesson 3\n"
    "  striate learn lesson 3 --answer 12",
    "cli.learn.lesson.number": "강의 번호. 1부터입니다.",
    "cli.learn.lesson.answer": "문제의 답. 수를 공백으로 나누어 씁니다.",
    "cli.learn.lesson.output": "강의의 그림을 이 폴더에 PNG로 저장합니다. 폴더가 없으면 만듭니다.",
    "lesson.unknown": "{came}번 강의는 없습니다. 강의는 1번부터 {last}번까지이며 'striate learn lesson'이 목록을 보여 줍니다.",
    "lesson.needs_number": "{option:은/는} 강의 하나에 쓰는 옵션인데 강의 번호가 없습니다. 'striate learn lesson N {option} ...'처럼 쓰십시오.",
    "lesson.answer_one": "답은 수 하나를 '{example}'처럼 써야 하는데 {came:quoted|이/가} 들어왔습니다. 이 꼴로 다시 쓰십시오.",
    "lesson.answer": "답은 수 {count}개를 공백으로 나누어 '{example}'처럼 써야 하는데 {came:quoted|이/가} 들어왔습니다. 이 꼴로 다시 쓰십시오.",
    "lesson.list": "강의는 열두 편입니다. 'striate learn lesson N'으로 엽니다.",
    "lesson.heading": "{number}강. {title}",
    "lesson.claimed": "이런 설명이 있습니다: {text}",
    "lesson.found": "계산해 보면: {text}",
    "lesson.more": "직접 해 보기:",
    "lesson.drawn": "그림 {file}: {caption}",
    "lesson.picture": "그림(-o 폴더): {caption}",
    "lesson.question": "문제: {text}",
    "lesson.how": "답하기: striate learn lesson {number} --answer '...'",
    "lesson.prompt": "답(건너뛰려면 Enter): ",
    "lesson.right": "맞았습니다. {why}",
    "lesson.wrong": "{came:은/는} 아닙니다. {hint}",
    "lesson.again": "한 번 더(건너뛰려면 Enter): ",
    "lesson.read_again": "{came}도 아닙니다. 강의를 다시 읽어 보십시오. 계산에 쓸 수는 모두 그 안에 있습니다.",
    "lesson.dog": "개",
    "lesson.cat": "고양이",
    "lesson.red": "빨강",
    "lesson.green": "초록",
    "lesson.blue": "파랑",
    "lesson.step": "스텝",
    "lesson.conv_weights": "합성곱 층의 가중치",
    "lesson.flat_numbers": "펼친 수",
    "lesson.dense_weights": "밀집 층의 가중치",
    "figure.windows": "N = {n}, F = {f}, s = {s}: k = {k}",
    "figure.activations": "함수",
    "figure.slopes": "기울기",
    "figure.depth": "거슬러 온 층의 수",
    "figure.gradient_left": "남은 기울기의 비율",
    "figure.forward": "순전파 →",
    "figure.backward": "← 역전파",
}
