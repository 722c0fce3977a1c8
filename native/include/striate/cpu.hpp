#pragma once

#include <string_view>
#include <vector>

namespace striate {

/// What this CPU can compute with and the operating system lets it use, from the oldest on:
/// of "x86-64-v2", "x86-64-v3", "x86-64-v4", "avx512_bf16", "avx512_vnni" on x86-64, of "neon" on AArch64.
/// The levels are those of the x86-64 psABI: https://gitlab.com/x86-psABIs/x86-64-ABI, section 3.1.1.
std::vector<std::string_view> instruction_sets();

}  // namespace striate
