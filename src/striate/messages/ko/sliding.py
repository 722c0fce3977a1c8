"""미끄러지는 창의 그림."""

TEXTS = {
    "cli.learn.conv.output": "그림도 씁니다: .gif나 .webp는 창이 움직이고, .png나 .svg는 모든 위치를 한 장에 담거나 --at의 한 곳만 담습니다.",
    "cli.learn.pool.output": "그림도 씁니다: .gif나 .webp는 창이 움직이고, .png나 .svg는 모든 위치를 한 장에 담습니다.",
    "learn.channel_picture": "이미지, 채널 {channel}",
    "learn.place_of_map": "특성 맵의 {row}행 {column}열:",
    "learn.too_many_positions": "창의 위치가 {came:,}곳이라 이런 그림에 담을 수 있는 {most}곳보다 많습니다. --at R,C로 한 곳만 고르거나, 스트라이드를 키우거나, 이미지를 줄이십시오.",
    "figure.padding": "빗금: 패딩",
    "figure.sliding_sum": "합성곱: {window:size} 창, 스트라이드 {stride}",
    "figure.sliding_max": "최댓값 풀링: {window:size} 창, 스트라이드 {stride}",
    "figure.sliding_average": "평균 풀링: {window:size} 창, 스트라이드 {stride}",
}
