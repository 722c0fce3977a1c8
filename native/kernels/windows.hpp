#pragma once

#include "vector.hpp"

// Windows that may hang over the map's edge: what lies there is left out, so nothing depends on a halo.

namespace striate::STRIATE_ISA {

/// What a window that begins at `first` sees of an axis.
STRIATE_INLINE Range seen(std::int64_t first, std::int64_t kernel, std::int64_t size) {
    return {larger<std::int64_t>(first, 0), smaller(first + kernel, size)};
}

/// The windows over one pixel of an axis, as pixels are gone through in order: those that begin in time join, those
/// that have ended leave.
struct Covering {
    std::int64_t begin, step, kernel, count;
    std::int64_t first = 0, last = 0;

    STRIATE_INLINE void reach(std::int64_t pixel) {
        while (last < count && begin + last * step <= pixel) ++last;
        while (first < last && begin + first * step + kernel <= pixel) ++first;
    }
};

/// Lines are the rows of all pictures; calls row(picture, number of the row) for those of a part.
template <typename Row>
STRIATE_INLINE void each_row(const Work& work, std::int64_t rows, Row row) {
    const Range mine = share_of((work.last - work.first) * rows, work.part, work.parts);
    std::int64_t n = work.first + mine.first / rows, r = mine.first % rows;
    for (std::int64_t line = mine.first; line < mine.last; ++line) {
        row(n, r);
        if (++r == rows) {
            r = 0;
            ++n;
        }
    }
}

STRIATE_INLINE void clear_halos(const Tensor& y, const Work& work) {
    if (work.part != 0) return;
    for (std::int64_t n = work.first; n < work.last; ++n) clear_halo(y, work.at(y, n));
}

/// Pixels of a row made 0.
STRIATE_INLINE void clear(float* row, const Tensor& x, std::int64_t first, std::int64_t last, std::int64_t width) {
    for (std::int64_t c = first; c < last; ++c) {
        for (std::int64_t k = 0; k < width; k += lanes) store(row + c * x.pixel + k, Vector{});
    }
}

/// A window: where its first pixel on the map is, how many rows and columns of it are there.
struct Window {
    const float* x;
    std::int64_t rows, columns;
    std::int32_t place;  // of that pixel in the whole window, which is counted row by row
};

}  // namespace striate::STRIATE_ISA
