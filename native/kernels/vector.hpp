#pragma once

// One vector register's worth of floats, for the instruction set that this file is compiled for: GCC's and Clang's
// vector extensions, no intrinsics. STRIATE_ISA names the set (and the namespace), STRIATE_LANES is floats a register.
//
// Kernels include nothing of the standard library that has functions: an inline function compiled here for AVX-512
// could be the copy that the linker keeps for all.

#include <cstddef>
#include <cstdint>

#include "striate/operations.hpp"
#include "striate/work.hpp"

#define STRIATE_INLINE [[gnu::always_inline]] inline

// Before a loop over an array of vectors. GCC keeps the array in registers where all loops over it are gone early,
// which it does by itself for the innermost ones alone, unless they are outermost, too.
#define STRIATE_UNROLL _Pragma("GCC unroll 64")

namespace striate::STRIATE_ISA {

inline constexpr int lanes = STRIATE_LANES;

/// A number as a type, so that a lambda's parameter can carry it.
template <int number>
struct Constant {
    static constexpr int value = number;
};

/// `aligned(4)`: may be read from any float's address; `may_alias`: from an array of floats.
typedef float Vector __attribute__((vector_size(STRIATE_LANES * 4), aligned(4), may_alias));
typedef std::int32_t Mask __attribute__((vector_size(STRIATE_LANES * 4), aligned(4), may_alias));

STRIATE_INLINE Vector load(const float* from) { return *reinterpret_cast<const Vector*>(from); }
STRIATE_INLINE void store(float* to, Vector v) { *reinterpret_cast<Vector*>(to) = v; }
STRIATE_INLINE Vector all(float value) { return value - Vector{}; }  // x - 0 is x, for -0 and NaN too

/// Past the caches, straight to memory: of what is too large for them a write would first fetch what it overwrites. The
/// address must be a multiple of a vector's size. `end_of_streams` before another thread may read it.
STRIATE_INLINE void stream(float* to, Vector v) {
#if defined(__AVX512F__)
    __builtin_ia32_movntps512(to, v);
#elif defined(__AVX__)
    __builtin_ia32_movntps256(to, v);
#elif defined(__SSE__)
    __builtin_ia32_movntps(to, v);
#else
    store(to, v);
#endif
}

STRIATE_INLINE void end_of_streams() {
#if defined(__SSE__)
    __builtin_ia32_sfence();
#endif
}

/// The first `count` numbers only.
STRIATE_INLINE void store_first(float* to, Vector v, std::int64_t count) {
    if (count >= lanes) {
        store(to, v);
        return;
    }
    for (int i = 0; i < count; ++i) to[i] = v[i];
}

/// max(x, 0) that keeps NaN.
STRIATE_INLINE Vector relu(Vector x) { return x <= 0.0F ? Vector{} : x; }

/// The numbers of all lanes, for patterns of lanes that are known as the kernels are compiled.
template <int... lane>
struct Lanes {};

#if STRIATE_LANES == 4
using EachLane = Lanes<0, 1, 2, 3>;
#elif STRIATE_LANES == 8
using EachLane = Lanes<0, 1, 2, 3, 4, 5, 6, 7>;
#else
using EachLane = Lanes<0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15>;
#endif

/// Each lane from one of a, or counted on, of b.
template <int... from>
STRIATE_INLINE Vector chosen(Vector a, Vector b) {
#if defined(__has_builtin) && __has_builtin(__builtin_shufflevector)
    return __builtin_shufflevector(a, b, from...);
#else
    return __builtin_shuffle(a, b, Mask{from...});
#endif
}

/// Each lane's number j of the `group` (at most a vector) that it is in.
template <int group, int j, int... lane>
STRIATE_INLINE Vector spread(Vector x, Lanes<lane...>) {
    return chosen<(lane / group * group + j)...>(x, x);
}

/// Two rows of a matrix, `apart` rows apart: the bit of that weight changes places in the numbers of rows and lanes.
template <int apart, int... lane>
STRIATE_INLINE void exchange(Vector& a, Vector& b, Lanes<lane...>) {
    const Vector first = chosen<((lane & apart) ? lanes + lane - apart : lane)...>(a, b);
    b = chosen<((lane & apart) ? lanes + lane : lane + apart)...>(a, b);
    a = first;
}

/// Rows become lanes and lanes rows, in squares of `size` (at most a vector): row i, lane j goes to row j, lane i.
template <int size>
STRIATE_INLINE void transpose(Vector (&rows)[size]) {
    const auto step = [&rows](auto apart) {
        constexpr int by = decltype(apart)::value;
        STRIATE_UNROLL
        for (int i = 0; i < size; ++i) {
            if ((i & by) == 0) exchange<by>(rows[i], rows[i + by], EachLane{});
        }
    };
    if constexpr (size > 1) step(Constant<1>{});
    if constexpr (size > 2) step(Constant<2>{});
    if constexpr (size > 4) step(Constant<4>{});
    if constexpr (size > 8) step(Constant<8>{});
}

STRIATE_INLINE float sum(Vector v) {
    float total = 0;
    for (int i = 0; i < lanes; ++i) total += v[i];
    return total;
}

template <typename T>
STRIATE_INLINE constexpr T smaller(T a, T b) {
    return b < a ? b : a;
}

template <typename T>
STRIATE_INLINE constexpr T larger(T a, T b) {
    return a < b ? b : a;
}

/// The halo of a picture made 0. Whoever writes a tensor does it, since its memory may have been another's.
STRIATE_INLINE void clear_halo(const Tensor& y, float* picture) {
    if (y.top + y.bottom + y.left + y.right == 0) return;
    const std::int64_t width = y.left + y.width + y.right;
    const auto zero = [](float* at, std::int64_t floats) {
        for (std::int64_t i = 0; i < floats; ++i) at[i] = 0;
    };
    for (std::int64_t r = -y.top; r < y.height + y.bottom; ++r) {
        float* row = picture + r * y.row;
        if (r < 0 || r >= y.height) {
            zero(row - y.left * y.pixel, width * y.pixel);
        } else {
            zero(row - y.left * y.pixel, y.left * y.pixel);
            zero(row + y.width * y.pixel, y.right * y.pixel);
        }
    }
}

}  // namespace striate::STRIATE_ISA
