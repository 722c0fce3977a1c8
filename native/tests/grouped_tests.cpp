// Convolutions whose channels are in small groups, and weights brought into the kernels' order, beside plain loops.

#include <algorithm>
#include <cmath>
#include <vector>

#include "plan.hpp"

namespace striate::tests {

// Channels that see those of their group: 2 x 2 windows, and the gradient of the weights.
void groups(const Way& way, Int channels, Int group) {
    Plan plan;
    const striate::Tensor x = plan.maps(5, 9, channels), y = plan.maps(4, 8, channels), dy = plan.maps(4, 8, channels);
    const Int width = striate::rounded_up(channels), rows = 4 * group;
    const striate::Region w = plan.vector(rows * width), dw = plan.vector(rows * width);
    striate::Depthwise op;
    op.x = x;
    op.y = y;
    op.weights = w;
    op.taps = {0, x.pixel, x.row, x.row + x.pixel};
    op.windows = op.places = {4, 8, 0, 0, 1, 1};
    op.group = static_cast<int>(group);
    striate::DepthwiseWeightGradient gradient;
    gradient.x = x;
    gradient.dy = dy;
    gradient.dw = dw;
    gradient.taps = op.taps;
    gradient.windows = op.windows;
    gradient.group = op.group;
    Running running(way.kernels, plan, {op, gradient}, way.depth, way.threads);
    running.fill(x, random_floats(kPictures * 45 * channels));
    running.fill(dy, random_floats(kPictures * 32 * channels));
    float* const arena = running.program.arena();
    const Floats weights = random_floats(rows * width);
    std::copy(weights.begin(), weights.end(), arena + w.offset);
    running.run();
    const auto seen = [&](Int n, Int p, Int q, Int k, Int j) -> double {
        return running.at(x, n, p + j / group / 2, q + j / group % 2, k / group * group + j % group);
    };
    Running::each(y, [&](Int n, Int p, Int q, Int k) {
        double sum = 0, absolute = 0;
        for (Int j = 0; j < rows; ++j) {
            const double term = double{arena[w.offset + j * width + k]} * seen(n, p, q, k, j);
            sum += term;
            absolute += std::abs(term);
        }
        compare(way.name + " Depthwise in groups", running.at(y, n, p, q, k), sum, absolute, rows);
    });
    for (Int j = 0; j < rows; ++j) {
        for (Int k = 0; k < channels; ++k) {
            double sum = 0, absolute = 0, got = 0;
            Running::each(plan.maps(4, 8, 1), [&](Int n, Int p, Int q, Int) {
                const double term = seen(n, p, q, k, j) * running.at(dy, n, p, q, k);
                sum += term;
                absolute += std::abs(term);
            });
            for (Int chunk = 0; chunk < 3; ++chunk) got += arena[dw.offset + chunk * dw.size + j * width + k];
            compare(way.name + " DepthwiseWeightGradient in groups", got, sum, absolute, kPictures * 32);
        }
    }
}

// Weights packed as they are, with their rows and channels exchanged, and exchanged within groups.
void packing(const Way& way) {
    constexpr Int taps = 3, inner = 24, channels = 40, group = 4;
    Plan plan;
    const striate::Region source = plan.vector(taps * inner * channels), scale = plan.vector(channels);
    const auto pack = [&](Int inner_step, Int channel_step, Int together) {
        striate::Pack op;
        op.source = source;
        op.target = plan.vector(taps * inner * striate::rounded_up(channels));
        for (Int tap = 0; tap < taps; ++tap) op.taps.push_back(tap * inner * channels);
        op.inner = together > 0 ? together : inner;
        op.inner_step = inner_step;
        op.channel_step = channel_step;
        op.group = together;
        op.group_step = together;
        op.channels = channels;
        op.panel = 32;
        return op;
    };
    std::vector<striate::Pack> all{pack(channels, 1, 0), pack(1, inner, 0), pack(1, channels, group)};
    all[0].scale = scale;
    Running running(way.kernels, plan, {all.begin(), all.end()}, way.depth, way.threads);
    const Floats weights = random_floats(taps * inner * channels + channels);
    float* const arena = running.program.arena();
    std::copy(weights.begin(), weights.end() - channels, arena + source.offset);
    std::copy(weights.end() - channels, weights.end(), arena + scale.offset);
    running.run();
    for (const striate::Pack& op : all) {
        const Int rows = taps * op.inner;
        for (Int j = 0; j < rows; ++j) {
            for (Int k = 0; k < striate::rounded_up(channels); ++k) {
                const Int from =
                    op.group > 0 ? k / op.group * op.group_step + k % op.group * op.channel_step : k * op.channel_step;
                double wanted = 0;
                if (k < channels) {
                    wanted =
                        arena[source.offset + j / op.inner * inner * channels + j % op.inner * op.inner_step + from];
                    if (op.scale.present()) wanted *= arena[scale.offset + k];
                }
                const Int panel = k / 32 * 32, panel_width = std::min<Int>(32, striate::rounded_up(channels) - panel);
                const float got = arena[op.target.offset + panel * rows + j * panel_width + k - panel];
                compare(way.name + " Pack", got, wanted, 0, 1);
            }
        }
    }
}

}  // namespace striate::tests
