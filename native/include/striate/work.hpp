#pragma once

#include <array>
#include <cstdint>

#include "striate/operations.hpp"

namespace striate {

/// What keys the random numbers of a pass; `first`: the place of the batch's first picture in its step.
struct Key {
    std::uint64_t seed = 0;
    std::uint32_t step = 0;
    std::uint64_t first = 0;
};

/// A piece of an operation for one worker.
struct Work {
    std::array<float*, static_cast<std::size_t>(Space::count)> bases{};
    std::int64_t block_first = 0;        ///< the picture with which this worker's block begins
    std::int64_t first = 0, last = 0;    ///< the pictures to work on
    std::int64_t pictures = 0;           ///< of the whole batch
    std::int64_t part = 0, parts = 1;    ///< which share of the work on these pictures
    std::int64_t chunk = 0, chunks = 1;  ///< whose partial sums these pictures belong to
    bool begins_chunk = true;            ///< the first pictures of their chunk: partial sums start at 0
    Key key;

    /// The first pixel of a picture.
    [[nodiscard]] float* at(const Tensor& tensor, std::int64_t picture) const {
        const std::int64_t place = tensor.space == Space::block ? picture - block_first : picture;
        return bases[static_cast<std::size_t>(tensor.space)] + tensor.offset + place * tensor.picture;
    }

    /// The first number of a vector; nullptr where it is absent.
    [[nodiscard]] float* at(const Region& region) const {
        return region.present() ? bases[static_cast<std::size_t>(region.space)] + region.offset : nullptr;
    }

    /// The same of this chunk's partial sums, which follow those of the chunks before.
    [[nodiscard]] float* partial(const Region& region) const {
        return region.present() ? at(region) + chunk * region.size : nullptr;
    }
};

/// Half-open range.
struct Range {
    std::int64_t first, last;
};

/// The share of `count` things that falls to a part.
inline Range share_of(std::int64_t count, std::int64_t part, std::int64_t parts) {
    return {count * part / parts, count * (part + 1) / parts};
}

inline std::int64_t rounded_up(std::int64_t channels) { return (channels + rounding - 1) / rounding * rounding; }

}  // namespace striate
