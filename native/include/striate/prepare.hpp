#pragma once

#include <cstdint>

namespace striate {

/// Pictures as they are stored, one behind the other, each (height, width, channels). Pixels are uint8_t or float.
template <typename Pixel>
struct Pictures {
    const Pixel* pixels;
    std::int64_t height, width, channels;
};

/// What lies outside of a picture: 0; the nearest pixel; the picture mirrored at its first and last pixels.
enum class Fill { black, edge, mirror };

/// What is made of n of them. Arrays that are null ask for nothing.
struct Preparation {
    const std::int64_t* indices;  // n: which pictures
    const double* warps;          // n 2 3: pixel (r, c) comes from (a r + b c + t, d r + e c + u); rows a b t and d e u
    const std::int32_t* holes;    // n 4: top, left, bottom, right of what is black, the last two not included
    const float* colours;         // n 3 4: rows [m | k]; a channel becomes m times the pixel + k times mean brightness
    Fill fill;
    const float* scale;         // C
    const float* offset;        // C
    const std::int32_t* boxes;  // n 4: as holes, what is mixed into `out`; null: all of it is overwritten
    const float* shares;        // n: with boxes, the share of what is mixed in
};

/// pixel * scale + offset of picture indices[i]: recoloured, then warped (bilinear), then with its hole, n H W C
/// floats; this is written to out, or with boxes mixed into it: out + share (this - out). Colours of bytes stay within
/// 0 and 255. Pictures that have not three channels are multiplied by the first m alone, and their brightness is the
/// mean over channels. A warp that moves pixels by whole steps, or mirrors them left to right, copies them exactly.
/// Every index, every hole and every box must lie within the pictures.
template <typename Pixel>
void prepare(const Pictures<Pixel>& pictures, std::int64_t n, const Preparation& how, float* out);

extern template void prepare(const Pictures<std::uint8_t>&, std::int64_t, const Preparation&, float*);
extern template void prepare(const Pictures<float>&, std::int64_t, const Preparation&, float*);

}  // namespace striate
