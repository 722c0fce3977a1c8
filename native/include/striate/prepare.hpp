#pragma once

#include <cstdint>

namespace striate {

/// Pictures as they are stored, one behind the other, each (height, width, channels). Pixels are uint8_t or float.
template <typename Pixel>
struct Pictures {
    const Pixel* pixels;
    std::int64_t height, width, channels;
};

/// What is made of n of them. Arrays that are null ask for nothing.
struct Preparation {
    const std::int64_t* indices;  // n: which pictures
    const double* warps;          // n 2 3: pixel (r, c) comes from (a r + b c + t, d r + e c + u); rows a b t and d e u
    const std::int32_t* holes;    // n 4: top, left, bottom, right of what is black, the last two not included
    const float* scale;           // C
    const float* offset;          // C
};

/// out[i] = pixel * scale + offset of picture indices[i], warped (bilinear, 0 outside), with its hole: n H W C floats.
/// A warp that moves pixels by whole steps, or mirrors them left to right, copies them exactly.
/// Every index, and every hole, must lie within the pictures.
template <typename Pixel>
void prepare(const Pictures<Pixel>& pictures, std::int64_t n, const Preparation& how, float* out);

extern template void prepare(const Pictures<std::uint8_t>&, std::int64_t, const Preparation&, float*);
extern template void prepare(const Pictures<float>&, std::int64_t, const Preparation&, float*);

}  // namespace striate
