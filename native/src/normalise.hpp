#pragma once

#include <algorithm>
#include <cstdint>

namespace striate {

/// out = pixel * scale + offset, channel by channel.
class Normaliser {
  public:
    Normaliser(const float* scale, const float* offset, std::int64_t channels)
        : scale_(scale), offset_(offset), channels_(channels) {
        uniform_ = std::all_of(scale, scale + channels, [&](float s) { return s == scale[0]; }) &&
                   std::all_of(offset, offset + channels, [&](float o) { return o == offset[0]; });
    }

    /// A row of pixels that lie one behind the other.
    template <typename Pixel>
    void row(const Pixel* from, std::int64_t pixels, float* out) const {
        if (uniform_) {
            const float scale = scale_[0], offset = offset_[0];
            for (std::int64_t i = 0; i < pixels * channels_; ++i) {
                out[i] = static_cast<float>(from[i]) * scale + offset;
            }
            return;
        }
        for (std::int64_t i = 0; i < pixels; ++i, from += channels_, out += channels_) pixel(from, out);
    }

    /// The same with the last pixel first.
    template <typename Pixel>
    void row_mirrored(const Pixel* from, std::int64_t pixels, float* out) const {
        for (std::int64_t i = pixels - 1; i >= 0; --i, out += channels_) pixel(from + i * channels_, out);
    }

    template <typename Pixel>
    void pixel(const Pixel* from, float* out) const {
        for (std::int64_t c = 0; c < channels_; ++c) out[c] = static_cast<float>(from[c]) * scale_[c] + offset_[c];
    }

    /// Pixels of 0, which is black.
    void black(std::int64_t pixels, float* out) const {
        for (std::int64_t i = 0; i < pixels; ++i, out += channels_) std::copy_n(offset_, channels_, out);
    }

  private:
    const float *scale_, *offset_;
    std::int64_t channels_;
    bool uniform_;
};

}  // namespace striate
