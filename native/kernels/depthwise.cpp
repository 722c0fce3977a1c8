#include "functions.hpp"

// Each channel by itself, or with the few others of its group. A register tile is P windows of V vectors of channels, a
// cache line's: for each tap V vectors of weights and P V of x feed P V multiply-adds. For the gradient of the weights
// it is R taps: for each pixel V vectors of dy and R V of x feed R V. In groups of g there are g products for each of
// these, of the same numbers of x brought to other lanes.

namespace striate::STRIATE_ISA {

namespace {

inline constexpr int line_vectors = rounding / lanes;
inline constexpr int most_windows = smaller(smaller(7, 16 / line_vectors), (STRIATE_REGISTERS - 2) / line_vectors - 1);

inline constexpr int gradient_vectors = smaller(2, line_vectors);
inline constexpr int together = 4;  ///< pixels whose places in x are found from a tap's at once
inline constexpr int most_taps = (STRIATE_REGISTERS - 1) / gradient_vectors - together;

/// Pixels of dy for whose sums the gradient's tiles stay in registers, at most: then come the next channels, so that
/// memory is read nearly in its order. Rows shorter than half of it are taken together.
inline constexpr std::int64_t most_pixels = 64;

STRIATE_INLINE void clear_halos(const Tensor& y, const Work& work) {
    if (work.part != 0) return;
    for (std::int64_t n = work.first; n < work.last; ++n) clear_halo(y, work.at(y, n));
}

/// For each lane of a vector of channels number j of its group; `first`: the vector's first channel in a line of 16.
template <int G, int j>
STRIATE_INLINE Vector of_group(const float* x, int first) {
    if constexpr (G == 1) {
        return load(x);
    } else if constexpr (G <= lanes) {
        return spread<G, j>(load(x), EachLane{});
    } else {
        return all(x[j - first % G]);
    }
}

/// Where the tile's windows are, the step from one to the next.
struct Row {
    const float* x;
    float* y;
    const float* add;
    const float* at;
    std::int64_t x_step, y_step, add_step, at_step;
};

/// The curves that a tile applies to what it has in registers.
STRIATE_INLINE bool simple(const Function& function) {
    return function.curve == Curve::linear || function.curve == Curve::relu || function.curve == Curve::relu6;
}

/// The other curves, on sums in y: apart, since a call in a tile would cost it its registers.
[[gnu::noinline]] void apply_later(const Depthwise& op, const Row& row, std::int64_t first, int windows) {
    for (int p = 0; p < windows; ++p) {
        for (std::int64_t k = first; k < first + rounding; k += lanes) {
            float* const y = row.y + p * row.y_step + k;
            store(y, value(op.function, load(y)));
            if (row.at) store(y, load(y) * slope_from_output(op.slope, load(row.at + p * row.at_step + k)));
        }
    }
}

/// What relu and relu6 clip at.
STRIATE_INLINE float largest(const Function& function) {
    return function.curve == Curve::relu ? __builtin_inff() : 6.0F;
}

/// For one tap the products of number j of each group, j and on.
template <int P, int G, int j = 0>
STRIATE_INLINE void add_products(Vector (&sums)[P * line_vectors], const float* x, std::int64_t x_step, const float* w,
                                 std::int64_t width) {
    constexpr int V = line_vectors;
    STRIATE_UNROLL
    for (int i = 0; i < P * V; ++i) {
        const int first = i % V * lanes;
        sums[i] += of_group<G, j>(x + i / V * x_step + first, first) * load(w + first);
    }
    if constexpr (j + 1 < G) add_products<P, G, j + 1>(sums, x, x_step, w + width, width);
}

/// P windows. GCC keeps an array in registers only where the loops over it are innermost, but not outermost: hence one
/// loop over windows and vectors, and the one over channels in here.
template <int P, int G>
void tile(const Depthwise& op, const Row& row, const float* weights, const float* bias) {
    constexpr int V = line_vectors;
    const std::int64_t width = rounded_up(op.y.channels);
    const std::int64_t* const end = op.taps.data() + op.taps.size();
    const bool here = simple(op.function) && simple(op.slope);
    for (std::int64_t k = 0; k < width; k += rounding) {
        const auto at = [k](auto* map, std::int64_t step, int i) { return map + i / V * step + k + i % V * lanes; };
        Vector sums[P * V];
        for (int i = 0; i < P * V; ++i) sums[i] = bias ? load(at(bias, 0, i)) : Vector{};
        if (row.add) {
            for (int i = 0; i < P * V; ++i) sums[i] += load(at(row.add, row.add_step, i));
        }
        const float* w = weights;
        for (const std::int64_t* tap = op.taps.data(); tap != end; ++tap, w += G * width) {
            add_products<P, G>(sums, row.x + *tap + k, row.x_step, w + k, width);
        }
        if (here && op.function.curve != Curve::linear) {
            for (int i = 0; i < P * V; ++i) sums[i] = no_more(relu(sums[i]), largest(op.function));
        }
        if (here && row.at && op.slope.curve != Curve::linear) {
            for (int i = 0; i < P * V; ++i) {
                const Vector y = load(at(row.at, row.at_step, i));
                const Vector below = y < largest(op.slope) ? sums[i] : Vector{};
                sums[i] = y > 0.0F ? below : Vector{};
            }
        }
        for (int i = 0; i < P * V; ++i) store(at(row.y, row.y_step, i), sums[i]);
        if (!here) apply_later(op, row, k, P);
    }
}

using Tile = void (*)(const Depthwise&, const Row&, const float*, const float*);

template <int P, int G>
constexpr Tile tile_or_none() {
    if constexpr (P <= most_windows) {
        return &tile<P, G>;
    } else {
        return nullptr;
    }
}

template <int G>
struct InGroups {
    static constexpr Tile tiles[] = {nullptr,
                                     tile_or_none<1, G>(),
                                     tile_or_none<2, G>(),
                                     tile_or_none<3, G>(),
                                     tile_or_none<4, G>(),
                                     tile_or_none<5, G>(),
                                     tile_or_none<6, G>(),
                                     tile_or_none<7, G>()};
};

const Tile* tiles_in_groups(std::int32_t group) {
    switch (group) {
        case 2:
            return InGroups<2>::tiles;
        case 4:
            return InGroups<4>::tiles;
        case 8:
            return InGroups<8>::tiles;
        default:
            return InGroups<1>::tiles;
    }
}

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
    const std::int64_t columns = op.windows.columns;
    const Tile* const tiles = tiles_in_groups(op.group);
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
            tiles[range.last - range.first](op, here, weights, bias);
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

/// R taps' sums over a strip.
template <int R>
void sum_taps(const Strip& strip, const std::int64_t* taps, float* dw, std::int64_t width, bool begins) {
    constexpr int V = gradient_vectors;
    Vector sums[R][V] = {};
    for (std::int64_t r = 0; r < strip.rows; ++r) {
        const float* x = strip.x + r * strip.x_row;
        const float* dy = strip.dy + r * strip.dy_row;
        std::int64_t q = 0;
        for (; q + together <= strip.columns; q += together) {
            Vector d[together][V];
            for (int i = 0; i < together; ++i) {
                for (int v = 0; v < V; ++v) d[i][v] = load(dy + i * strip.dy_pixel + v * lanes);
            }
            for (int t = 0; t < R; ++t) {
                const float* const from = x + taps[t];
                for (int i = 0; i < together; ++i) {
                    for (int v = 0; v < V; ++v) sums[t][v] += load(from + i * strip.x_pixel + v * lanes) * d[i][v];
                }
            }
            x += together * strip.x_pixel;
            dy += together * strip.dy_pixel;
        }
        for (; q < strip.columns; ++q, x += strip.x_pixel, dy += strip.dy_pixel) {
            Vector d[V];
            for (int v = 0; v < V; ++v) d[v] = load(dy + v * lanes);
            for (int t = 0; t < R; ++t) {
                for (int v = 0; v < V; ++v) sums[t][v] += load(x + taps[t] + v * lanes) * d[v];
            }
        }
    }
    for (int t = 0; t < R; ++t) {
        for (int v = 0; v < V; ++v) add_to(dw + t * width + v * lanes, sums[t][v], begins);
    }
}

/// Sums of one tap's products with d, of number j of each group and on; first: d's first channel in a line of 16.
template <int G, int j = 0>
STRIATE_INLINE void add_products(Vector (&sums)[G], const float* x, Vector d, int first) {
    sums[j] += of_group<G, j>(x, first) * d;
    if constexpr (j + 1 < G) add_products<G, j + 1>(sums, x, d, first);
}

/// The same of R taps whose channels are in groups, one vector of channels.
template <int R, int G>
void sum_taps_in_groups(const Strip& strip, const std::int64_t* taps, float* dw, std::int64_t width, bool begins,
                        int first) {
    Vector sums[R][G] = {};
    for (std::int64_t r = 0; r < strip.rows; ++r) {
        const float* x = strip.x + r * strip.x_row;
        const float* dy = strip.dy + r * strip.dy_row;
        for (std::int64_t q = 0; q < strip.columns; ++q, x += strip.x_pixel, dy += strip.dy_pixel) {
            const Vector d = load(dy);
            STRIATE_UNROLL
            for (int t = 0; t < R; ++t) add_products<G>(sums[t], x + taps[t], d, first);
        }
    }
    STRIATE_UNROLL
    for (int i = 0; i < R * G; ++i) add_to(dw + i * width, sums[i / G][i % G], begins);
}

STRIATE_INLINE void sum_pixels(const Strip& strip, std::int64_t k, float* db, bool begins) {
    Vector total{};
    for (std::int64_t r = 0; r < strip.rows; ++r) {
        const float* const dy = strip.dy + r * strip.dy_row + k;
        Vector row{};
        for (std::int64_t q = 0; q < strip.columns; ++q) row += load(dy + q * strip.dy_pixel);
        total += row;
    }
    add_to(db + k, total, begins);
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
    if constexpr (most_taps >= 9) run(&sum_taps<9>, 9);
    run(&sum_taps<3>, 3);
    run(&sum_taps<1>, 1);
}

/// The same in groups: a vector's taps, as many at a time as there are registers for.
template <int G>
void sum_all_in_groups(const Strip& whole, const DepthwiseWeightGradient& op, float* dw, std::int64_t width,
                       bool begins, int first) {
    constexpr int most = (STRIATE_REGISTERS - 3) / G, some = most >= 9 ? 9 : (most >= 3 ? 3 : 1);
    Strip strip = whole;
    strip.x += first;
    strip.dy += first;
    dw += first;
    const std::int64_t* taps = op.taps.data();
    auto left = static_cast<std::int64_t>(op.taps.size());
    for (; left >= some; left -= some, taps += some, dw += some * G * width) {
        sum_taps_in_groups<some, G>(strip, taps, dw, width, begins, first);
    }
    for (; left > 0; --left, ++taps, dw += G * width) sum_taps_in_groups<1, G>(strip, taps, dw, width, begins, first);
}

/// Sums for two vectors of channels, or for one where that is a line.
void sum_line(const Strip& strip, const DepthwiseWeightGradient& op, float* dw, std::int64_t width, bool begins) {
    if (op.group == 1) return sum_all_taps(strip, op, dw, width, begins);
    for (int first = 0; first < gradient_vectors * lanes; first += lanes) {
        if (op.group == 2) sum_all_in_groups<2>(strip, op, dw, width, begins, first);
        if (op.group == 4) sum_all_in_groups<4>(strip, op, dw, width, begins, first);
        if (op.group == 8) sum_all_in_groups<8>(strip, op, dw, width, begins, first);
    }
}

}  // namespace

void depthwise_weight_gradient(const DepthwiseWeightGradient& op, const Work& work) {
    const std::int64_t width = rounded_up(op.dy.channels);
    const Range groups = share_of(width / rounding, work.part, work.parts);
    float* const dw = work.partial(op.dw);
    float* const db = work.partial(op.db);
    const std::int64_t columns = op.windows.columns, strips = (columns + most_pixels - 1) / most_pixels;
    const std::int64_t rows = larger<std::int64_t>(1, most_pixels / columns);
    bool begins = work.begins_chunk;
    for (std::int64_t n = work.first; n < work.last; ++n) {
        for (std::int64_t r = 0; r < op.windows.rows; r += rows) {
            const std::int64_t first_channel = groups.first * rounding;
            const Strip whole{.x = place(work, op.x, op.windows, n, r) + first_channel,
                              .dy = work.at(op.dy, n) + r * op.dy.row + first_channel,
                              .x_row = op.windows.down * op.x.row,
                              .x_pixel = op.windows.across * op.x.pixel,
                              .dy_row = op.dy.row,
                              .dy_pixel = op.dy.pixel,
                              .rows = smaller(rows, op.windows.rows - r),
                              .columns = 0};
            for (std::int64_t i = 0; i < strips; ++i, begins = false) {
                const Range range = share_of(columns, i, strips);
                Strip strip = whole;
                strip.columns = range.last - range.first;
                strip.x += range.first * strip.x_pixel;
                strip.dy += range.first * strip.dy_pixel;
                for (std::int64_t k = first_channel; k < groups.last * rounding; k += gradient_vectors * lanes) {
                    sum_line(strip, op, dw + k, width, begins);
                    for (int v = 0; db && v < gradient_vectors; ++v) sum_pixels(strip, v * lanes, db + k, begins);
                    strip.x += gradient_vectors * lanes;
                    strip.dy += gradient_vectors * lanes;
                }
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
