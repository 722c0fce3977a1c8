#include "vector.hpp"

// One number for each window of each channel. Windows may hang over the map's edge; what lies there is left out, so
// nothing here depends on a halo.
//
// The gradients are gathered: each pixel of dx takes what the windows over it send, in their order, and is written
// once. Pixels are then independent of each other, however the work is cut. Where windows do not overlap, each of them
// writes its own pixels instead.

namespace striate::STRIATE_ISA {

namespace {

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

// A window: where its first pixel on the map is, how many rows and columns of it are there.
struct Window {
    const float* x;
    std::int64_t rows, columns;
    std::int32_t place;  // of that pixel in the whole window, which is counted row by row
};

/// R x S windows; 0 x 0: of any size.
template <int R, int S, bool Winner>
STRIATE_INLINE void largest(const Tensor& x, const Window& window, std::int32_t kernel_columns, std::int64_t width,
                            float* y, float* winner) {
    const std::int64_t rows = R ? R : window.rows, columns = S ? S : window.columns;
    for (std::int64_t k = 0; k < width; k += lanes) {
        Vector best = load(window.x + k);
        Mask place = window.place - Mask{};
#pragma GCC unroll 3
        for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC unroll 3
            for (std::int64_t s = 0; s < columns; ++s) {
                const Vector value = load(window.x + r * x.row + s * x.pixel + k);
                // Larger, or NaN; but the first NaN stays.
                const Mask wins = ~(value <= best) & (best == best);
                best = wins ? value : best;
                if constexpr (Winner) {
                    place = wins ? window.place + static_cast<std::int32_t>(r * kernel_columns + s) - Mask{} : place;
                }
            }
        }
        store(y + k, best);
        if constexpr (Winner) *reinterpret_cast<Mask*>(winner + k) = place;
    }
}

template <int R, int S, bool Winner>
void max_pool_rows(const MaxPool& op, const Work& work) {
    const std::int64_t width = rounded_up(op.x.channels);
    const Windows& windows = op.windows;
    each_row(work, windows.rows, [&](std::int64_t n, std::int64_t p) {
        const float* const picture = work.at(op.x, n);
        float* y = work.at(op.y, n) + p * op.y.row;
        float* winner = Winner ? work.at(op.winner, n) + p * op.winner.row : nullptr;
        const std::int64_t top = windows.top + p * windows.down;
        const Range rows = seen(top, op.kernel_rows, op.x.height);
        for (std::int64_t q = 0; q < windows.columns; ++q) {
            const std::int64_t left = windows.left + q * windows.across;
            const Range columns = seen(left, op.kernel_columns, op.x.width);
            const Window window{
                picture + rows.first * op.x.row + columns.first * op.x.pixel, rows.last - rows.first,
                columns.last - columns.first,
                static_cast<std::int32_t>((rows.first - top) * op.kernel_columns + columns.first - left)};
            if (window.rows == R && window.columns == S) {
                largest<R, S, Winner>(op.x, window, op.kernel_columns, width, y, winner);
            } else {
                largest<0, 0, Winner>(op.x, window, op.kernel_columns, width, y, winner);
            }
            y += op.y.pixel;
            if constexpr (Winner) winner += op.winner.pixel;
        }
    });
}

template <bool Winner>
void max_pool_of(const MaxPool& op, const Work& work) {
    if (op.kernel_rows == 2 && op.kernel_columns == 2) {
        max_pool_rows<2, 2, Winner>(op, work);
    } else if (op.kernel_rows == 3 && op.kernel_columns == 3) {
        max_pool_rows<3, 3, Winner>(op, work);
    } else {
        max_pool_rows<0, 0, Winner>(op, work);
    }
}

/// The slope of relu from its output, or 1.
template <Curve C>
STRIATE_INLINE Vector sloped(Vector gradient, const float* at) {
    if constexpr (C == Curve::relu) {
        return load(at) > 0.0F ? gradient : Vector{};
    } else {
        return gradient;
    }
}

/// What a row of windows reads: dy, who won, the pooled output.
struct Pooled {
    const float* dy;
    const float* winner;
    const float* at;
};

STRIATE_INLINE Pooled pooled(const MaxPoolGradient& op, const Work& work, std::int64_t n, std::int64_t p,
                             std::int64_t q) {
    return {work.at(op.dy, n) + p * op.dy.row + q * op.dy.pixel,
            work.at(op.winner, n) + p * op.winner.row + q * op.winner.pixel,
            op.at.present() ? work.at(op.at, n) + p * op.at.row + q * op.at.pixel : nullptr};
}

/// The pixels of one window that overlaps no other.
template <int R, int S, Curve C, bool Accumulate>
STRIATE_INLINE void spread(const MaxPoolGradient& op, const Pooled& from, float* dx, const Window& window,
                           std::int64_t width) {
    const std::int64_t rows = R ? R : window.rows, columns = S ? S : window.columns;
    for (std::int64_t k = 0; k < width; k += lanes) {
        const Vector gradient = sloped<C>(load(from.dy + k), from.at + k);
        const Mask winner = *reinterpret_cast<const Mask*>(from.winner + k);
#pragma GCC unroll 3
        for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC unroll 3
            for (std::int64_t s = 0; s < columns; ++s) {
                float* const to = dx + r * op.dx.row + s * op.dx.pixel + k;
                const Mask here = window.place + static_cast<std::int32_t>(r * op.kernel_columns + s) - Mask{};
                const Vector mine = winner == here ? gradient : Vector{};
                store(to, Accumulate ? load(to) + mine : mine);
            }
        }
    }
}

/// Rows of windows that overlap no others, each with the rows of dx up to the next one.
template <int R, int S, Curve C, bool Accumulate>
void spread_rows(const MaxPoolGradient& op, const Work& work) {
    const std::int64_t width = rounded_up(op.dx.channels);
    const Windows& windows = op.windows;
    each_row(work, windows.rows, [&](std::int64_t n, std::int64_t p) {
        float* const picture = work.at(op.dx, n);
        const std::int64_t top = windows.top + p * windows.down;
        const Range rows = seen(top, op.kernel_rows, op.dx.height);
        if constexpr (!Accumulate) {
            const std::int64_t end = p + 1 == windows.rows ? op.dx.height : top + windows.down;
            for (std::int64_t h = p ? top : 0; h < end; ++h) {
                const bool covered = h >= rows.first && h < rows.last;
                clear(picture + h * op.dx.row, op.dx, 0, covered ? larger(windows.left, 0) : op.dx.width, width);
            }
        }
        for (std::int64_t q = 0; q < windows.columns; ++q) {
            const std::int64_t left = windows.left + q * windows.across;
            const Range columns = seen(left, op.kernel_columns, op.dx.width);
            const Window window{
                nullptr, rows.last - rows.first, columns.last - columns.first,
                static_cast<std::int32_t>((rows.first - top) * op.kernel_columns + columns.first - left)};
            float* const to = picture + rows.first * op.dx.row + columns.first * op.dx.pixel;
            const Pooled from = pooled(op, work, n, p, q);
            if (window.rows == R && window.columns == S) {
                spread<R, S, C, Accumulate>(op, from, to, window, width);
            } else {
                spread<0, 0, C, Accumulate>(op, from, to, window, width);
            }
            if constexpr (!Accumulate) {
                const std::int64_t next = q + 1 == windows.columns ? op.dx.width : left + windows.across;
                for (std::int64_t h = rows.first; h < rows.last && columns.last < next; ++h) {
                    clear(picture + h * op.dx.row, op.dx, columns.last, next, width);
                }
            }
        }
    });
}

/// One pixel of dx: what `rows` x `columns` windows send, the first of which calls the pixel its `place`.
template <int Rows, int Columns, Curve C>
STRIATE_INLINE void gather(const MaxPoolGradient& op, const Pooled& from, float* dx, std::int64_t rows,
                           std::int64_t columns, std::int32_t place, std::int64_t width) {
    if (Rows) rows = Rows;
    if (Columns) columns = Columns;
    const auto down = static_cast<std::int32_t>(std::int64_t{op.windows.down} * op.kernel_columns);
    const std::int32_t across = op.windows.across;
    for (std::int64_t k = 0; k < width; k += lanes) {
        Vector total = op.accumulate ? load(dx + k) : Vector{};
#pragma GCC unroll 2
        for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC unroll 2
            for (std::int64_t q = 0; q < columns; ++q) {
                const std::int64_t at = r * op.at.row + q * op.at.pixel + k;
                const Vector gradient = sloped<C>(load(from.dy + r * op.dy.row + q * op.dy.pixel + k), from.at + at);
                const Mask winner =
                    *reinterpret_cast<const Mask*>(from.winner + r * op.winner.row + q * op.winner.pixel + k);
                const Mask here =
                    place - static_cast<std::int32_t>(r) * down - static_cast<std::int32_t>(q) * across - Mask{};
                total += winner == here ? gradient : Vector{};
            }
        }
        store(dx + k, total);
    }
}

template <Curve C>
void gather_rows(const MaxPoolGradient& op, const Work& work) {
    const std::int64_t width = rounded_up(op.dx.channels);
    const Windows& windows = op.windows;
    each_row(work, op.dx.height, [&](std::int64_t n, std::int64_t h) {
        Covering rows{windows.top, windows.down, op.kernel_rows, windows.rows};
        rows.reach(h);
        Covering columns{windows.left, windows.across, op.kernel_columns, windows.columns};
        float* dx = work.at(op.dx, n) + h * op.dx.row;
        const std::int64_t in_rows = h - windows.top - rows.first * windows.down;
        for (std::int64_t w = 0; w < op.dx.width; ++w, dx += op.dx.pixel) {
            columns.reach(w);
            const std::int64_t in_columns = w - windows.left - columns.first * windows.across;
            const auto place = static_cast<std::int32_t>(in_rows * op.kernel_columns + in_columns);
            const std::int64_t over_rows = rows.last - rows.first, over_columns = columns.last - columns.first;
            const Pooled from = pooled(op, work, n, rows.first, columns.first);
            if (over_rows == 1 && over_columns == 1) {
                gather<1, 1, C>(op, from, dx, 1, 1, place, width);
            } else if (over_rows == 1 && over_columns == 2) {
                gather<1, 2, C>(op, from, dx, 1, 2, place, width);
            } else if (over_rows == 2 && over_columns == 1) {
                gather<2, 1, C>(op, from, dx, 2, 1, place, width);
            } else if (over_rows == 2 && over_columns == 2) {
                gather<2, 2, C>(op, from, dx, 2, 2, place, width);
            } else {
                gather<0, 0, C>(op, from, dx, over_rows, over_columns, place, width);
            }
        }
    });
}

template <Curve C>
void max_pool_gradient_of(const MaxPoolGradient& op, const Work& work) {
    const bool apart = op.windows.down >= op.kernel_rows && op.windows.across >= op.kernel_columns;
    if (!apart) {
        gather_rows<C>(op, work);
    } else if (op.accumulate) {
        spread_rows<0, 0, C, true>(op, work);
    } else if (op.kernel_rows == 2 && op.kernel_columns == 2) {
        spread_rows<2, 2, C, false>(op, work);
    } else {
        spread_rows<0, 0, C, false>(op, work);
    }
}

/// R x S windows; 0 x 0: of any size. Rows are summed by themselves, so that long sums wait less for each other.
template <int R, int S>
STRIATE_INLINE void mean(const Tensor& x, const Window& window, std::int64_t width, float* y) {
    const std::int64_t rows = R ? R : window.rows, columns = S ? S : window.columns;
    const Vector share = all(1.0F / static_cast<float>(rows * columns));
    for (std::int64_t k = 0; k < width; k += lanes) {
        Vector total{};
#pragma GCC unroll 3
        for (std::int64_t r = 0; r < rows; ++r) {
            const float* const from = window.x + r * x.row + k;
            Vector row = load(from);
#pragma GCC unroll 3
            for (std::int64_t s = 1; s < columns; ++s) row += load(from + s * x.pixel);
            total += row;
        }
        store(y + k, total * share);
    }
}

template <int R, int S>
void average_pool_rows(const AveragePool& op, const Work& work) {
    const std::int64_t width = rounded_up(op.x.channels);
    const Windows& windows = op.windows;
    each_row(work, windows.rows, [&](std::int64_t n, std::int64_t p) {
        const float* const picture = work.at(op.x, n);
        float* y = work.at(op.y, n) + p * op.y.row;
        const Range rows = seen(windows.top + p * windows.down, op.kernel_rows, op.x.height);
        for (std::int64_t q = 0; q < windows.columns; ++q, y += op.y.pixel) {
            const Range columns = seen(windows.left + q * windows.across, op.kernel_columns, op.x.width);
            const Window window{picture + rows.first * op.x.row + columns.first * op.x.pixel, rows.last - rows.first,
                                columns.last - columns.first, 0};
            if (window.rows == R && window.columns == S) {
                mean<R, S>(op.x, window, width, y);
            } else {
                mean<0, 0>(op.x, window, width, y);
            }
        }
    });
}

/// What one window sends to a row of dx; pixels from `begins` on have nothing yet.
STRIATE_INLINE void share_out(const float* dy, Vector share, float* row, std::int64_t pixel, Range columns,
                              std::int64_t begins, std::int64_t width) {
    for (std::int64_t c = columns.first; c < columns.last; ++c) {
        float* const dx = row + c * pixel;
        for (std::int64_t k = 0; k < width; k += lanes) {
            const Vector mine = load(dy + k) * share;
            store(dx + k, c >= begins ? mine : load(dx + k) + mine);
        }
    }
}

/// A row of dx: what a row of windows sends to it, to be added or the first to come.
void share_out_row(const AveragePoolGradient& op, const float* dy, float* row, Range rows, bool adds) {
    const std::int64_t width = rounded_up(op.dx.channels), size = op.dx.width;
    std::int64_t written = adds ? size : 0;
    for (std::int64_t q = 0; q < op.windows.columns; ++q, dy += op.dy.pixel) {
        const Range columns = seen(op.windows.left + q * op.windows.across, op.kernel_columns, size);
        clear(row, op.dx, written, columns.first, width);
        const std::int64_t pixels = (rows.last - rows.first) * (columns.last - columns.first);
        share_out(dy, all(1.0F / static_cast<float>(pixels)), row, op.dx.pixel, columns, written, width);
        written = larger(written, columns.last);
    }
    clear(row, op.dx, written, size, width);
}

}  // namespace

void max_pool(const MaxPool& op, const Work& work) {
    clear_halos(op.y, work);
    if (op.winner.present()) {
        clear_halos(op.winner, work);
        max_pool_of<true>(op, work);
    } else {
        max_pool_of<false>(op, work);
    }
}

void max_pool_gradient(const MaxPoolGradient& op, const Work& work) {
    if (!op.accumulate) clear_halos(op.dx, work);
    if (op.at.present() && op.slope.curve == Curve::relu) {
        max_pool_gradient_of<Curve::relu>(op, work);
    } else {
        max_pool_gradient_of<Curve::linear>(op, work);
    }
}

void average_pool(const AveragePool& op, const Work& work) {
    clear_halos(op.y, work);
    if (op.kernel_rows == 2 && op.kernel_columns == 2) {
        average_pool_rows<2, 2>(op, work);
    } else if (op.kernel_rows == 3 && op.kernel_columns == 3) {
        average_pool_rows<3, 3>(op, work);
    } else {
        average_pool_rows<0, 0>(op, work);
    }
}

void average_pool_gradient(const AveragePoolGradient& op, const Work& work) {
    if (!op.accumulate) clear_halos(op.dx, work);
    const Windows& windows = op.windows;
    each_row(work, op.dx.height, [&](std::int64_t n, std::int64_t h) {
        Covering rows{windows.top, windows.down, op.kernel_rows, windows.rows};
        rows.reach(h);
        float* const row = work.at(op.dx, n) + h * op.dx.row;
        bool adds = op.accumulate;
        if (rows.first == rows.last && !adds) clear(row, op.dx, 0, op.dx.width, rounded_up(op.dx.channels));
        for (std::int64_t p = rows.first; p < rows.last; ++p, adds = true) {
            const Range seen_rows = seen(windows.top + p * windows.down, op.kernel_rows, op.dx.height);
            share_out_row(op, work.at(op.dy, n) + p * op.dy.row, row, seen_rows, adds);
        }
    });
}

}  // namespace striate::STRIATE_ISA
