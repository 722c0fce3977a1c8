#include "striate/kernels.hpp"

#include <algorithm>

#include "striate/cpu.hpp"

namespace striate {

#define STRIATE_EXTERN(isa)       \
    namespace isa {               \
    extern const Kernels kernels; \
    }
#ifdef STRIATE_AARCH64
STRIATE_EXTERN(neon)
#else
STRIATE_EXTERN(baseline)
#endif
#ifdef STRIATE_X86_64
STRIATE_EXTERN(avx2)
STRIATE_EXTERN(avx512)
#endif

namespace {

/// Whether the CPU has a set of the x86-64 psABI's levels.
[[maybe_unused]] bool has(std::string_view level) {
    const auto sets = instruction_sets();
    return std::find(sets.begin(), sets.end(), level) != sets.end();
}

std::vector<const Kernels*> found_kernels() {
#ifdef STRIATE_AARCH64
    return {&neon::kernels};
#else
    std::vector<const Kernels*> usable{&baseline::kernels};
#ifdef STRIATE_X86_64
    if (has("x86-64-v3")) usable.push_back(&avx2::kernels);
    if (has("x86-64-v4")) usable.push_back(&avx512::kernels);
#endif
    return usable;
#endif
}

}  // namespace

std::vector<const Kernels*> usable_kernels() {
    // Asked once: in a virtual machine each look at the CPU costs microseconds.
    static const std::vector<const Kernels*> usable = found_kernels();
    return usable;
}

const Kernels* kernels_named(std::string_view name) {
    for (const Kernels* kernels : usable_kernels()) {
        if (kernels->name == name) return kernels;
    }
    return nullptr;
}

}  // namespace striate
