#pragma once

#include "vector.hpp"

// Random numbers that are a function of a counter: Philox4x32-10 of Salmon et al. 2011, "Parallel random numbers: as
// easy as 1, 2, 3". The same numbers as engines/reference/random.py gives.

namespace striate::STRIATE_ISA {

/// What is drawn for the values of a batch, in their order: `kept` where the value's number is >= a rate, else 0.
///
/// Values are numbered through pictures, rows, pixels and channels without rounding or halo; a counter makes four. They
/// are asked for in rising order, and none from `last` on.
class Draws {
  public:
    Draws(const Key& key, std::int32_t node, double rate, std::int64_t last)
        : seed_(key.seed), step_(key.step), node_(node), last_(last) {
        const double least = rate * (1 << number_bits);
        least_ = static_cast<std::int32_t>(least);
        if (least_ < least) ++least_;
        kept_ = static_cast<float>(1.0 / (1.0 - rate));
    }

    /// The factors of a value and those behind it, a block's worth.
    STRIATE_INLINE const float* from(std::int64_t value) {
        if (value + rounding > end_) draw(value / words);
        return factors_ + (value - first_);
    }

  private:
    static constexpr int words = 4, counters = 16, groups = 8;  // a group of counters is computed by whole vectors
    static constexpr int number_bits = 24, rounds = 10;
    static constexpr std::uint32_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
    static constexpr std::uint32_t key_step_0 = 0x9E3779B9, key_step_1 = 0xBB67AE85;

    /// As many groups as there is room and need for.
    void draw(std::int64_t counter) {
        first_ = end_ = counter * words;
        for (int group = 0; group < groups && (group == 0 || end_ < last_ + rounding); ++group) {
            draw_group(counter + group * counters, factors_ + group * counters * words);
            end_ += counters * words;
        }
    }

    [[gnu::noinline]] void draw_group(std::int64_t counter, float* factors) const {
        const auto key_0 = static_cast<std::uint32_t>(seed_), key_1 = static_cast<std::uint32_t>(seed_ >> 32);
        const auto node = static_cast<std::uint32_t>(node_);
        const std::uint32_t step = step_;
        const std::int32_t least = least_;
        const float kept = kept_;
        for (int i = 0; i < counters; ++i) {
            const auto place = static_cast<std::uint64_t>(counter + i);
            std::uint32_t c0 = static_cast<std::uint32_t>(place), c1 = static_cast<std::uint32_t>(place >> 32);
            std::uint32_t c2 = step, c3 = node;
#pragma GCC unroll 10
            for (int round = 0; round < rounds; ++round) {
                const std::uint64_t p0 = std::uint64_t{multiplier_0} * c0, p1 = std::uint64_t{multiplier_1} * c2;
                c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^
                     (key_0 + static_cast<std::uint32_t>(round) * key_step_0);
                c1 = static_cast<std::uint32_t>(p1);
                c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^
                     (key_1 + static_cast<std::uint32_t>(round) * key_step_1);
                c3 = static_cast<std::uint32_t>(p0);
            }
            const auto factor = [least, kept](std::uint32_t word) {
                return static_cast<std::int32_t>(word >> (32 - number_bits)) >= least ? kept : 0.0F;
            };
            factors[words * i] = factor(c0);
            factors[words * i + 1] = factor(c1);
            factors[words * i + 2] = factor(c2);
            factors[words * i + 3] = factor(c3);
        }
    }

    std::uint64_t seed_;
    std::uint32_t step_;
    std::int32_t node_;
    std::int32_t least_ = 0;  ///< the first number that is >= the rate, in 2^-24
    float kept_ = 1;
    std::int64_t last_;
    std::int64_t first_ = 0, end_ = 0;  ///< the values whose factors are at hand
    float factors_[words * counters * groups];
};

}  // namespace striate::STRIATE_ISA
