// The main operations of every instruction set that this CPU can run, beside plain loops in double. A program without
// Python, so that it also runs on an emulated processor; tests/engines/ asks for much more.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "plan.hpp"
#include "striate/update.hpp"

namespace {

using namespace striate::tests;

// 3 x 3 windows with a border of 1, then relu; and both gradients' sums.
void convolution(const Way& way, Int channels, Int filters) {
    Plan plan;
    const striate::Tensor x = plan.maps(6, 7, channels, 1), y = plan.maps(6, 7, filters), dy = plan.maps(6, 7, filters);
    const Int rows = 9 * channels, width = striate::rounded_up(filters);
    const striate::Region w = plan.vector(rows * width), bias = plan.vector(filters), dw = plan.vector(rows * width),
                          db = plan.vector(filters);
    striate::Convolve op;
    op.x = x;
    op.y = y;
    op.weights = w;
    op.bias = bias;
    for (Int r = 0; r < 3; ++r) {
        for (Int s = 0; s < 3; ++s)
            op.stretches.push_back({r * x.row + s * x.pixel, channels, s == 1 ? 0 : s == 0 ? 1 : 2});
    }
    op.windows = {6, 7, -1, -1, 1, 1};
    op.places = {6, 7, 0, 0, 1, 1};
    op.channels = static_cast<int>(filters);
    op.panel = 16;
    op.tile = 4;
    op.pass_ = 5 * channels;
    op.function.curve = striate::Curve::relu;
    striate::WeightGradient gradient;
    gradient.x = x;
    gradient.dy = dy;
    gradient.dw = dw;
    gradient.db = db;
    gradient.stretches = op.stretches;
    gradient.windows = op.windows;
    gradient.channels = op.channels;
    gradient.panel = 16;
    gradient.tile = 5;
    Running running(way.kernels, plan, {op, gradient}, way.depth, way.threads);
    running.fill(x, random_floats(kPictures * 42 * channels));
    running.fill(dy, random_floats(kPictures * 42 * filters));
    const Floats weights = random_floats(rows * filters), biases = random_floats(filters);
    for (Int j = 0; j < rows; ++j) {
        for (Int k = 0; k < filters; ++k) {  // panels of 16 one behind the other
            const Int place = k / 16 * 16 * rows + j * 16 + k % 16;
            running.program.arena()[w.offset + place] = weights[static_cast<std::size_t>(j * filters + k)];
        }
    }
    std::copy(biases.begin(), biases.end(), running.program.arena() + bias.offset);
    running.run();
    const auto seen = [&](Int n, Int p, Int q, Int j) -> double {
        return running.at(x, n, p - 1 + j / channels / 3, q - 1 + j / channels % 3, j % channels);
    };
    Running::each(y, [&](Int n, Int p, Int q, Int k) {
        double sum = biases[static_cast<std::size_t>(k)], absolute = std::abs(sum);
        for (Int j = 0; j < rows; ++j) {
            const double term = seen(n, p, q, j) * weights[static_cast<std::size_t>(j * filters + k)];
            sum += term;
            absolute += std::abs(term);
        }
        compare(way.name + " Convolve", running.at(y, n, p, q, k), std::max(sum, 0.0), absolute, rows);
    });
    for (Int j = -1; j < rows; ++j) {  // -1: of the bias
        for (Int k = 0; k < filters; ++k) {
            double sum = 0, absolute = 0, got = 0;
            Running::each(plan.maps(6, 7, 1), [&](Int n, Int p, Int q, Int) {
                const double term = (j < 0 ? 1 : seen(n, p, q, j)) * running.at(dy, n, p, q, k);
                sum += term;
                absolute += std::abs(term);
            });
            for (Int chunk = 0; chunk < 3; ++chunk) {
                const Int place = j < 0 ? db.offset + chunk * db.size + k : dw.offset + chunk * dw.size + j * width + k;
                got += running.program.arena()[place];
            }
            compare(way.name + " WeightGradient", got, sum, absolute, kPictures * 42);
        }
    }
}

// 3 x 2 windows, 2 and 1 apart, that hang over the edge.
void pools(const Way& way, Int channels) {
    Plan plan;
    const striate::Tensor x = plan.maps(7, 5, channels), largest = plan.maps(4, 6, channels),
                          mean = plan.maps(4, 6, channels), winner = plan.maps(4, 6, channels),
                          dx = plan.maps(7, 5, channels);
    const striate::Windows windows{4, 6, -1, -1, 2, 1};
    striate::MaxPool max{x, largest, winner, windows, 3, 2};
    striate::AveragePool average{x, mean, windows, 3, 2};
    striate::MaxPoolGradient back;
    back.dy = mean;
    back.winner = winner;
    back.dx = dx;
    back.windows = windows;
    back.kernel_rows = 3;
    back.kernel_columns = 2;
    Running running(way.kernels, plan, {max, average, back}, way.depth, way.threads);
    running.fill(x, random_floats(kPictures * 35 * channels));
    running.run();
    std::vector<double> wanted(static_cast<std::size_t>(kPictures * 35 * channels));
    const auto place = [&](Int n, Int h, Int w, Int c) {
        return static_cast<std::size_t>(((n * 7 + h) * 5 + w) * channels + c);
    };
    Running::each(largest, [&](Int n, Int p, Int q, Int c) {
        double best = -HUGE_VAL, sum = 0, absolute = 0;
        Int count = 0, row = 0, column = 0;
        for (Int h = std::max<Int>(0, 2 * p - 1); h < std::min<Int>(7, 2 * p + 2); ++h) {
            for (Int w = std::max<Int>(0, q - 1); w < std::min<Int>(5, q + 1); ++w, ++count) {
                const double value = running.at(x, n, h, w, c);
                if (value > best) best = value, row = h, column = w;
                sum += value;
                absolute += std::abs(value);
            }
        }
        wanted[place(n, row, column, c)] += running.at(mean, n, p, q, c);
        compare(way.name + " MaxPool", running.at(largest, n, p, q, c), best, 0, 0);
        const auto share = static_cast<double>(count);
        compare(way.name + " AveragePool", running.at(mean, n, p, q, c), sum / share, absolute / share, count);
    });
    Running::each(dx, [&](Int n, Int h, Int w, Int c) {
        compare(way.name + " MaxPoolGradient", running.at(dx, n, h, w, c), wanted[place(n, h, w, c)], 4, 6);
    });
}

// Each channel by itself, 2 x 2 windows; then the scale and shift of a normalisation, and a softmax.
void channels_alone(const Way& way, Int channels) {
    Plan plan;
    const striate::Tensor x = plan.maps(5, 6, channels), y = plan.maps(4, 5, channels), z = plan.maps(4, 5, channels),
                          shares = plan.maps(4, 5, channels);
    const Int width = striate::rounded_up(channels);
    const striate::Region w = plan.vector(4 * width), scale = plan.vector(width), shift = plan.vector(width);
    striate::Depthwise depthwise;
    depthwise.x = x;
    depthwise.y = y;
    depthwise.weights = w;
    depthwise.taps = {0, x.pixel, x.row, x.row + x.pixel};
    depthwise.windows = depthwise.places = {4, 5, 0, 0, 1, 1};
    striate::Combine combine;
    combine.x = y;
    combine.y = z;
    combine.scale = scale;
    combine.shift = shift;
    combine.function.curve = striate::Curve::tanh;
    Running running(way.kernels, plan, {depthwise, combine, striate::Softmax{z, shares}}, way.depth, way.threads);
    running.fill(x, random_floats(kPictures * 30 * channels));
    float* const arena = running.program.arena();
    const Floats numbers = random_floats(6 * width);
    std::copy_n(numbers.begin(), 4 * width, arena + w.offset);
    std::copy_n(numbers.begin() + 4 * width, width, arena + scale.offset);
    std::copy_n(numbers.begin() + 5 * width, width, arena + shift.offset);
    running.run();
    Running::each(y, [&](Int n, Int p, Int q, Int k) {
        double sum = 0, absolute = 0;
        for (Int t = 0; t < 4; ++t) {
            const double term = double{arena[w.offset + t * width + k]} * running.at(x, n, p + t / 2, q + t % 2, k);
            sum += term;
            absolute += std::abs(term);
        }
        compare(way.name + " Depthwise", running.at(y, n, p, q, k), sum, absolute, 4);
        const double before = double{arena[scale.offset + k]} * running.at(y, n, p, q, k);
        const double wanted = std::tanh(before + arena[shift.offset + k]);
        compare(way.name + " Combine", running.at(z, n, p, q, k), wanted, std::abs(before) + 1, 8);
        double total = 0;
        for (Int c = 0; c < channels; ++c) total += std::exp(double{running.at(z, n, p, q, c)});
        const double share = std::exp(double{running.at(z, n, p, q, k)}) / total;
        compare(way.name + " Softmax", running.at(shares, n, p, q, k), share, share, channels + 8);
    });
}

// The mean of each channel and the squared distances from it, of the three chunks.
void statistics(const Way& way, Int channels) {
    Plan plan;
    const striate::Tensor x = plan.maps(5, 6, channels);
    const Int width = striate::rounded_up(channels);
    const striate::Region partial = plan.vector(2 * width);
    Running running(way.kernels, plan, {striate::ChannelStatistics{x, partial}}, way.depth, way.threads);
    Floats values = random_floats(kPictures * 30 * channels);
    for (float& value : values) value += 100;  // where E[x^2] - E[x]^2 would be wrong
    running.fill(x, values);
    running.run();
    for (Int chunk = 0; chunk < 3; ++chunk) {
        const striate::Range mine = striate::share_of(kPictures, chunk, 3);
        const auto count = static_cast<double>((mine.last - mine.first) * 30);
        for (Int k = 0; k < channels; ++k) {
            double mean = 0, squares = 0;
            const auto each = [&](auto body) {
                for (Int n = mine.first; n < mine.last; ++n) {
                    for (Int i = 0; i < 30; ++i) body(double{running.at(x, n, i / 6, i % 6, k)});
                }
            };
            each([&](double value) { mean += value / count; });
            each([&](double value) { squares += (value - mean) * (value - mean); });
            const float* got = running.program.arena() + partial.offset + chunk * partial.size + k;
            compare(way.name + " mean", got[0], mean, mean, 8);
            // A distance is off by eps times 100, which is a hundred times itself.
            compare(way.name + " variance", got[width], squares, 100 * squares, 60);
        }
    }
}

// Three steps of Adam, its factors rounded as the updater rounds them.
void updates(const Way& way) {
    constexpr Int count = 1003;
    striate::UpdateRule rule;
    rule.formula = striate::Formula::adam;
    rule.beta_1 = 0.9;
    rule.beta_2 = 0.999;
    rule.epsilon = 1e-7;
    const striate::Updater updater(way.kernels, rule, {{0, count, 1, false}});
    Floats theta = random_floats(count), m(count), v(count);
    std::vector<double> wanted(theta.begin(), theta.end()), m2(count), v2(count);
    for (Int t = 1; t <= 3; ++t) {
        const Floats gradient = random_floats(count);
        striate::UpdateVectors vectors;
        vectors.theta = theta.data();
        vectors.gradient = gradient.data();
        vectors.slots[0] = m.data();
        vectors.slots[1] = v.data();
        if (!updater.step(vectors, t, 0.01, way.threads)) ++failures;
        const double by = 0.01 * std::sqrt(1 - std::pow(0.999, t)) / (1 - std::pow(0.9, t));
        for (std::size_t i = 0; i < count; ++i) {
            m2[i] += 0.1 * (gradient[i] - m2[i]);
            v2[i] += 0.001 * (gradient[i] * double{gradient[i]} - v2[i]);
            wanted[i] -= by * m2[i] / (std::sqrt(v2[i]) + 1e-7);
        }
    }
    // 1 - 0.999 is rounded to float32 by 6e-5 of itself at most, which counts a half in a step of 0.01.
    for (std::size_t i = 0; i < count; ++i) compare(way.name + " Adam", theta[i], wanted[i], 3, 8);
}

}  // namespace

int main() {
    for (const striate::Kernels* kernels : striate::usable_kernels()) {
        for (const bool depth : {false, true}) {
            for (const int threads : {1, 3}) {
                const std::string place = depth ? " in blocks" : " in turn";
                const Way way{*kernels, depth, threads,
                              std::string(kernels->name) + place + " on " + std::to_string(threads)};
                for (const Int channels : {1, 3, 17}) {
                    for (const Int filters : {5, 33, 70}) convolution(way, channels, filters);
                    pools(way, channels);
                    channels_alone(way, channels);
                    statistics(way, channels);
                }
                for (const Int group : {2, 4, 8}) {
                    groups(way, 24, group);
                    groups(way, 8, group);
                }
                packing(way);
                updates(way);
            }
        }
        std::printf("%s: checked\n", std::string(kernels->name).c_str());
    }
    std::printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
