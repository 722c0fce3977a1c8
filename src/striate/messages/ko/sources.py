"""사진이 들어 있는 곳: 폴더, 압축 파일, 파일 목록, 배열."""

TEXTS = {
    "folder.around": "{folder}: 폴더 하나가 나머지를 모두 감싸고 있어 {inner}에서 클래스를 찾았습니다.",
    "archive.damaged": "{file:이/가} 손상되었거나 중간에 끊겼습니다. 다시 복사하거나 내려받으십시오.",
    "archive.in_parts": "{file:은/는} 여러 개로 나눈 압축 파일의 일부입니다. 하나로 합치거나, 압축을 풀고 그 폴더를 주십시오.",
    "archive.overlaps": "{file:은/는} 여러 파일이 같은 바이트를 나누어 쓰는, 해를 끼치려고 만든 압축 파일입니다. 다른 곳에서 받으십시오.",
    "archive.escapes": "{file}: 안에 든 경로 {member!r:이/가} 압축 파일 바깥을 가리킵니다. 폴더를 다시 압축하십시오.",
    "archive.encrypted": "{file:은/는} 암호로 잠겨 있습니다({member:quoted}). 압축을 풀고 그 폴더를 주십시오.",
    "archive.method": "{file}: {member:quoted|은/는} Striate가 모르는 방법({came}번)으로 압축되어 있습니다. 압축을 풀고 그 폴더를 주거나, Deflate로 다시 압축하십시오.",
    "archive.too_large": "{file}의 압축을 풀면 {limit:,}바이트가 넘는데, 사진은 그렇게 늘어나지 않습니다. 믿을 수 있는 파일이라면 직접 압축을 풀고 그 폴더를 주십시오.",
    "archive.changed": "{path:이/가} 읽는 동안 바뀌었습니다. 처음부터 다시 하십시오.",
    "archive.member_too_large": "{file}의 압축을 풀면 {came:,}바이트여서, 압축 파일 속 사진 하나에 허용되는 {limit:,}바이트를 넘습니다. 믿을 수 있는 파일이라면 압축을 풀고 그 폴더를 주십시오.",
    "archive.member_damaged": "압축 파일이 손상되어 {file:을/를} 풀 수 없습니다. 다시 복사하거나 내려받으십시오.",
    "archive.names_guessed": "{file}에는 이름을 어떤 문자 코드로 적었는지 나와 있지 않아 {coding:으로/로} 읽었습니다(예: {shown:quoted}). 이름이 잘못되었다면 UTF-8 이름으로 다시 압축하십시오.",
    "archive.unpacked": "{file:은/는} 처음부터 차례로만 읽을 수 있어서 {bytes:,}바이트를 임시 파일에 풀었습니다. .zip이나 압축하지 않은 .tar는 풀지 않고 그대로 읽습니다.",
}
