#include "vector.hpp"

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

void pack(const Pack& op, const Work& work) {
    const std::int64_t rows = static_cast<std::int64_t>(op.taps.size()) * op.inner;
    const Range mine = share_of(rows, work.part, work.parts);
    const float* const from = work.at(op.source);
    const float* const scale = work.at(op.scale);
    float* const to = work.at(op.target);
    const std::int64_t all_channels = rounded_up(op.channels);
    for (std::int64_t first = 0; first < all_channels; first += op.panel) {
        const std::int64_t width = smaller(op.panel, all_channels - first);
        const std::int64_t count = smaller(width, op.channels - first);
        // Transposed weights are read along their rows: blocks of 16 rows by 16 channels stay in the cache.
        for (std::int64_t block = 0; block < width; block += rounding) {
            const std::int64_t here = smaller(rounding, larger<std::int64_t>(count - block, 0));
            for (std::int64_t j = mine.first; j < mine.last; ++j) {
                const float* w = from + op.taps[static_cast<std::size_t>(j / op.inner)] + j % op.inner * op.inner_step +
                                 (first + block) * op.channel_step;
                float* row = to + first * rows + j * width + block;
                for (std::int64_t k = 0; k < here; ++k) row[k] = w[k * op.channel_step];
                if (scale) {
                    for (std::int64_t k = 0; k < here; ++k) row[k] *= scale[first + block + k];
                }
                for (std::int64_t k = here; k < rounding; ++k) row[k] = 0;
            }
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
