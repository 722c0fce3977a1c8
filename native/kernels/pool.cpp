#include "windows.hpp"

// One number for each window of each channel.

namespace striate::STRIATE_ISA {

namespace {

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
