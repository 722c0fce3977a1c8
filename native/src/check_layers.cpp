#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <vector>

#include "checker.hpp"

// What pools, normalisations and convolutions of each channel by itself ask for.

namespace striate {

namespace {

/// Every window of a pool sees a pixel of the map, and there is a number of y for each.
void pooled(const Tensor& x, const Tensor& y, const Windows& windows, Int kernel_rows, Int kernel_columns,
            const Checker& checker) {
    checker.there("the map", x.present());
    checker.there("the pooled map", y.present());
    checker.rounded("the map", x);
    checker.rounded("the pooled map", y);
    checker.require(kernel_rows > 0 && kernel_columns > 0 && kernel_rows * kernel_columns < Int{1} << 31, "the kernel",
                    "has an impossible size");
    checker.require(windows.rows == y.height && windows.columns == y.width && x.channels == y.channels,
                    "the pooled map", "has another shape");
    checker.require(windows.top > -kernel_rows && windows.left > -kernel_columns &&
                        windows.top + (windows.rows - Int{1}) * windows.down < x.height &&
                        windows.left + (windows.columns - Int{1}) * windows.across < x.width,
                    "x", "has windows outside of the maps");
}

/// Vectors over the channels of maps, each as long as these rounded up.
void vectors(Int channels, std::initializer_list<const Region*> all, const Checker& checker) {
    for (const Region* each : all) {
        checker.there("a vector over the channels", each->present());
        checker.at_least("a vector over the channels", *each, rounded_up(channels));
    }
}

/// Partial sums of every chunk: `rows` for each channel.
void partial(const Region& region, Wide rows, Int channels, const Checker& checker) {
    checker.there("partial", region.present());
    checker.written("partial", region);
    checker.at_least("partial", region, rows * rounded_up(channels));
    checker.partial("partial", region);
}

/// Maps of one shape, of whole vectors.
void alike(std::initializer_list<const Tensor*> all, const Checker& checker) {
    for (const Tensor* each : all) {
        checker.there("a map", each->present());
        checker.rounded("a map", *each);
        checker.same_maps("a map", *each, **all.begin());
    }
}

/// The chunks of an operation that reads partial sums, which lie in memory that another segment may have checked.
void read_chunks(const Region& region, Int chunks, Int channels, const Checker& checker) {
    checker.require(chunks > 0 && chunks < kLargest, "chunks", "is 0 or less");
    checker.at_least("partial", region, 2 * rounded_up(channels));
    checker.chunks("partial", region, chunks);
}

/// Every tap of every window lies in the picture or its halo.
void taps_inside(const Tensor& x, const std::vector<Int>& taps, const Windows& windows, const Checker& checker) {
    for (const Int tap : taps) {
        checker.require(tap > -kLargest && tap < kLargest, "a tap", "is impossible");
        checker.windows_inside("x", x, windows, tap, tap + rounded_up(x.channels));
    }
}

/// How many channels see one another; kernels are compiled for these.
void grouped(Int group, const Checker& checker) {
    checker.require(group == 1 || group == 2 || group == 4 || group == 8, "group", "is not 1, 2, 4 or 8");
}

/// `many` has each channel of `one` so many times.
void repeats(const Tensor& one, const Tensor& many, Int times, const Checker& checker) {
    alike({&one}, checker);
    alike({&many}, checker);
    checker.require(times > 0 && Int{one.channels} * times == many.channels, "times", "does not fit the channels");
    checker.require(one.height == many.height && one.width == many.width, "a map", "has another shape");
}

}  // namespace

void check_more(const MaxPool& op, const Checker& checker) {
    pooled(op.x, op.y, op.windows, op.kernel_rows, op.kernel_columns, checker);
    checker.rounded("winner", op.winner);
    checker.same_maps("winner", op.winner, op.y);
}

void check_more(const MaxPoolGradient& op, const Checker& checker) {
    pooled(op.dx, op.dy, op.windows, op.kernel_rows, op.kernel_columns, checker);
    checker.there("winner", op.winner.present());
    checker.slope_from_output("slope", op.slope);
    for (const Tensor* other : {&op.winner, &op.at}) {
        checker.rounded("winner or at", *other);
        checker.same_maps("winner or at", *other, op.dy);
    }
}

void check_more(const AveragePool& op, const Checker& checker) {
    pooled(op.x, op.y, op.windows, op.kernel_rows, op.kernel_columns, checker);
}

void check_more(const AveragePoolGradient& op, const Checker& checker) {
    pooled(op.dx, op.dy, op.windows, op.kernel_rows, op.kernel_columns, checker);
}

void check_more(const ChannelStatistics& op, const Checker& checker) {
    alike({&op.x}, checker);
    partial(op.partial, 2, op.x.channels, checker);
}

void check_more(const NormStatistics& op, const Checker& checker) {
    checker.require(op.channels > 0 && op.pixels > 0 && op.pixels < kLargest, "the sums", "have no size");
    read_chunks(op.partial, op.chunks, op.channels, checker);
    checker.there("moving_mean", op.moving_mean.present());
    checker.there("moving_variance", op.moving_variance.present());
    checker.require(op.new_mean.present() == op.new_variance.present(), "new_mean", "moves alone");
    vectors(op.channels, {&op.scale, &op.shift}, checker);
    for (const Region* each :
         {&op.gamma, &op.beta, &op.moving_mean, &op.moving_variance, &op.new_mean, &op.new_variance, &op.bias}) {
        checker.at_least("a vector over the channels", *each, op.channels);
    }
    for (const Region* each : {&op.scale, &op.shift, &op.mean, &op.inverse, &op.new_mean, &op.new_variance}) {
        checker.written("what is found", *each);
    }
    checker.at_least("mean", op.mean, rounded_up(op.channels));
    checker.at_least("inverse", op.inverse, rounded_up(op.channels));
}

void check_more(const NormGradientSums& op, const Checker& checker) {
    alike({&op.x, &op.dy}, checker);
    vectors(op.x.channels, {&op.scale, &op.shift, &op.mean, &op.inverse}, checker);
    partial(op.partial, 2, op.x.channels, checker);
}

void check_more(const NormGradientFactors& op, const Checker& checker) {
    checker.require(op.channels > 0 && op.pixels > 0 && op.pixels < kLargest, "the sums", "have no size");
    checker.there("partial", op.partial.present());
    read_chunks(op.partial, op.chunks, op.channels, checker);
    vectors(op.channels, {&op.scale, &op.mean, &op.inverse, &op.a, &op.b, &op.c}, checker);
    for (const Region* each : {&op.a, &op.b, &op.c, &op.dgamma, &op.dbeta}) checker.written("what is found", *each);
    checker.at_least("dgamma", op.dgamma, op.channels);
    checker.at_least("dbeta", op.dbeta, op.channels);
}

void check_more(const NormGradient& op, const Checker& checker) {
    alike({&op.x, &op.dy, &op.dx}, checker);
    vectors(op.x.channels, {&op.scale, &op.shift, &op.a, &op.b, &op.c}, checker);
}

void check_more(const LayerNorm& op, const Checker& checker) {
    alike({&op.x, &op.y}, checker);
    checker.at_least("gamma", op.gamma, op.x.channels);
    checker.at_least("beta", op.beta, op.x.channels);
}

void check_more(const LayerNormGradient& op, const Checker& checker) {
    alike({&op.x, &op.dy, &op.dx}, checker);
    checker.at_least("gamma", op.gamma, op.x.channels);
    partial(op.partial, 2, op.x.channels, checker);
}

void check_more(const Depthwise& op, const Checker& checker) {
    checker.slope_from_output("slope", op.slope);
    alike({&op.y, op.add.present() ? &op.add : &op.y, op.at.present() ? &op.at : &op.y}, checker);
    alike({&op.x}, checker);
    checker.require(op.x.channels == op.y.channels, "y", "has other channels");
    grouped(op.group, checker);
    const auto rows = static_cast<Wide>(op.taps.size()) * op.group;
    checker.there("weights", op.weights.present() || rows == 0);
    checker.at_least("weights", op.weights, rows * rounded_up(op.y.channels));
    checker.at_least("bias", op.bias, rounded_up(op.y.channels));
    taps_inside(op.x, op.taps, op.windows, checker);
    checker.places_inside(op.y, op.windows, op.places);
}

void check_more(const DepthwiseWeightGradient& op, const Checker& checker) {
    alike({&op.x}, checker);
    alike({&op.dy}, checker);
    checker.require(
        op.windows.rows == op.dy.height && op.windows.columns == op.dy.width && op.x.channels == op.dy.channels, "dy",
        "has another shape");
    checker.require(!op.taps.empty(), "taps", "is empty");
    taps_inside(op.x, op.taps, op.windows, checker);
    grouped(op.group, checker);
    partial(op.dw, static_cast<Wide>(op.taps.size()) * op.group, op.x.channels, checker);
    if (op.db.present()) partial(op.db, 1, op.x.channels, checker);
}

void check_more(const Repeat& op, const Checker& checker) { repeats(op.x, op.y, op.times, checker); }

void check_more(const RepeatGradient& op, const Checker& checker) { repeats(op.dx, op.dy, op.times, checker); }

}  // namespace striate
