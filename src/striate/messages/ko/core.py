"""컴파일된 코어."""

TEXTS = {
    "core.not_built": "이 설치본에는 컴파일된 코어가 없어 모든 계산을 reference 엔진이 맡습니다. 코어를 쓰려면 C++20 컴파일러(GCC 또는 Clang)를 설치한 뒤 Striate를 다시 설치하십시오.",
    "core.cannot_load": "컴파일된 코어가 설치되어 있으나 불러올 수 없어({reason}) 모든 계산을 reference 엔진이 맡습니다. 이 컴퓨터에 C++20 컴파일러(GCC 또는 Clang)가 있는지 확인하고 Striate를 다시 설치하십시오.",
}
