#pragma once

#include "vector.hpp"

// What goes over maps pixel by pixel, and sums along the channels of one pixel.

namespace striate::STRIATE_ISA {

/// The share of this part, picture by picture: body(picture, first row, last row). Clears the halos of y.
template <typename Body>
STRIATE_INLINE void over_rows(const Tensor& y, const Work& work, Body body) {
    const Range mine = share_of((work.last - work.first) * y.height, work.part, work.parts);
    for (std::int64_t i = mine.first; i < mine.last;) {
        const std::int64_t n = work.first + i / y.height, row = i % y.height;
        const std::int64_t last = smaller<std::int64_t>(y.height, row + mine.last - i);
        if (row == 0) clear_halo(y, work.at(y, n));
        body(n, row, last);
        i += last - row;
    }
}

/// Sixteen channels of a pixel, as many vectors as they take. Sums in blocks have one order for all instruction sets.
struct Block {
    static constexpr int vectors = rounding / lanes;
    Vector v[vectors];
};

template <typename Function, typename... Blocks>
STRIATE_INLINE Block each(Function function, const Blocks&... of) {
    Block result;
    for (int j = 0; j < Block::vectors; ++j) result.v[j] = function(of.v[j]...);
    return result;
}

STRIATE_INLINE Block all_of_block(float value) {
    Block result;
    for (int j = 0; j < Block::vectors; ++j) result.v[j] = all(value);
    return result;
}

STRIATE_INLINE Block load_block(const float* from) {
    Block result;
    for (int j = 0; j < Block::vectors; ++j) result.v[j] = load(from + j * lanes);
    return result;
}

STRIATE_INLINE void store_block(float* to, const Block& block) {
    for (int j = 0; j < Block::vectors; ++j) store(to + j * lanes, block.v[j]);
}

/// The first `count` numbers from where there may be no more; 0 behind them.
STRIATE_INLINE Block load_first(const float* from, std::int64_t count) {
    if (count >= rounding) return load_block(from);
    float first[rounding] = {};
    for (std::int64_t i = 0; i < count; ++i) first[i] = from[i];
    return load_block(first);
}

/// The first `count` numbers of a block, `other` behind them.
STRIATE_INLINE Block first_of(const Block& block, std::int64_t count, float other) {
    static constexpr float places[rounding] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const float end = static_cast<float>(smaller<std::int64_t>(count, rounding));
    Block result;
    for (int j = 0; j < Block::vectors; ++j) {
        result.v[j] = load(places + j * lanes) < end ? block.v[j] : all(other);
    }
    return result;
}

/// Each lane's neighbour so many lanes on; those at the end meet the first.
template <int by, int... lane>
STRIATE_INLINE Vector neighbours(Vector v, Lanes<lane...>) {
    return chosen<((lane + by) % lanes)...>(v, v);
}

/// The first of 16 numbers after each i < half has been joined to number i + half, for half = 8, 4, 2, 1.
template <typename Join>
STRIATE_INLINE float joined(Block block, Join join) {
    STRIATE_UNROLL
    for (int half = Block::vectors / 2; half > 0; half /= 2) {
        for (int j = 0; j < half; ++j) block.v[j] = join(block.v[j], block.v[j + half]);
    }
    Vector v = block.v[0];
    if constexpr (lanes > 8) v = join(v, neighbours<8>(v, EachLane{}));
    if constexpr (lanes > 4) v = join(v, neighbours<4>(v, EachLane{}));
    v = join(v, neighbours<2>(v, EachLane{}));
    v = join(v, neighbours<1>(v, EachLane{}));
    return v[0];
}

STRIATE_INLINE float sum(const Block& block) {
    return joined(block, [](Vector a, Vector b) { return a + b; });
}

STRIATE_INLINE float largest(const Block& block) {
    return joined(block, [](Vector a, Vector b) { return a < b ? b : a; });
}

/// The largest of some numbers behind which there is room to read; NaN counts as none.
STRIATE_INLINE float largest_of(const float* numbers, std::int64_t count) {
    const auto larger_one = [](Vector a, Vector b) { return a < b ? b : a; };
    const float least = -__builtin_inff();
    Block tops = all_of_block(least);
    std::int64_t k = 0;
    for (; k + rounding <= count; k += rounding) tops = each(larger_one, tops, load_block(numbers + k));
    if (k < count) tops = each(larger_one, tops, first_of(load_block(numbers + k), count - k, least));
    return largest(tops);
}

}  // namespace striate::STRIATE_ISA
