#include "striate/cpu.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace striate {

#if defined(__x86_64__)

namespace {

struct Registers {
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
};

/// All zero, so no feature at all, where the CPU has no such leaf.
Registers cpuid(unsigned leaf, unsigned subleaf) {
    Registers r;
    if (!__get_cpuid_count(leaf, subleaf, &r.eax, &r.ebx, &r.ecx, &r.edx)) return {};
    return r;
}

/// Which register files the operating system saves when it switches threads (the register XCR0).
unsigned saved_state() {
    unsigned low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

bool has_all(unsigned value, unsigned bits) { return (value & bits) == bits; }

// XCR0: Intel's manual, volume 1, section 13.3.
constexpr unsigned kAvxState = 0b0000'0110;     // XMM, upper halves of YMM
constexpr unsigned kAvx512State = 0b1110'0110;  // these, mask registers, upper halves of ZMM0 to 15, ZMM16 to 31

constexpr unsigned kV2 = bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT;
constexpr unsigned kV3 = bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C;
constexpr unsigned kV3Leaf7 = bit_BMI | bit_AVX2 | bit_BMI2;
constexpr unsigned kV4Leaf7 = bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL;

}  // namespace

std::vector<std::string_view> instruction_sets() {
    std::vector<std::string_view> names;
    const Registers basic = cpuid(1, 0);
    const Registers leaf7 = cpuid(7, 0);
    const Registers extended = cpuid(0x8000'0001, 0);

    if (!has_all(basic.ecx, kV2) || !has_all(extended.ecx, bit_LAHF_LM)) return names;
    names.push_back("x86-64-v2");

    // xgetbv may only run where OSXSAVE, which is among these, says so.
    if (!has_all(basic.ecx, kV3) || !has_all(leaf7.ebx, kV3Leaf7) || !has_all(extended.ecx, bit_LZCNT)) return names;
    const unsigned state = saved_state();
    if (!has_all(state, kAvxState)) return names;
    names.push_back("x86-64-v3");

    if (!has_all(leaf7.ebx, kV4Leaf7) || !has_all(state, kAvx512State)) return names;
    names.push_back("x86-64-v4");

    if (leaf7.eax >= 1 && has_all(cpuid(7, 1).eax, bit_AVX512BF16)) names.push_back("avx512_bf16");
    if (has_all(leaf7.ecx, bit_AVX512VNNI)) names.push_back("avx512_vnni");
    return names;
}

#elif defined(__aarch64__)

// Part of AArch64 itself: every such CPU that runs an operating system of ours has it.
std::vector<std::string_view> instruction_sets() { return {"neon"}; }

#else

std::vector<std::string_view> instruction_sets() { return {}; }

#endif

}  // namespace striate
