#include "functions.hpp"
#include "windows.hpp"

// The gradient of the maxima. It is gathered: each pixel of dx takes what the windows over it send, in their order, and
// is written once. Pixels are then independent of each other, however the work is cut. Where windows do not overlap,
// each of them writes its own pixels instead.

namespace striate::STRIATE_ISA {

namespace {

/// What multiplies dy: nothing, relu's slope, or another's.
enum class Sloped { not_at_all, by_relu, by_function };

template <Sloped S>
STRIATE_INLINE Vector sloped(const Function& function, Vector gradient, const float* at) {
    if constexpr (S == Sloped::by_relu) {
        return load(at) > 0.0F ? gradient : Vector{};
    } else if constexpr (S == Sloped::by_function) {
        return gradient * slope_from_output(function, load(at));
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
template <int R, int S, Sloped Slope, bool Accumulate>
STRIATE_INLINE void spread(const MaxPoolGradient& op, const Pooled& from, float* dx, const Window& window,
                           std::int64_t width) {
    const std::int64_t rows = R ? R : window.rows, columns = S ? S : window.columns;
    for (std::int64_t k = 0; k < width; k += lanes) {
        const Vector gradient = sloped<Slope>(op.slope, load(from.dy + k), from.at + k);
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
template <int R, int S, Sloped Slope, bool Accumulate>
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
                spread<R, S, Slope, Accumulate>(op, from, to, window, width);
            } else {
                spread<0, 0, Slope, Accumulate>(op, from, to, window, width);
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
template <int Rows, int Columns, Sloped Slope>
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
                const Vector gradient =
                    sloped<Slope>(op.slope, load(from.dy + r * op.dy.row + q * op.dy.pixel + k), from.at + at);
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

template <Sloped Slope>
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
                gather<1, 1, Slope>(op, from, dx, 1, 1, place, width);
            } else if (over_rows == 1 && over_columns == 2) {
                gather<1, 2, Slope>(op, from, dx, 1, 2, place, width);
            } else if (over_rows == 2 && over_columns == 1) {
                gather<2, 1, Slope>(op, from, dx, 2, 1, place, width);
            } else if (over_rows == 2 && over_columns == 2) {
                gather<2, 2, Slope>(op, from, dx, 2, 2, place, width);
            } else {
                gather<0, 0, Slope>(op, from, dx, over_rows, over_columns, place, width);
            }
        }
    });
}

template <Sloped Slope>
void max_pool_gradient_of(const MaxPoolGradient& op, const Work& work) {
    const bool apart = op.windows.down >= op.kernel_rows && op.windows.across >= op.kernel_columns;
    if (!apart) {
        gather_rows<Slope>(op, work);
    } else if (op.accumulate) {
        spread_rows<0, 0, Slope, true>(op, work);
    } else if (op.kernel_rows == 2 && op.kernel_columns == 2) {
        spread_rows<2, 2, Slope, false>(op, work);
    } else {
        spread_rows<0, 0, Slope, false>(op, work);
    }
}

}  // namespace

void max_pool_gradient(const MaxPoolGradient& op, const Work& work) {
    if (!op.accumulate) clear_halos(op.dx, work);
    if (!op.at.present() || op.slope.curve == Curve::linear) {
        max_pool_gradient_of<Sloped::not_at_all>(op, work);
    } else if (op.slope.curve == Curve::relu) {
        max_pool_gradient_of<Sloped::by_relu>(op, work);
    } else {
        max_pool_gradient_of<Sloped::by_function>(op, work);
    }
}

}  // namespace striate::STRIATE_ISA
