#include "functions.hpp"

// Each channel by itself. A register tile is P windows of a vector of channels: for each tap a vector of weights and P
// vectors of x feed P multiply-adds. For the gradient of the weights it is R taps: for each pixel a vector of dy and R
// of x feed R.

namespace striate::STRIATE_ISA {

namespace {

inline constexpr int most_windows = 8;
inline constexpr int most_taps = STRIATE_REGISTERS >= 32 ? 25 : 9;

/// Pixels of dy for whose sum the gradient's tiles stay in registers, at least: rows this short are taken together.
inline constexpr std::int64_t least_pixels = 32;

STRIATE_INLINE void clear_halos(const Tensor& y, const Work& work) {
    if (work.part != 0) return;
    for (std::int64_t n = work.first; n < work.last; ++n) clear_halo(y, work.at(y, n));
}

/// Where the tile's windows are, the step from one to the next.
struct Row {
    const float* x;
    float* y;
    const float* add;
    const float* at;
    std::int64_t x_step, y_step, add_step, at_step;
};

template <int P>
STRIATE_INLINE void apply(const Function& function, Vector (&sums)[P]) {
    switch (function.curve) {
        case Curve::linear:
            return;
        case Curve::relu:
            for (Vector& sum : sums) sum = value<Curve::relu>(function, sum);
            return;
        case Curve::relu6:
            for (Vector& sum : sums) sum = value<Curve::relu6>(function, sum);
            return;
        default:
            for (Vector& sum : sums) sum = value(function, sum);
    }
}

template <int P>
STRIATE_INLINE void apply_slope(const Function& function, const Row& row, std::int64_t k, Vector (&sums)[P]) {
    const auto at = [&](int p) { return load(row.at + p * row.at_step + k); };
    switch (function.curve) {
        case Curve::linear:
            return;
        case Curve::relu:
            for (int p = 0; p < P; ++p) sums[p] *= slope_from_output<Curve::relu>(function, at(p));
            return;
        case Curve::relu6:
            for (int p = 0; p < P; ++p) sums[p] *= slope_from_output<Curve::relu6>(function, at(p));
            return;
        default:
            for (int p = 0; p < P; ++p) sums[p] *= slope_from_output(function, at(p));
    }
}

/// P windows, from channel k on.
template <int P>
void tile(const Depthwise& op, const Row& row, const float* weights, const float* bias, std::int64_t k) {
    const std::int64_t width = rounded_up(op.y.channels);
    Vector sums[P];
    const Vector start = bias ? load(bias + k) : Vector{};
    for (int p = 0; p < P; ++p) sums[p] = start;
    if (row.add) {
        for (int p = 0; p < P; ++p) sums[p] += load(row.add + p * row.add_step + k);
    }
    const float* w = weights + k;
    const std::int64_t* const end = op.taps.data() + op.taps.size();
    for (const std::int64_t* tap = op.taps.data(); tap != end; ++tap, w += width) {
        const Vector weight = load(w);
        const float* const x = row.x + *tap + k;
        for (int p = 0; p < P; ++p) sums[p] += load(x + p * row.x_step) * weight;
    }
    apply(op.function, sums);
    if (row.at) apply_slope(op.slope, row, k, sums);
    for (int p = 0; p < P; ++p) store(row.y + p * row.y_step + k, sums[p]);
}

using Tile = void (*)(const Depthwise&, const Row&, const float*, const float*, std::int64_t);

constexpr Tile tiles[] = {nullptr, &tile<1>, &tile<2>, &tile<3>, &tile<4>, &tile<5>, &tile<6>, &tile<7>, &tile<8>};

/// The place of a row's first window.
STRIATE_INLINE float* place(const Work& work, const Tensor& map, const Windows& windows, std::int64_t n,
                            std::int64_t r) {
    if (!map.present()) return nullptr;
    return work.at(map, n) + (windows.top + r * windows.down) * map.row + windows.left * map.pixel;
}

}  // namespace

void depthwise(const Depthwise& op, const Work& work) {
    clear_halos(op.y, work);
    const float* const weights = work.at(op.weights);
    const float* const bias = work.at(op.bias);
    const std::int64_t width = rounded_up(op.y.channels), columns = op.windows.columns;
    // Tiles of nearly equal size.
    const std::int64_t count = (columns + most_windows - 1) / most_windows;
    const Range mine = share_of((work.last - work.first) * op.windows.rows, work.part, work.parts);
    for (std::int64_t line = mine.first; line < mine.last; ++line) {
        const std::int64_t n = work.first + line / op.windows.rows, r = line % op.windows.rows;
        const Row row{place(work, op.x, op.windows, n, r),  place(work, op.y, op.places, n, r),
                      place(work, op.add, op.places, n, r), place(work, op.at, op.places, n, r),
                      op.windows.across * op.x.pixel,       op.places.across * op.y.pixel,
                      op.places.across * op.add.pixel,      op.places.across * op.at.pixel};
        for (std::int64_t t = 0; t < count; ++t) {
            const Range range = share_of(columns, t, count);
            Row here = row;
            here.x += range.first * row.x_step;
            here.y += range.first * row.y_step;
            if (row.add) here.add += range.first * row.add_step;
            if (row.at) here.at += range.first * row.at_step;
            const Tile run = tiles[range.last - range.first];
            for (std::int64_t k = 0; k < width; k += lanes) run(op, here, weights, bias, k);
        }
    }
}

namespace {

/// Some rows of a picture.
struct Strip {
    const float* x;
    const float* dy;
    std::int64_t x_row, x_pixel, dy_row, dy_pixel;
    std::int64_t rows, columns;
};

STRIATE_INLINE void add_to(float* sum, Vector more, bool begins) { store(sum, begins ? more : load(sum) + more); }

/// R taps' sums over a strip. Several pixels at a time: their places in x are found from the tap's once.
template <int R>
void sum_taps(const Strip& strip, const std::int64_t* taps, float* dw, std::int64_t width, bool begins) {
    constexpr int together = 4;
    Vector sums[R] = {};
    for (std::int64_t r = 0; r < strip.rows; ++r) {
        const float* x = strip.x + r * strip.x_row;
        const float* dy = strip.dy + r * strip.dy_row;
        std::int64_t q = 0;
        for (; q + together <= strip.columns; q += together) {
            Vector d[together];
            for (int i = 0; i < together; ++i) d[i] = load(dy + i * strip.dy_pixel);
            for (int t = 0; t < R; ++t) {
                const float* const from = x + taps[t];
                for (int i = 0; i < together; ++i) sums[t] += load(from + i * strip.x_pixel) * d[i];
            }
            x += together * strip.x_pixel;
            dy += together * strip.dy_pixel;
        }
        for (; q < strip.columns; ++q, x += strip.x_pixel, dy += strip.dy_pixel) {
            const Vector d = load(dy);
            for (int t = 0; t < R; ++t) sums[t] += load(x + taps[t]) * d;
        }
    }
    for (int t = 0; t < R; ++t) add_to(dw + t * width, sums[t], begins);
}

void sum_pixels(const Strip& strip, float* db, bool begins) {
    Vector total{};
    for (std::int64_t r = 0; r < strip.rows; ++r) {
        const float* const dy = strip.dy + r * strip.dy_row;
        Vector row{};
        for (std::int64_t q = 0; q < strip.columns; ++q) row += load(dy + q * strip.dy_pixel);
        total += row;
    }
    add_to(db, total, begins);
}

using SumTaps = void (*)(const Strip&, const std::int64_t*, float*, std::int64_t, bool);

/// Taps as tiles: as many as fit, then the rest by less and less.
void sum_all_taps(const Strip& strip, const DepthwiseWeightGradient& op, float* dw, std::int64_t width, bool begins) {
    const std::int64_t* taps = op.taps.data();
    auto left = static_cast<std::int64_t>(op.taps.size());
    const auto run = [&](SumTaps sum, std::int64_t count) {
        for (; left >= count; left -= count, taps += count, dw += count * width) sum(strip, taps, dw, width, begins);
    };
    if constexpr (most_taps >= 25) run(&sum_taps<25>, 25);
    run(&sum_taps<9>, 9);
    run(&sum_taps<5>, 5);
    run(&sum_taps<3>, 3);
    run(&sum_taps<1>, 1);
}

}  // namespace

void depthwise_weight_gradient(const DepthwiseWeightGradient& op, const Work& work) {
    const std::int64_t width = rounded_up(op.dy.channels);
    const Range groups = share_of(width / rounding, work.part, work.parts);
    float* const dw = work.partial(op.dw);
    float* const db = work.partial(op.db);
    const std::int64_t together = larger<std::int64_t>(1, least_pixels / op.windows.columns);
    bool begins = work.begins_chunk;
    for (std::int64_t n = work.first; n < work.last; ++n) {
        for (std::int64_t r = 0; r < op.windows.rows; r += together, begins = false) {
            Strip strip{.x = place(work, op.x, op.windows, n, r),
                        .dy = work.at(op.dy, n) + r * op.dy.row,
                        .x_row = op.windows.down * op.x.row,
                        .x_pixel = op.windows.across * op.x.pixel,
                        .dy_row = op.dy.row,
                        .dy_pixel = op.dy.pixel,
                        .rows = smaller(together, op.windows.rows - r),
                        .columns = op.windows.columns};
            strip.x += groups.first * rounding;
            strip.dy += groups.first * rounding;
            for (std::int64_t k = groups.first * rounding; k < groups.last * rounding; k += lanes) {
                sum_all_taps(strip, op, dw + k, width, begins);
                if (db) sum_pixels(strip, db + k, begins);
                strip.x += lanes;
                strip.dy += lanes;
            }
        }
    }
}

namespace {

/// Calls pixel(x, y) for the pixels of a part's rows.
template <typename Pixel>
STRIATE_INLINE void each_pixel(const Tensor& x, const Tensor& y, const Work& work, Pixel pixel) {
    const Range mine = share_of((work.last - work.first) * y.height, work.part, work.parts);
    for (std::int64_t line = mine.first; line < mine.last; ++line) {
        const std::int64_t n = work.first + line / y.height, r = line % y.height;
        const float* from = work.at(x, n) + r * x.row;
        float* to = work.at(y, n) + r * y.row;
        for (std::int64_t q = 0; q < y.width; ++q, from += x.pixel, to += y.pixel) pixel(from, to);
    }
}

}  // namespace

void repeat(const Repeat& op, const Work& work) {
    clear_halos(op.y, work);
    each_pixel(op.x, op.y, work, [&op](const float* x, float* y) {
        for (std::int64_t c = 0; c < op.x.channels; ++c) {
            for (std::int32_t m = 0; m < op.times; ++m) *y++ = x[c];
        }
        for (std::int64_t k = op.y.channels; k < rounded_up(op.y.channels); ++k) *y++ = 0;
    });
}

void repeat_gradient(const RepeatGradient& op, const Work& work) {
    if (!op.accumulate) clear_halos(op.dx, work);
    each_pixel(op.dy, op.dx, work, [&op](const float* dy, float* dx) {
        for (std::int64_t c = 0; c < op.dx.channels; ++c) {
            float total = op.accumulate ? dx[c] : 0;
            for (std::int32_t m = 0; m < op.times; ++m) total += *dy++;
            dx[c] = total;
        }
        if (op.accumulate) return;
        for (std::int64_t c = op.dx.channels; c < rounded_up(op.dx.channels); ++c) dx[c] = 0;
    });
}

}  // namespace striate::STRIATE_ISA
