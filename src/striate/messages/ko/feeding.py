"""풀어 놓은 사진을 보관하고 내어 주기."""

TEXTS = {
    "cli.train.cache": "풀어 놓은 사진을 다음 학습을 위해 디스크에 얼마나 보관할지. 예: 500MB. 0이면 보관하지 않습니다.",
    "cli.cache.help": "다음 학습을 위해 보관한 사진이 얼마나 있고 어디에 있는지 보여 줍니다.\n"
    "사진은 한 번만 풀어 학습하는 크기로 보관합니다. 지우려면:\n"
    "  striate cache --clear",
    "cli.cache.clear": "보관한 사진을 지웁니다. 학습에 쓰고 있는 것은 남깁니다.",
    "usage.bytes": "{where}: {setting:은/는} 4GB, 500MB, 0과 같은 크기여야 하는데 {came:quoted|이/가} 들어왔습니다.",
    "cache.no_home": "풀어 놓은 사진을 보관할 홈 폴더가 없습니다. 환경 변수 STRIATE_CACHE에 폴더를 지정하십시오.",
    "cache.held": "{folder}: 풀어 놓은 사진 {sets:,}묶음, {bytes:bytes}.",
    "cache.left": "{folder}: {sets:,}묶음은 쓰는 중이라 남겨 둡니다({bytes:bytes}).",
    "cache.cleared": "풀어 놓은 사진 {bytes:bytes}를 지웠습니다.",
    "cache.next": "지우려면: striate cache --clear",
    "picture.changed": "{file:은/는} 처음 읽었을 때의 파일이 아닙니다. 지금 내용으로 쓰려면 다시 시작하십시오.",
    "cache.given_up": "풀어 놓은 사진을 {folder}에 보관할 수 없습니다({reason}). 학습은 보관 없이 조금 느리게 이어집니다. 그곳에 공간을 마련하거나, 환경 변수 STRIATE_CACHE에 다른 폴더를 지정하거나, --cache 0을 주십시오.",
    "cache.full": "풀어 놓은 사진 {pictures:,}장 중 {kept:,}장만 캐시({folder})에 들어갑니다. 나머지는 에폭마다 다시 풉니다. 디스크에 공간을 마련하거나 --cache로 {bound:bytes}보다 많이 허용하십시오.",
    "training.unread": "파일 {count:,}개에서 더는 사진을 읽을 수 없어 빼고 진행합니다. 예: {shown:quoted}. 첫 번째 까닭: {reason}",
    "training.nothing_read": "사진 {count:,}장을 하나도 읽을 수 없게 되어 학습을 이어 갈 수 없습니다. 첫 번째 까닭: {reason}",
    "own.brings_its_own": "{where}: 이 데이터는 사진과 레이블을 함께 내어 줍니다. {setting:을/를} 빼십시오.",
    "own.not_before": "{where}: {setting}에는 모든 사진과 레이블이 미리 필요한데, 이 데이터는 배치마다 내어 줍니다. 데이터의 batches() 안에서 하거나 배열이나 Images를 주십시오.",
    "bytes": "{count:,}바이트",
    "reading.headers": "파일 살펴보는 중",
    "reading.pictures": "사진 읽는 중",
    "progress.waiting": "사진 대기 {percent:.0f} %",
}
