#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "normalise.hpp"
#include "striate/prepare.hpp"

namespace striate {

/// The rows [a b t] and [d e u] of a warp.
struct Warp {
    double a, b, t, d, e, u;
};

/// The two rows, or columns, that a place lies between, and how much it takes of each: 0 of what is outside.
struct Between {
    std::int64_t first, second;
    float of_first, of_second;
};

/// Between which of `size` rows a place lies. NaN lies outside, or, where there is no outside, at the first.
inline Between between(double place, std::int64_t size, Fill fill) {
    const double last = static_cast<double>(size - 1);
    if (fill == Fill::black && !(place > -1 && place < last + 1)) return {0, 0, 0.0F, 0.0F};
    if (fill != Fill::black && !(place >= 0 && place <= last)) {
        if (fill == Fill::mirror) {
            const double period = 2 * std::max(last, 1.0);  // 0, 1 ... last, last - 1 ... 1
            place = std::abs(place - period * std::rint(place / period));
        }
        place = place >= 0 ? std::min(place, last) : 0;
    }
    // floor, from -1 on; just below size, place + 1 may be rounded up.
    const std::int64_t first = std::min(static_cast<std::int64_t>(place + 1) - 1, size - 1);
    const float of_second = static_cast<float>(place - static_cast<double>(first));
    return {std::max<std::int64_t>(first, 0), std::min(first + 1, size - 1), first >= 0 ? 1 - of_second : 0.0F,
            first + 1 < size ? of_second : 0.0F};
}

/// Brings pictures of one size to where their warps say. Holds the room that this takes.
class Warper {
  public:
    Warper(std::int64_t height, std::int64_t width, std::int64_t channels, Fill fill)
        : height_(height),
          width_(width),
          channels_(channels),
          fill_(fill),
          columns_(static_cast<std::size_t>(width)),
          row_(static_cast<std::size_t>(width * channels)) {}

    template <typename Pixel>
    void operator()(const Pixel* picture, const Warp& warp, const Normaliser& normalise, float* out) {
        if (copies(warp)) {
            copy(picture, warp, normalise, out);
        } else if (warp.b == 0 && warp.d == 0) {
            by_channels([&](auto c) { resize<decltype(c)::value>(picture, warp, normalise, out); });
        } else {
            by_channels([&](auto c) { turn<decltype(c)::value>(picture, warp, normalise, out); });
        }
    }

  private:
    template <int count>
    struct Channels {
        static constexpr int value = count;
    };

    /// Calls `body` with the number of channels as a constant, 0 for unusual ones.
    template <typename Body>
    void by_channels(const Body& body) const {
        if (channels_ == 1) return body(Channels<1>());
        if (channels_ == 3) return body(Channels<3>());
        body(Channels<0>());
    }

    /// Whether every pixel comes from one pixel of its own row shifted, mirrored or not: whole steps within the
    /// picture's size (a larger one shows nothing), no turn, no zoom; and black comes from outside unless nothing does.
    bool copies(const Warp& w) const {
        const bool straight = w.a == 1 && w.b == 0 && w.d == 0 && (w.e == 1 || w.e == -1);
        const double height = static_cast<double>(height_), width = static_cast<double>(width_);
        const bool near = std::abs(w.t) <= height && std::abs(w.u) <= 2 * width;
        const bool whole = w.t == 0 && w.u == (w.e == 1 ? 0 : width - 1);
        return straight && near && w.t == std::trunc(w.t) && w.u == std::trunc(w.u) && (fill_ == Fill::black || whole);
    }

    /// Rows of the source copied to where they belong, black where nothing comes from.
    template <typename Pixel>
    void copy(const Pixel* picture, const Warp& warp, const Normaliser& normalise, float* out) const {
        const std::int64_t down = static_cast<std::int64_t>(warp.t), right = static_cast<std::int64_t>(warp.u);
        const bool mirrored = warp.e < 0;
        // Column c comes from right + c, mirrored from right - c; these are the ones that come from within.
        const std::int64_t lowest = mirrored ? right - (width_ - 1) : -right;
        const std::int64_t first = std::clamp<std::int64_t>(lowest, 0, width_);
        const std::int64_t last = std::clamp<std::int64_t>(mirrored ? right + 1 : width_ - right, first, width_);
        const std::int64_t source = mirrored ? right - (last - 1) : right + first;  // the leftmost that is read, if any
        for (std::int64_t r = 0; r < height_; ++r, out += width_ * channels_) {
            const std::int64_t row = r + down;
            if (row < 0 || row >= height_ || first == last) {
                normalise.black(width_, out);
                continue;
            }
            const Pixel* from = picture + (row * width_ + source) * channels_;
            normalise.black(first, out);
            if (mirrored) {
                normalise.row_mirrored(from, last - first, out + first * channels_);
            } else {
                normalise.row(from, last - first, out + first * channels_);
            }
            normalise.black(width_ - last, out + last * channels_);
        }
    }

    /// Without a turn: two rows are mixed, then the pixels of that row.
    template <int channels, typename Pixel>
    void resize(const Pixel* picture, const Warp& warp, const Normaliser& normalise, float* out) {
        const std::int64_t count = channels ? channels : channels_, across = width_ * count;
        for (std::int64_t c = 0; c < width_; ++c) {
            columns_[static_cast<std::size_t>(c)] = between(warp.u + warp.e * static_cast<double>(c), width_, fill_);
        }
        float* const row = row_.data();
        for (std::int64_t r = 0; r < height_; ++r, out += across) {
            const Between rows = between(warp.a * static_cast<double>(r) + warp.t, height_, fill_);
            const Pixel *above = picture + rows.first * across, *below = picture + rows.second * across;
            for (std::int64_t i = 0; i < across; ++i) {
                row[i] = rows.of_first * static_cast<float>(above[i]) + rows.of_second * static_cast<float>(below[i]);
            }
            float* mixed = out;
            for (const Between& at : columns_) {
                const float *left = row + at.first * count, *right = row + at.second * count;
                for (std::int64_t k = 0; k < count; ++k) mixed[k] = at.of_first * left[k] + at.of_second * right[k];
                mixed += count;
            }
            normalise.row(out, width_, out);
        }
    }

    /// Each pixel from between four of the source. Weights and sums are float, places double: as float they would be
    /// off by more than the pixels' own rounding.
    template <int channels, typename Pixel>
    void turn(const Pixel* picture, const Warp& warp, const Normaliser& normalise, float* out) const {
        const std::int64_t count = channels ? channels : channels_, across = width_ * count;
        for (std::int64_t r = 0; r < height_; ++r, out += across) {
            const double y_of_row = warp.a * static_cast<double>(r) + warp.t;
            const double x_of_row = warp.d * static_cast<double>(r) + warp.u;
            float* mixed = out;
            for (std::int64_t c = 0; c < width_; ++c, mixed += count) {
                const Between rows = between(y_of_row + warp.b * static_cast<double>(c), height_, fill_);
                const Between columns = between(x_of_row + warp.e * static_cast<double>(c), width_, fill_);
                const float weights[] = {rows.of_first * columns.of_first, rows.of_first * columns.of_second,
                                         rows.of_second * columns.of_first, rows.of_second * columns.of_second};
                const Pixel *above = picture + rows.first * across, *below = picture + rows.second * across;
                const std::int64_t left = columns.first * count, right = columns.second * count;
                for (std::int64_t k = 0; k < count; ++k) {
                    mixed[k] = weights[0] * static_cast<float>(above[left + k]) +
                               weights[1] * static_cast<float>(above[right + k]) +
                               weights[2] * static_cast<float>(below[left + k]) +
                               weights[3] * static_cast<float>(below[right + k]);
                }
            }
            normalise.row(out, width_, out);
        }
    }

    std::int64_t height_, width_, channels_;
    Fill fill_;
    std::vector<Between> columns_;
    std::vector<float> row_;
};

}  // namespace striate
