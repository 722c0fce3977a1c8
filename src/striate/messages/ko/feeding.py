"""풀어 놓은 사진을 보관하고 내어 주기."""

TEXTS = {
    "picture.changed": "{file:은/는} 처음 읽었을 때의 파일이 아닙니다. 지금 내용으로 쓰려면 다시 시작하세요.",
    "cache.given_up": "풀어 놓은 사진을 {folder}에 보관할 수 없습니다({reason}). 학습은 보관 없이 조금 느리게 이어집니다. 그곳에 자리를 만들거나, STRIATE_CACHE에 다른 폴더를 적거나, --cache 0을 주세요.",
    "cache.full": "풀어 놓은 사진 {pictures:,}장 중 {kept:,}장만 캐시({folder})에 들어갑니다. 나머지는 에폭마다 다시 풉니다. 디스크에 자리를 만들거나 --cache로 {bound:,}바이트보다 많이 허용하세요.",
    "training.unread": "파일 {count:,}개에서 더는 사진을 읽을 수 없어 빼고 진행합니다. 예: {shown:quoted}. 첫 번째 까닭: {reason}",
    "training.nothing_read": "사진 {count:,}장을 하나도 읽을 수 없게 되어 학습을 이어 갈 수 없습니다. 첫 번째 까닭: {reason}",
    "progress.waiting": "사진 대기 {percent:.0f} %",
}
