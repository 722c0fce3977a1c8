#include "striate/prepare.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace striate {

namespace {

using std::int64_t;

/// out = pixel * scale + offset, channel by channel.
class Normaliser {
  public:
    Normaliser(const float* scale, const float* offset, int64_t channels)
        : scale_(scale), offset_(offset), channels_(channels) {
        uniform_ = std::all_of(scale, scale + channels, [&](float s) { return s == scale[0]; }) &&
                   std::all_of(offset, offset + channels, [&](float o) { return o == offset[0]; });
    }

    /// A row of pixels that lie one behind the other.
    template <typename Pixel>
    void row(const Pixel* from, int64_t pixels, float* out) const {
        if (uniform_) {
            const float scale = scale_[0], offset = offset_[0];
            for (int64_t i = 0; i < pixels * channels_; ++i) out[i] = static_cast<float>(from[i]) * scale + offset;
            return;
        }
        for (int64_t i = 0; i < pixels; ++i, from += channels_, out += channels_) pixel(from, out);
    }

    /// The same with the last pixel first.
    template <typename Pixel>
    void row_mirrored(const Pixel* from, int64_t pixels, float* out) const {
        for (int64_t i = pixels - 1; i >= 0; --i, out += channels_) pixel(from + i * channels_, out);
    }

    /// Pixels of 0, which is black.
    void black(int64_t pixels, float* out) const {
        for (int64_t i = 0; i < pixels; ++i, out += channels_) std::copy_n(offset_, channels_, out);
    }

    float operator()(float value, int64_t channel) const { return value * scale_[channel] + offset_[channel]; }

  private:
    template <typename Pixel>
    void pixel(const Pixel* from, float* out) const {
        for (int64_t c = 0; c < channels_; ++c) out[c] = (*this)(static_cast<float>(from[c]), c);
    }

    const float *scale_, *offset_;
    int64_t channels_;
    bool uniform_;
};

/// The rows [a b t] and [d e u] of a warp.
struct Warp {
    double a, b, t, d, e, u;
};

/// Whether every pixel comes from one pixel of its own row shifted, mirrored or not: whole steps within the picture's
/// size (a larger one shows nothing), no turn, no zoom.
bool copies(const Warp& w, int64_t height, int64_t width) {
    const bool straight = w.a == 1 && w.b == 0 && w.d == 0 && (w.e == 1 || w.e == -1);
    const bool near = std::abs(w.t) <= static_cast<double>(height) && std::abs(w.u) <= 2.0 * static_cast<double>(width);
    return straight && near && w.t == std::trunc(w.t) && w.u == std::trunc(w.u);
}

/// Rows of the source copied to where they belong, black where nothing comes from.
template <typename Pixel>
void copy(const Pixel* picture, const Pictures<Pixel>& all, const Warp& warp, const Normaliser& normalise, float* out) {
    const int64_t down = static_cast<int64_t>(warp.t), right = static_cast<int64_t>(warp.u);
    const bool mirrored = warp.e < 0;
    // Column c comes from right + c, mirrored from right - c; these are the ones that come from within.
    const int64_t lowest = mirrored ? right - (all.width - 1) : -right;
    const int64_t first = std::clamp<int64_t>(lowest, 0, all.width);
    const int64_t last = std::clamp<int64_t>(mirrored ? right + 1 : all.width - right, first, all.width);
    const int64_t source = mirrored ? right - (last - 1) : right + first;  // the leftmost that is read, if any
    for (int64_t r = 0; r < all.height; ++r, out += all.width * all.channels) {
        const int64_t row = r + down;
        if (row < 0 || row >= all.height || first == last) {
            normalise.black(all.width, out);
            continue;
        }
        const Pixel* from = picture + (row * all.width + source) * all.channels;
        normalise.black(first, out);
        if (mirrored) {
            normalise.row_mirrored(from, last - first, out + first * all.channels);
        } else {
            normalise.row(from, last - first, out + first * all.channels);
        }
        normalise.black(all.width - last, out + last * all.channels);
    }
}

/// Each pixel from between four of the source. Weights and sums are float, places double: as float they would be off by
/// more than the pixels' own rounding.
template <typename Pixel>
void interpolate(const Pixel* picture, const Pictures<Pixel>& all, const Warp& warp, const Normaliser& normalise,
                 float* out) {
    const double height = static_cast<double>(all.height), width = static_cast<double>(all.width);
    for (int64_t r = 0; r < all.height; ++r) {
        const double y_of_row = warp.a * static_cast<double>(r) + warp.t;
        const double x_of_row = warp.d * static_cast<double>(r) + warp.u;
        for (int64_t c = 0; c < all.width; ++c, out += all.channels) {
            const double y = y_of_row + warp.b * static_cast<double>(c), x = x_of_row + warp.e * static_cast<double>(c);
            if (!(y > -1 && y < height && x > -1 && x < width)) {  // NaN lies outside too
                normalise.black(1, out);
                continue;
            }
            const double top = std::floor(y), left = std::floor(x);
            const float f = static_cast<float>(y - top), g = static_cast<float>(x - left);
            const int64_t row = static_cast<int64_t>(top), column = static_cast<int64_t>(left);
            const bool above = row >= 0, below = row + 1 < all.height;
            const bool before = column >= 0, behind = column + 1 < all.width;
            const auto at = [&](int64_t down, int64_t right, int64_t channel) {
                return static_cast<float>(
                    picture[((row + down) * all.width + column + right) * all.channels + channel]);
            };
            const float weights[] = {(1 - f) * (1 - g), (1 - f) * g, f * (1 - g), f * g};
            for (int64_t k = 0; k < all.channels; ++k) {
                float mixed = above && before ? weights[0] * at(0, 0, k) : 0.0F;
                if (above && behind) mixed += weights[1] * at(0, 1, k);
                if (below && before) mixed += weights[2] * at(1, 0, k);
                if (below && behind) mixed += weights[3] * at(1, 1, k);
                out[k] = normalise(mixed, k);
            }
        }
    }
}

void blacken(const std::int32_t* hole, int64_t width, int64_t channels, const Normaliser& normalise, float* out) {
    const int64_t top = hole[0], left = hole[1], bottom = hole[2], right = hole[3];
    for (int64_t r = top; r < bottom; ++r) normalise.black(right - left, out + (r * width + left) * channels);
}

}  // namespace

template <typename Pixel>
void prepare(const Pictures<Pixel>& pictures, int64_t n, const Preparation& how, float* out) {
    const Normaliser normalise(how.scale, how.offset, pictures.channels);
    const int64_t pixels = pictures.height * pictures.width, numbers = pixels * pictures.channels;
    for (int64_t i = 0; i < n; ++i, out += numbers) {
        const Pixel* picture = pictures.pixels + how.indices[i] * numbers;
        const double* m = how.warps ? how.warps + 6 * i : nullptr;
        const Warp warp = m ? Warp{m[0], m[1], m[2], m[3], m[4], m[5]} : Warp{1, 0, 0, 0, 1, 0};
        if (!m) {
            normalise.row(picture, pixels, out);
        } else if (copies(warp, pictures.height, pictures.width)) {
            copy(picture, pictures, warp, normalise, out);
        } else {
            interpolate(picture, pictures, warp, normalise, out);
        }
        if (how.holes) blacken(how.holes + 4 * i, pictures.width, pictures.channels, normalise, out);
    }
}

template void prepare(const Pictures<std::uint8_t>&, int64_t, const Preparation&, float*);
template void prepare(const Pictures<float>&, int64_t, const Preparation&, float*);

}  // namespace striate
