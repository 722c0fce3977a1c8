#include "vector.hpp"

// A register tile is P windows by V vectors of output channels. For each row of weights V loads and P broadcasts feed
// P V multiply-adds; P V accumulators, V weights and a broadcast fit into the registers. Whatever P and V are, one
// output is the same sum in the same order, so a window's numbers do not depend on which tile took it.

namespace striate::STRIATE_ISA {

namespace {

/// Where the tile's windows are, the step from one to the next.
struct Row {
    const float* x;
    float* y;
    const float* start;  ///< what the sums begin with: the bias, or what a pass before has left in y
    const float* add;
    const float* at;
    std::int64_t x_step, y_step, start_step, add_step, at_step;
};

/// The stretches of one pass, and its weights.
struct Pass {
    const Stretch* first;
    const Stretch* last;
    const float* weights;
    std::int64_t width;  ///< of the panel, in floats: from a row of weights to the next
};

/// Whether a pass is the first over its outputs, and whether it is the last. Apart from Pass, which is copied for every
/// line: two bytes that were stored one by one and are loaded as one wait until all stores before them are done.
struct Order {
    bool begins, ends;
};

/// What is done with the sums before they are stored; the common ones are compiled apart.
enum class Finish { nothing, relu, relu6, relu_slope, relu6_slope, anything };

STRIATE_INLINE Vector relu6(Vector x) { return x <= 0.0F ? Vector{} : (x > 6.0F ? all(6.0F) : x); }

STRIATE_INLINE Vector relu_slope(Vector y) { return y > 0.0F ? all(1.0F) : Vector{}; }

STRIATE_INLINE Vector relu6_slope(Vector y) { return ((y > 0.0F) & (y < 6.0F)) ? all(1.0F) : Vector{}; }

STRIATE_INLINE Vector simple(const Function& function, Vector x) {
    switch (function.curve) {
        case Curve::relu:
            return relu(x);
        case Curve::leaky_relu:
            return x > 0.0F ? x : 0.2F * x;
        case Curve::relu6:
            return relu6(x);
        default:
            return x;
    }
}

STRIATE_INLINE Vector simple_slope(const Function& function, Vector y) {
    switch (function.curve) {
        case Curve::relu:
            return relu_slope(y);
        case Curve::leaky_relu:
            return y > 0.0F ? all(1.0F) : all(0.2F);
        case Curve::relu6:
            return relu6_slope(y);
        default:
            return all(1.0F);
    }
}

/// The sums of a tile, stored one after the other: whatever has to be done with them. Apart, since its branches for
/// every sum would be most of a tile's code.
[[gnu::noinline]] void leave_anyhow(const float* sums, int windows, int vectors, const Row& row, const Convolve& op,
                                    std::int64_t channels) {
    for (int p = 0; p < windows; ++p) {
        for (int v = 0; v < vectors; ++v, sums += lanes) {
            Vector sum = load(sums);
            if (row.add) sum += load(row.add + p * row.add_step + v * lanes);
            sum = simple(op.function, sum);
            if (row.at) sum *= simple_slope(op.slope, load(row.at + p * row.at_step + v * lanes));
            store_first(row.y + p * row.y_step + v * lanes, sum, channels - v * lanes);
        }
    }
}

template <int P, int V, typename Function>
STRIATE_INLINE void leave(const Vector (&sums)[P * V], const Row& row, Function function) {
    STRIATE_UNROLL
    for (int i = 0; i < P * V; ++i) store(row.y + i / V * row.y_step + i % V * lanes, function(sums[i], i));
}

/// What a stretch adds to the sums of windows First to Last of a tile; `w` goes on to the weights behind.
template <int V, int First, int Last, int Size>
STRIATE_INLINE void add_up(Vector (&sums)[Size], const float* x, const Stretch& stretch, std::int64_t x_step,
                           const float*& w, std::int64_t width) {
    if constexpr (First < Last) {
        for (const float* end = x + stretch.size; x != end; ++x) {
            Vector weights[V];
            STRIATE_UNROLL
            for (int v = 0; v < V; ++v) weights[v] = load(w + v * lanes);
            w += width;
            STRIATE_UNROLL
            for (int i = First * V; i < Last * V; ++i) sums[i] += all(x[i / V * x_step]) * weights[i % V];
        }
    } else {
        w += stretch.size * width;
    }
}

/// `ends`: which ends of its row a tile has, as `Stretch::beside` counts them; for `AtEnd` alone.
template <int P, int V, bool AtEnd>
void tile(const Row& row, const Pass& pass, int ends, Finish finish, const Convolve& op, std::int64_t channels) {
    Vector sums[P * V];
    STRIATE_UNROLL
    for (int i = 0; i < P * V; ++i) sums[i] = load(row.start + i / V * row.start_step + i % V * lanes);
    const float* w = pass.weights;
    for (const Stretch* stretch = pass.first; stretch != pass.last; ++stretch) {
        const float* x = row.x + stretch->offset;
        switch (AtEnd ? stretch->beside & ends : 0) {
            case 0:
                add_up<V, 0, P>(sums, x, *stretch, row.x_step, w, pass.width);
                break;
            case 1:
                add_up<V, 1, P>(sums, x, *stretch, row.x_step, w, pass.width);
                break;
            case 2:
                add_up<V, 0, P - 1>(sums, x, *stretch, row.x_step, w, pass.width);
                break;
            default:
                add_up<V, 1, P - 1>(sums, x, *stretch, row.x_step, w, pass.width);
        }
    }
    const auto at = [&row](int i) { return load(row.at + i / V * row.at_step + i % V * lanes); };
    switch (finish) {
        case Finish::nothing:
            return leave<P, V>(sums, row, [](Vector sum, int) { return sum; });
        case Finish::relu:
            return leave<P, V>(sums, row, [](Vector sum, int) { return relu(sum); });
        case Finish::relu6:
            return leave<P, V>(sums, row, [](Vector sum, int) { return relu6(sum); });
        case Finish::relu_slope:
            return leave<P, V>(sums, row, [at](Vector sum, int i) { return sum * relu_slope(at(i)); });
        case Finish::relu6_slope:
            return leave<P, V>(sums, row, [at](Vector sum, int i) { return sum * relu6_slope(at(i)); });
        case Finish::anything: {
            float kept[P * V * lanes];
            STRIATE_UNROLL
            for (int i = 0; i < P * V; ++i) store(kept + i * lanes, sums[i]);
            return leave_anyhow(kept, P, V, row, op, channels);
        }
    }
}

using Tile = void (*)(const Row&, const Pass&, int, Finish, const Convolve&, std::int64_t);

inline constexpr int most_windows = 14, most_vectors = STRIATE_REGISTERS >= 32 ? 4 : 2;

/// Whether a tile's sums, weights and a broadcast fit into the registers.
constexpr bool fits(int windows, int vectors) { return windows * vectors + vectors + 1 <= STRIATE_REGISTERS; }

template <int P, int V, bool AtEnd>
constexpr Tile tile_or_none() {
    if constexpr (fits(P, V)) {
        return &tile<P, V, AtEnd>;
    } else {
        return nullptr;
    }
}

template <int V, bool AtEnd>
struct OfVectors {
    static constexpr Tile tiles[] = {nullptr,
                                     tile_or_none<1, V, AtEnd>(),
                                     tile_or_none<2, V, AtEnd>(),
                                     tile_or_none<3, V, AtEnd>(),
                                     tile_or_none<4, V, AtEnd>(),
                                     tile_or_none<5, V, AtEnd>(),
                                     tile_or_none<6, V, AtEnd>(),
                                     tile_or_none<7, V, AtEnd>(),
                                     tile_or_none<8, V, AtEnd>(),
                                     tile_or_none<9, V, AtEnd>(),
                                     tile_or_none<10, V, AtEnd>(),
                                     tile_or_none<11, V, AtEnd>(),
                                     tile_or_none<12, V, AtEnd>(),
                                     tile_or_none<13, V, AtEnd>(),
                                     tile_or_none<14, V, AtEnd>()};
};

template <bool AtEnd>
constexpr const Tile* tiles_of[] = {nullptr, OfVectors<1, AtEnd>::tiles, OfVectors<2, AtEnd>::tiles,
                                    OfVectors<3, AtEnd>::tiles, OfVectors<4, AtEnd>::tiles};

/// The most windows that a tile of so many vectors takes.
constexpr int windows_at_most(int vectors) {
    int most = 1;
    while (most < most_windows && fits(most + 1, vectors)) ++most;
    return most;
}

/// A run of windows as tiles of nearly equal size; the row moves along. `beside`: of all stretches.
STRIATE_INLINE void run(Row& row, std::int64_t windows, const Pass& pass, int beside, Finish finish, const Convolve& op,
                        std::int64_t channels, int vectors) {
    const std::int64_t most = smaller<std::int64_t>(op.tile, windows_at_most(vectors));
    const std::int64_t tiles = (windows + most - 1) / most;
    std::int64_t first = 0;
    for (std::int64_t t = 1; t <= tiles; ++t) {
        const std::int64_t last = windows * t / tiles, count = last - first;
        const int ends = ((first == 0 ? 1 : 0) + (last == windows ? 2 : 0)) & beside;
        (ends ? tiles_of<true> : tiles_of<false>)[vectors][count](row, pass, ends, finish, op, channels);
        row.x += count * row.x_step;
        row.y += count * row.y_step;
        row.start += count * row.start_step;
        if (row.add) row.add += count * row.add_step;
        if (row.at) row.at += count * row.at_step;
        first = last;
    }
}

/// One place of a tensor by (picture, window row, window column).
struct Places {
    const Work& work;
    const Tensor& map;
    const Windows& windows;
    std::int64_t channel;

    [[nodiscard]] float* at(std::int64_t picture, std::int64_t row, std::int64_t column) const {
        if (!map.present()) return nullptr;
        return work.at(map, picture) + (windows.top + row * windows.down) * map.row +
               (windows.left + column * windows.across) * map.pixel + channel;
    }
    [[nodiscard]] std::int64_t step(bool along_pictures) const {
        return along_pictures ? map.picture : windows.across * map.pixel;
    }
};

/// What a line of windows sees of a pass: not what lies above or below the map, zeros that add nothing.
STRIATE_INLINE Pass seen(const Convolve& op, const Pass& pass, std::int64_t corner, std::int64_t last_corner) {
    const std::int64_t begin = -op.x.left * op.x.pixel, end = begin + op.x.height * op.x.row;
    const auto outside = [&](const Stretch& stretch) {
        return last_corner + stretch.offset + stretch.size <= begin || corner + stretch.offset >= end;
    };
    Pass part = pass;
    for (; part.first != part.last && outside(*part.first); ++part.first) {
        part.weights += part.first->size * part.width;
    }
    while (part.first != part.last && outside(*(part.last - 1))) --part.last;
    return part;
}

/// Whether an operation adds to what its output holds.
bool adds_to_itself(const Convolve& op) {
    return op.add.present() && op.add.offset == op.y.offset && op.add.space == op.y.space;
}

Finish finish_by(Curve curve, Finish of_relu, Finish of_relu6) {
    switch (curve) {
        case Curve::linear:
            return Finish::nothing;
        case Curve::relu:
            return of_relu;
        case Curve::relu6:
            return of_relu6;
        default:
            return Finish::anything;
    }
}

Finish finish_of(const Convolve& op, bool ends, bool grouped) {
    if (grouped) return Finish::anything;
    if (!ends) return Finish::nothing;
    if (op.add.present() && !adds_to_itself(op)) return Finish::anything;
    if (!op.at.present()) return finish_by(op.function.curve, Finish::relu, Finish::relu6);
    if (op.function.curve != Curve::linear) return Finish::anything;
    return finish_by(op.slope.curve, Finish::relu_slope, Finish::relu6_slope);
}

alignas(64) constexpr float zeros[most_vectors * lanes] = {};

/// All windows of some rows (or places, where tiles take pictures) for the channels of one panel.
void sweep(const Convolve& op, const Work& work, Range lines, std::int64_t first_channel, std::int64_t width,
           const Pass& pass, Order order) {
    const std::int64_t channel = op.y_channel + first_channel;
    const Places from{work, op.x, op.windows, op.x_channel}, to{work, op.y, op.places, channel};
    const Places add{work, op.add, op.places, channel}, at{work, op.at, op.places, channel};
    const bool pictures = op.along_pictures;
    const float* bias = op.bias.present() ? work.at(op.bias) + channel : nullptr;
    const std::int64_t windows = pictures ? work.last - work.first : op.windows.columns;
    // A group writes its own channels alone; else the rounding is written, too.
    const bool grouped = op.channels < op.y.channels && op.channels % rounding != 0;
    const bool from_y = !order.begins || adds_to_itself(op);
    const Finish finish = finish_of(op, order.ends, grouped);
    int beside = 0;  // windows of other pictures are all in the same place
    for (const Stretch* s = pass.first; s != pass.last && !pictures; ++s) beside |= s->beside;
    // Before the last pass nothing is added, and no function is applied.
    const bool adds = order.ends && op.add.present() && !adds_to_itself(op), slopes = order.ends && op.at.present();
    for (std::int64_t line = lines.first; line < lines.last; ++line) {
        const std::int64_t picture = pictures ? work.first : work.first + line / op.windows.rows;
        const std::int64_t r = pictures ? line / op.windows.columns : line % op.windows.rows;
        const std::int64_t c = pictures ? line % op.windows.columns : 0;
        const std::int64_t corner = (op.windows.top + r * op.windows.down) * op.x.row +
                                    (op.windows.left + c * op.windows.across) * op.x.pixel + op.x_channel;
        const Pass here = seen(op, pass, corner, corner + (pictures ? 0 : windows - 1) * from.step(pictures));
        for (std::int64_t v = 0; v < width; v += most_vectors * lanes) {
            const int vectors = static_cast<int>(smaller<std::int64_t>(width - v, most_vectors * lanes) / lanes);
            float* const y = to.at(picture, r, c) + v;
            Row row{.x = from.at(picture, r, c),
                    .y = y,
                    .start = from_y ? y : (bias ? bias + v : zeros),
                    .add = adds ? add.at(picture, r, c) + v : nullptr,
                    .at = slopes ? at.at(picture, r, c) + v : nullptr,
                    .x_step = from.step(pictures),
                    .y_step = to.step(pictures),
                    .start_step = from_y ? to.step(pictures) : 0,
                    .add_step = add.step(pictures),
                    .at_step = at.step(pictures)};
            const Pass mine{here.first, here.last, here.weights + v, width};
            run(row, windows, mine, beside, finish, op,
                grouped ? op.channels - first_channel - v : std::int64_t{vectors} * lanes, vectors);
        }
    }
}

}  // namespace

void convolve(const Convolve& op, const Work& work) {
    const std::int64_t pictures = work.last - work.first;
    if (pictures <= 0) return;
    if (work.part == 0) {
        for (std::int64_t n = work.first; n < work.last; ++n) clear_halo(op.y, work.at(op.y, n));
    }
    const std::int64_t lines =
        op.along_pictures ? std::int64_t{op.windows.rows} * op.windows.columns : pictures * op.windows.rows;
    const std::int64_t panels = (std::int64_t{op.channels} + op.panel - 1) / op.panel;
    // Parts share the lines, and where these are few the panels.
    const std::int64_t by_lines = smaller(work.parts, larger<std::int64_t>(1, lines / 2));
    const std::int64_t by_panels = smaller(larger<std::int64_t>(1, work.parts / by_lines), panels);
    if (work.part >= by_lines * by_panels) return;
    const Range my_lines = share_of(lines, work.part % by_lines, by_lines);
    const Range my_panels = share_of(panels, work.part / by_lines, by_panels);
    const Stretch* const first = op.stretches.data();
    const Stretch* const last = first + op.stretches.size();
    std::int64_t rows = 0;
    for (const Stretch* s = first; s != last; ++s) rows += s->size;
    // At least one pass: without stretches it writes what is added.
    std::int64_t done = 0;
    const Stretch* begin = first;
    do {
        const Stretch* end = begin;
        std::int64_t here = 0;
        while (end != last && (here == 0 || here + end->size <= op.pass_)) here += (end++)->size;
        for (std::int64_t panel = my_panels.first; panel < my_panels.last; ++panel) {
            const std::int64_t channel = panel * op.panel;
            const std::int64_t width = smaller<std::int64_t>(op.panel, rounded_up(op.channels - channel));
            const float* weights = work.at(op.weights);
            const Pass pass{begin, end, weights ? weights + rows * channel + done * width : nullptr, width};
            sweep(op, work, my_lines, channel, width, pass, {begin == first, end == last});
        }
        done += here;
        begin = end;
    } while (begin != last);
}

}  // namespace striate::STRIATE_ISA
