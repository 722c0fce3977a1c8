#include "pixels.hpp"

// Operations that only move numbers: copies of maps, weights brought into the kernels' order, partial sums added up.

namespace striate::STRIATE_ISA {

void copy(const Copy& op, const Work& work) {
    const Range mine = share_of(work.last - work.first, work.part, work.parts);
    for (std::int64_t n = work.first + mine.first; n < work.first + mine.last; ++n) {
        const float* from = work.at(op.x, n) + op.x_top * op.x.row + op.x_left * op.x.pixel + op.x_channel;
        float* const picture = work.at(op.y, n);
        clear_halo(op.y, picture);
        if (op.clear) {
            for (std::int64_t r = 0; r < op.y.height; ++r) {
                float* row = picture + r * op.y.row;
                for (std::int64_t i = 0; i < op.y.width * op.y.pixel; ++i) row[i] = 0;
            }
        }
        float* to = picture + op.y_top * op.y.row + op.y_left * op.y.pixel + op.y_channel;
        // Maps without rounding on either side are copied row by row.
        const bool dense = op.x.pixel == op.channels && op.y.pixel == op.channels;
        const std::int64_t runs = dense ? 1 : op.columns;
        const std::int64_t size = dense ? std::int64_t{op.columns} * op.channels : op.channels;
        for (std::int64_t r = 0; r < op.rows; ++r) {
            for (std::int64_t c = 0; c < runs; ++c) {
                const float* a = from + r * op.x.row + c * op.x.pixel;
                float* b = to + r * op.y.row + c * op.y.pixel;
                if (op.accumulate) {
                    for (std::int64_t i = 0; i < size; ++i) b[i] += a[i];
                } else {
                    for (std::int64_t i = 0; i < size; ++i) b[i] = a[i];
                }
            }
        }
    }
}

namespace {

/// Sixteen channels of some rows, which follow one another in the source and in the target.
struct Square {
    const float* from;
    float* to;
    const float* scale;           ///< of these channels; may be absent
    std::int64_t rows, channels;  ///< at most 16; the channels behind these become 0
    std::int64_t row_step, channel_step;
    std::int64_t group, group_step;  ///< 0: the channels are `channel_step` apart throughout
    std::int64_t width;              ///< from a row of the target to the next
};

STRIATE_INLINE Block scaled(Block block, const Block& scale) {
    return each([](Vector a, Vector b) { return a * b; }, block, scale);
}

/// Channels that lie side by side in the source.
STRIATE_INLINE void copy_square(const Square& square) {
    const Block scale = square.scale ? load_first(square.scale, square.channels) : Block{};
    for (std::int64_t j = 0; j < square.rows; ++j) {
        const Block row = load_first(square.from + j * square.row_step, square.channels);
        store_block(square.to + j * square.width, square.scale ? scaled(row, scale) : row);
    }
}

/// Rows that lie side by side in the source, all sixteen.
STRIATE_INLINE void turn_square(const Square& square) {
    for (std::int64_t first = 0; first < rounding; first += lanes) {
        for (std::int64_t channel = 0; channel < rounding; channel += lanes) {
            Vector rows[lanes];
            const float* from = square.from + first + channel * square.channel_step;
            STRIATE_UNROLL
            for (int i = 0; i < lanes; ++i) rows[i] = load(from + i * square.channel_step);
            transpose<lanes>(rows);
            STRIATE_UNROLL
            for (int i = 0; i < lanes; ++i) store(square.to + (first + i) * square.width + channel, rows[i]);
        }
    }
}

[[gnu::noinline]] void gather_square(const Square& square) {
    for (std::int64_t j = 0; j < square.rows; ++j) {
        const float* const from = square.from + j * square.row_step;
        float* const to = square.to + j * square.width;
        for (std::int64_t k = 0; k < square.channels; ++k) {
            const std::int64_t before = square.group > 0 ? k / square.group : 0, inside = k - before * square.group;
            const float value = from[before * square.group_step + inside * square.channel_step];
            to[k] = square.scale ? value * square.scale[k] : value;
        }
        for (std::int64_t k = square.channels; k < rounding; ++k) to[k] = 0;
    }
}

STRIATE_INLINE void pack_square(const Square& square) {
    if (square.group > 0) {
        gather_square(square);
    } else if (square.channel_step == 1) {
        copy_square(square);
    } else if (square.row_step == 1 && square.rows == rounding && square.channels == rounding && !square.scale) {
        turn_square(square);
    } else {
        gather_square(square);
    }
}

}  // namespace

void pack(const Pack& op, const Work& work) {
    const std::int64_t rows = static_cast<std::int64_t>(op.taps.size()) * op.inner;
    const Range mine = share_of(rows, work.part, work.parts);
    const float* const from = work.at(op.source);
    const float* const scale = work.at(op.scale);
    float* const to = work.at(op.target);
    const std::int64_t all_channels = rounded_up(op.channels);
    // Sixteen rows at a time are read from end to end; what is turned is read down, the channels of a panel at a time.
    const bool turned = op.channel_step != 1;
    const std::int64_t together = turned ? op.panel : all_channels;
    for (std::int64_t begin = 0; begin < all_channels; begin += together) {
        for (std::int64_t j = mine.first; j < mine.last;) {
            const std::int64_t inside = j % op.inner;
            const std::int64_t some = smaller(smaller(rounding, op.inner - inside), mine.last - j);
            const float* const w = from + op.taps[static_cast<std::size_t>(j / op.inner)] + inside * op.inner_step;
            for (std::int64_t k = begin; k < smaller(begin + together, all_channels); k += rounding) {
                const std::int64_t first = k / op.panel * op.panel;
                const std::int64_t width = smaller(op.panel, all_channels - first);
                pack_square({.from = w + (op.group > 0 ? k / op.group * op.group_step : k * op.channel_step),
                             .to = to + first * rows + j * width + k - first,
                             .scale = scale ? scale + k : nullptr,
                             .rows = some,
                             .channels = smaller(rounding, op.channels - k),
                             .row_step = op.inner_step,
                             .channel_step = op.channel_step,
                             .group = op.group,
                             .group_step = op.group_step,
                             .width = width});
            }
            j += some;
        }
    }
}

void reduce(const Reduce& op, const Work& work) {
    const Range mine = share_of(op.rows, work.part, work.parts);
    const std::int64_t width = rounded_up(op.columns);
    const std::int64_t chunks = smaller(op.chunks, work.pictures);
    for (std::int64_t j = mine.first; j < mine.last; ++j) {
        const float* from = work.at(op.source) + j * width;
        float* to = work.at(op.target) + j * op.step;
        for (std::int64_t k = 0; k < op.columns; k += lanes) {
            Vector total = load(from + k);
            for (std::int64_t chunk = 1; chunk < chunks; ++chunk) total += load(from + chunk * op.source.size + k);
            const std::int64_t count = op.columns - k;
            if (op.accumulate) {
                for (int i = 0; i < smaller<std::int64_t>(lanes, count); ++i) to[k + i] += total[i];
            } else {
                store_first(to + k, total, count);
            }
        }
    }
}

}  // namespace striate::STRIATE_ISA
