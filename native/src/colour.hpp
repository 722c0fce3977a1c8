#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace striate {

// How bright a colour looks, ITU-R BT.601.
constexpr double luma[] = {0.299, 0.587, 0.114};
constexpr std::int64_t rgb = 3;
constexpr float white = 255;  // of bytes

/// The mean over pixels of 0.299 R + 0.587 G + 0.114 B; without three channels, of all channels alike.
template <typename Pixel>
double brightness(const Pixel* picture, std::int64_t pixels, std::int64_t channels) {
    // Whole numbers for bytes, so that their sum is exact in any order.
    using Sum = std::conditional_t<std::is_integral_v<Pixel>, std::int64_t, double>;
    double all = 0;
    for (std::int64_t k = 0; k < channels; ++k) {
        Sum sum = 0;
        for (std::int64_t i = 0; i < pixels; ++i) sum += static_cast<Sum>(picture[i * channels + k]);
        const double mean = static_cast<double>(sum) / static_cast<double>(pixels);
        all += channels == rgb ? luma[k] * mean : mean / static_cast<double>(channels);
    }
    return all;
}

/// Pixels recoloured by rows [m | k]: m times the pixel + k times the brightness; bytes stay within 0 and 255.
template <typename Pixel>
void recolour(const Pixel* picture, std::int64_t pixels, std::int64_t channels, const float* rows, float* out) {
    const double mean = brightness(picture, pixels, channels);
    const auto kept = [](float value) {
        return std::is_integral_v<Pixel> ? std::min(std::max(value, 0.0F), white) : value;
    };
    const float lift[] = {static_cast<float>(rows[3] * mean), static_cast<float>(rows[7] * mean),
                          static_cast<float>(rows[11] * mean)};
    if (channels != rgb) {
        const float gain = rows[0], added = lift[0];
        for (std::int64_t i = 0; i < pixels * channels; ++i)
            out[i] = kept(static_cast<float>(picture[i]) * gain + added);
        return;
    }
    for (std::int64_t i = 0; i < pixels; ++i, picture += rgb, out += rgb) {
        const float r = static_cast<float>(picture[0]), g = static_cast<float>(picture[1]),
                    b = static_cast<float>(picture[2]);
        out[0] = kept(rows[0] * r + rows[1] * g + rows[2] * b + lift[0]);
        out[1] = kept(rows[4] * r + rows[5] * g + rows[6] * b + lift[1]);
        out[2] = kept(rows[8] * r + rows[9] * g + rows[10] * b + lift[2]);
    }
}

}  // namespace striate
