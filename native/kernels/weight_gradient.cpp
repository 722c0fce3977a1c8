#include "vector.hpp"

// A register tile is R rows of dw (one for each value that a window sees) by V vectors of output channels; it stays in
// registers while the pixels go by. Each row's place in x is a pointer of its own, so rows need not follow one another.

namespace striate::STRIATE_ISA {

namespace {

struct Maps {
    const float* x;
    const float* dy;
    std::int64_t x_picture, x_row, x_pixel, dy_picture, dy_row, dy_pixel;
    std::int64_t pictures, rows, columns;
    std::int64_t corner;      ///< of the first window, in floats from the picture's first pixel
    std::int64_t begin, end;  ///< of the map, seen from there: what lies before and behind is a halo of zeros
    bool in_lines = true;     ///< the columns are those of one row
};

/// A tile's place in dw; `start` is what its sums begin with: what dw holds, or zeros again and again.
struct Target {
    float* dw;
    const float* start;
    std::int64_t step, start_step;  ///< from a row to the next
    bool streams;                   ///< written past the caches
};

template <int R, int V>
void tile(const Maps& maps, const std::int64_t* offsets, const Target& to) {
    Vector sums[R * V];
    STRIATE_UNROLL
    for (int i = 0; i < R * V; ++i) sums[i] = load(to.start + i / V * to.start_step + i % V * lanes);
    // The next tile's place comes from a far cache, or from memory, meanwhile.
    if (!to.streams) {
        STRIATE_UNROLL
        for (int i = 0; i < R * V; ++i) {
            if (i % V * lanes % 16 == 0) __builtin_prefetch(to.dw + (R + i / V) * to.step + i % V * lanes, 1);
        }
    }
    for (std::int64_t n = 0; n < maps.pictures; ++n) {
        for (std::int64_t p = 0; p < maps.rows; ++p) {
            const float* x = maps.x + n * maps.x_picture + p * maps.x_row;
            const float* dy = maps.dy + n * maps.dy_picture + p * maps.dy_row;
            for (std::int64_t q = 0; q < maps.columns; ++q) {
                Vector d[V];
                STRIATE_UNROLL
                for (int v = 0; v < V; ++v) d[v] = load(dy + v * lanes);
                STRIATE_UNROLL
                for (int i = 0; i < R * V; ++i) sums[i] += all(x[offsets[i / V]]) * d[i % V];
                x += maps.x_pixel;
                dy += maps.dy_pixel;
            }
        }
    }
    if (to.streams) {
        STRIATE_UNROLL
        for (int i = 0; i < R * V; ++i) stream(to.dw + i / V * to.step + i % V * lanes, sums[i]);
        return;
    }
    STRIATE_UNROLL
    for (int i = 0; i < R * V; ++i) store(to.dw + i / V * to.step + i % V * lanes, sums[i]);
}

using Tile = void (*)(const Maps&, const std::int64_t*, const Target&);

inline constexpr int most_rows = 12, most_vectors = STRIATE_REGISTERS >= 32 ? 4 : 2;

constexpr bool fits(int rows, int vectors) { return rows * vectors + vectors < STRIATE_REGISTERS; }

template <int R, int V>
constexpr Tile tile_or_none() {
    if constexpr (fits(R, V)) {
        return &tile<R, V>;
    } else {
        return nullptr;
    }
}

template <int V>
struct OfVectors {
    static constexpr Tile tiles[] = {nullptr,
                                     tile_or_none<1, V>(),
                                     tile_or_none<2, V>(),
                                     tile_or_none<3, V>(),
                                     tile_or_none<4, V>(),
                                     tile_or_none<5, V>(),
                                     tile_or_none<6, V>(),
                                     tile_or_none<7, V>(),
                                     tile_or_none<8, V>(),
                                     tile_or_none<9, V>(),
                                     tile_or_none<10, V>(),
                                     tile_or_none<11, V>(),
                                     tile_or_none<12, V>()};
};

constexpr const Tile* tiles_of[] = {nullptr, OfVectors<1>::tiles, OfVectors<2>::tiles, OfVectors<3>::tiles,
                                    OfVectors<4>::tiles};

constexpr int rows_at_most(int vectors) {
    int most = 1;
    while (most < most_rows && fits(most + 1, vectors)) ++most;
    return most;
}

alignas(64) constexpr float zeros[most_vectors * lanes] = {};

/// The same pixels in the same order, as few rows as they can be taken for: short rows cost.
Maps joined(Maps maps) {
    if (maps.rows == 1 || (maps.x_row == maps.columns * maps.x_pixel && maps.dy_row == maps.columns * maps.dy_pixel)) {
        maps.in_lines = maps.rows == 1;
        maps.columns *= maps.rows;
        maps.rows = 1;
    }
    if (maps.rows * maps.columns == 1) {
        maps.in_lines = false;
        maps.columns = maps.pictures;
        maps.x_pixel = maps.x_picture;
        maps.dy_pixel = maps.dy_picture;
        maps.pictures = 1;
    }
    return maps;
}

/// Some rows or some pictures at a time, so that a panel's share of dy stays in the cache while all tiles go by.
class Strips {
  public:
    /// `few`: pixels at a time of pictures that have less; `most`: of those that have more.
    Strips(const Maps& maps, std::int64_t few, std::int64_t most) : maps_(maps) {
        const std::int64_t pixels = maps.rows * maps.columns;
        pictures_ = smaller(maps.pictures, larger<std::int64_t>(1, few / pixels));
        rows_ = smaller(maps.rows, larger<std::int64_t>(1, most / maps.columns));
        in_picture_ = (maps.rows + rows_ - 1) / rows_;
    }

    [[nodiscard]] std::int64_t count() const { return (maps_.pictures + pictures_ - 1) / pictures_ * in_picture_; }

    [[nodiscard]] Maps at(std::int64_t strip) const {
        const std::int64_t n = strip / in_picture_ * pictures_, r = strip % in_picture_ * rows_;
        Maps here = maps_;
        here.x += n * here.x_picture + r * here.x_row;
        here.corner += r * here.x_row;
        here.dy += n * here.dy_picture + r * here.dy_row;
        here.pictures = smaller(pictures_, here.pictures - n);
        here.rows = smaller(rows_, here.rows - r);
        return here;
    }

  private:
    Maps maps_;
    std::int64_t pictures_, rows_, in_picture_;
};

inline constexpr std::int64_t least_streamed = 4 << 20;  // floats of dw: 16 MiB, more than a core's share of the caches
inline constexpr std::int64_t few_pixels = 256, most_pixels = 1024;  // found best where a picture is less, and more

/// A panel's share of dy, brought together where many tiles read it: its pixels, a power of two apart, would take each
/// other's place in the first cache.
class Panel {
  public:
    static constexpr std::int64_t width = most_vectors * lanes, pixels = 32768 / width;
    static constexpr std::int64_t least_tiles = 8;

    /// The same maps, dy read from here.
    Maps of(Maps maps, std::int64_t floats) {
        float* to = floats_;
        for (std::int64_t n = 0; n < maps.pictures; ++n) {
            for (std::int64_t p = 0; p < maps.rows; ++p) {
                const float* dy = maps.dy + n * maps.dy_picture + p * maps.dy_row;
                for (std::int64_t q = 0; q < maps.columns; ++q, dy += maps.dy_pixel, to += floats) {
                    for (std::int64_t k = 0; k < floats; k += lanes) store(to + k, load(dy + k));
                }
            }
        }
        maps.dy = floats_;
        maps.dy_pixel = floats;
        maps.dy_row = maps.columns * floats;
        maps.dy_picture = maps.rows * maps.dy_row;
        return maps;
    }

  private:
    alignas(64) float floats_[width * pixels];
};

/// Sums of dy over all pixels, for the channels of a part.
void bias_gradient(const Maps& maps, float* db, Range channels, bool begins) {
    for (std::int64_t k = channels.first; k < channels.last; k += lanes) {
        Vector total = begins ? Vector{} : load(db + k);
        for (std::int64_t n = 0; n < maps.pictures; ++n) {
            for (std::int64_t p = 0; p < maps.rows; ++p) {
                const float* dy = maps.dy + n * maps.dy_picture + p * maps.dy_row + k;
                Vector row{};
                for (std::int64_t q = 0; q < maps.columns; ++q) row += load(dy + q * maps.dy_pixel);
                total += row;
            }
        }
        store(db + k, total);
    }
}

/// The rows of windows in which some of the values that are `least` to `most` floats from the corner lie on the map.
Maps rows_on_map(Maps maps, std::int64_t least, std::int64_t most) {
    const std::int64_t across = (maps.columns - 1) * maps.x_pixel;
    while (maps.rows > 0 && maps.corner + across + most < maps.begin) {
        maps.x += maps.x_row;
        maps.dy += maps.dy_row;
        maps.corner += maps.x_row;
        --maps.rows;
    }
    while (maps.rows > 0 && maps.corner + (maps.rows - 1) * maps.x_row + least >= maps.end) --maps.rows;
    return maps;
}

/// Without the first and the last column of windows, where all of a tile's values lie beside the map.
Maps columns_on_map(Maps maps, int beside) {
    if (!maps.in_lines) return maps;
    if (beside & 1) {
        maps.x += maps.x_pixel;
        maps.dy += maps.dy_pixel;
        --maps.columns;
    }
    if ((beside & 2) && maps.columns > 0) --maps.columns;
    return maps;
}

/// Where row j of dw is in x, seen from a window's first pixel, and whether it is on the map.
struct Rows {
    const Stretch* stretch;
    std::int64_t inside = 0;

    Stretch next() {
        const Stretch here{stretch->offset + inside, 1, stretch->beside};
        if (++inside == stretch->size) {
            ++stretch;
            inside = 0;
        }
        return here;
    }
};

}  // namespace

void weight_gradient(const WeightGradient& op, const Work& work) {
    if (work.last <= work.first) return;
    const Maps maps{
        .x = work.at(op.x, work.first) + op.windows.top * op.x.row + op.windows.left * op.x.pixel + op.x_channel,
        .dy = work.at(op.dy, work.first) + op.y_channel,
        .x_picture = op.x.picture,
        .x_row = op.windows.down * op.x.row,
        .x_pixel = op.windows.across * op.x.pixel,
        .dy_picture = op.dy.picture,
        .dy_row = op.dy.row,
        .dy_pixel = op.dy.pixel,
        .pictures = work.last - work.first,
        .rows = op.windows.rows,
        .columns = op.windows.columns,
        .corner = op.windows.top * op.x.row + op.windows.left * op.x.pixel + op.x_channel,
        .begin = -op.x.left * op.x.pixel,
        .end = op.x.height * op.x.row - op.x.left * op.x.pixel};
    const std::int64_t width = rounded_up(op.channels);
    float* const dw = work.partial(op.dw);
    if (op.db.present()) {
        const Range mine = share_of(width / rounding, work.part, work.parts);
        bias_gradient(maps, work.partial(op.db), {mine.first * rounding, mine.last * rounding}, work.begins_chunk);
    }
    std::int64_t rows = 0;
    for (const Stretch& each : op.stretches) rows += each.size;
    const std::int64_t most = smaller<std::int64_t>(op.tile, rows_at_most(most_vectors));
    const std::int64_t tiles = (rows + most - 1) / most;
    const Range mine = share_of(tiles, work.part, work.parts);
    Panel panel;
    const Maps all = joined(maps);
    const bool gathers =
        mine.last - mine.first >= Panel::least_tiles && all.columns <= Panel::pixels && all.dy_pixel > Panel::width;
    const Strips strips(all, gathers ? Panel::pixels : few_pixels, gathers ? Panel::pixels : most_pixels);
    // No cache holds it, and what comes next has to fetch it anyway.
    const bool streams = rows * width >= least_streamed && work.begins_chunk && strips.count() == 1 &&
                         reinterpret_cast<std::uintptr_t>(dw) % (lanes * sizeof(float)) == 0;
    for (std::int64_t k = 0; k < width; k += most_vectors * lanes) {
        const int vectors = static_cast<int>(smaller<std::int64_t>(width - k, most_vectors * lanes) / lanes);
        for (std::int64_t strip = 0; strip < strips.count(); ++strip) {
            const bool begins = work.begins_chunk && strip == 0;
            Maps here = strips.at(strip);
            here.dy += k;
            if (gathers) here = panel.of(here, std::int64_t{vectors} * lanes);
            Rows at{op.stretches.data()};
            for (std::int64_t t = 0; t < mine.last; ++t) {
                const Range range = share_of(rows, t, tiles);
                std::int64_t offsets[most_rows], least = INT64_MAX, most_offset = INT64_MIN;
                int beside = 3;
                for (std::int64_t j = 0; j < range.last - range.first; ++j) {
                    const Stretch place = at.next();
                    offsets[j] = place.offset;
                    beside &= place.beside;
                    least = smaller(least, offsets[j]);
                    most_offset = larger(most_offset, offsets[j]);
                }
                if (t < mine.first) continue;
                float* const to = dw + range.first * width + k;
                tiles_of[vectors][range.last - range.first](
                    columns_on_map(rows_on_map(here, least, most_offset), beside), offsets,
                    {to, begins ? zeros : to, width, begins ? 0 : width, streams});
            }
        }
    }
    if (streams) end_of_streams();
}

}  // namespace striate::STRIATE_ISA
