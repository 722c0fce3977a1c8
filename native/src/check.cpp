#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "checker.hpp"
#include "striate/fields.hpp"

namespace striate {

namespace {

// What each operation asks for beyond that its operands lie in their spaces.

void check_more(const std::monostate&, const Checker& checker) {
    checker.require(false, "the operation", "is missing");
}

void check_more(const Copy& op, const Checker& checker) {
    checker.there("x", op.x.present());
    checker.there("y", op.y.present());
    const auto inside = [&](const char* name, const Tensor& map, Int top, Int left, Int channel) {
        checker.require(op.rows > 0 && op.columns > 0 && op.channels > 0, "the part", "is empty");
        checker.require(top >= 0 && left >= 0 && channel >= 0, name, "has a part outside of the maps");
        checker.require(
            top + op.rows <= map.height && left + op.columns <= map.width && channel + op.channels <= map.channels,
            name, "has a part outside of the maps");
    };
    checker.written("y", op.y);
    inside("x", op.x, op.x_top, op.x_left, op.x_channel);
    inside("y", op.y, op.y_top, op.y_left, op.y_channel);
}

void check_more(const Pack& op, const Checker& checker) {
    checker.there("source", op.source.present());
    checker.there("target", op.target.present());
    checker.require(op.inner > 0 && op.channels > 0 && op.inner < kLargest && op.channels < kLargest, "the rows",
                    "have no size");
    checker.require(
        op.inner_step >= 0 && op.channel_step >= 0 && op.inner_step < kLargest && op.channel_step < kLargest,
        "the steps", "are negative");
    checker.require(op.panel > 0 && op.panel % rounding == 0, "panel", "is not rounded up");
    checker.require(op.group >= 0 && (op.group == 0 || rounding % op.group == 0), "group", "does not divide a vector");
    checker.require(op.group_step >= 0 && op.group_step < kLargest, "the steps", "are negative");
    checker.at_least("scale", op.scale, op.channels);
    checker.written("target", op.target);
    const Wide rows = static_cast<Wide>(op.taps.size()) * op.inner;
    checker.at_least("target", op.target, rows * rounded_up(op.channels));
    const Int together = op.group > 0 ? std::min(op.group, op.channels) : op.channels;
    const Int groups = op.group > 0 ? (op.channels - 1) / op.group : 0;
    const Wide reach =
        Wide{op.inner - 1} * op.inner_step + Wide{together - 1} * op.channel_step + Wide{groups} * op.group_step;
    for (const Int tap : op.taps) {
        checker.require(tap >= 0 && tap + reach < op.source.size, "a tap", "lies outside of the weights");
    }
}

/// The first and the last float that the stretches see, and how many rows of weights they meet.
struct Seen {
    Wide first = 0, last = 0, rows = 0;
};

Seen seen(const std::vector<Stretch>& stretches, const Checker& checker) {
    Seen all{stretches.empty() ? 0 : kLargest, stretches.empty() ? 0 : -kLargest, 0};
    for (const Stretch& each : stretches) {
        checker.require(each.size > 0 && each.size < kLargest && each.offset > -kLargest && each.offset < kLargest,
                        "a stretch", "has an impossible size");
        checker.require(each.beside >= 0 && each.beside <= 3, "a stretch", "lies beside no end of a row");
        all.first = std::min<Wide>(all.first, each.offset);
        all.last = std::max<Wide>(all.last, each.offset + each.size);
        all.rows += each.size;
    }
    return all;
}

/// The functions that tiles of sums apply while these are in registers.
void in_registers(const char* name, const Function& function, const Checker& checker) {
    checker.require(function.curve <= Curve::relu6, name, "is none of those that are done in registers");
}

void check_more(const Convolve& op, const Checker& checker) {
    checker.there("x", op.x.present());
    checker.there("y", op.y.present());
    checker.there("weights", op.weights.present() || op.stretches.empty());
    checker.require(op.panel > 0 && op.panel % rounding == 0, "panel", "is not rounded up");
    checker.require(op.tile > 0 && op.pass_ > 0, "tile or pass", "is 0 or less");
    checker.require(op.channels > 0 && op.x_channel >= 0 && op.y_channel >= 0, "the channels", "have no size");
    checker.require(Int{op.y_channel} + op.channels <= op.y.channels, "y", "has too few channels");
    checker.written("y", op.y);
    in_registers("function", op.function, checker);
    in_registers("slope", op.slope, checker);
    const Seen all = seen(op.stretches, checker);
    checker.at_least("weights", op.weights, all.rows * rounded_up(op.channels));
    checker.at_least("bias", op.bias, op.y_channel + rounded_up(op.channels));
    checker.windows_inside("x", op.x, op.windows, op.x_channel + all.first, op.x_channel + all.last);
    checker.places_inside(op.y, op.windows, op.places);
    checker.rounded("y", op.y);
    checker.slope_from_output("slope", op.slope);
    for (const Tensor* other : {&op.add, &op.at}) {
        if (!other->present()) continue;
        checker.rounded("add or at", *other);
        checker.same_maps("add or at", *other, op.y);
    }
}

void check_more(const WeightGradient& op, const Checker& checker) {
    checker.there("x", op.x.present());
    checker.there("dy", op.dy.present());
    checker.there("dw", op.dw.present());
    checker.require(op.panel > 0 && op.tile > 0, "panel or tile", "is 0 or less");
    checker.require(op.channels > 0 && op.x_channel >= 0 && op.y_channel >= 0, "the channels", "have no size");
    checker.require(Int{op.y_channel} + op.channels <= op.dy.channels, "dy", "has too few channels");
    checker.written("dw", op.dw);
    checker.written("db", op.db);
    checker.require(op.windows.rows == op.dy.height && op.windows.columns == op.dy.width, "dy", "has another shape");
    const Seen all = seen(op.stretches, checker);
    checker.windows_inside("x", op.x, op.windows, op.x_channel + all.first, op.x_channel + all.last);
    checker.rounded("dy", op.dy);
    checker.at_least("dw", op.dw, all.rows * rounded_up(op.channels));
    checker.at_least("db", op.db, rounded_up(op.channels));
    checker.partial("dw", op.dw);
    checker.partial("db", op.db);
}

void check_more(const Reduce& op, const Checker& checker) {
    checker.there("source", op.source.present());
    checker.there("target", op.target.present());
    checker.require(op.rows > 0 && op.columns > 0 && op.rows < kLargest && op.columns < kLargest, "the sums",
                    "have no size");
    checker.written("target", op.target);
    checker.at_least("source", op.source, Wide{op.rows} * rounded_up(op.columns));
    checker.require(op.step >= 0 && op.step < kLargest, "step", "is impossible");
    checker.at_least("target", op.target, Wide{op.rows - 1} * op.step + op.columns);
    checker.chunks("source", op.source, op.chunks);
}

/// Maps of one shape, each there, whose channels are rounded up: what goes from pixel to pixel reads and writes whole
/// vectors.
void check_pointwise(const Checker& checker, std::initializer_list<std::pair<const char*, const Tensor*>> maps) {
    const Tensor& first = *maps.begin()->second;
    for (const auto& [name, tensor] : maps) {
        checker.there(name, tensor->present());
        checker.rounded(name, *tensor);
        checker.same_maps(name, *tensor, first);
    }
}

void check_more(const Combine& op, const Checker& checker) {
    check_pointwise(checker, {{"x", &op.x}, {"y", &op.y}});
    if (op.add.present()) check_pointwise(checker, {{"x", &op.x}, {"add", &op.add}});
    checker.at_least("scale", op.scale, rounded_up(op.x.channels));
    checker.at_least("shift", op.shift, rounded_up(op.x.channels));
}

void check_more(const Slope& op, const Checker& checker) {
    check_pointwise(checker, {{"dy", &op.dy}, {"at", &op.at}, {"dx", &op.dx}});
    if (op.from_output) checker.slope_from_output("function", op.function);
}

void check_more(const Softmax& op, const Checker& checker) { check_pointwise(checker, {{"x", &op.x}, {"y", &op.y}}); }

void check_more(const SoftmaxGradient& op, const Checker& checker) {
    check_pointwise(checker, {{"dy", &op.dy}, {"y", &op.y}, {"dx", &op.dx}});
}

void check_more(const Dropout& op, const Checker& checker) {
    check_pointwise(checker, {{"x", &op.x}, {"y", &op.y}});
    checker.require(op.rate >= 0 && op.rate < 1, "rate", "is not from 0 to less than 1");
}

void check_more(const Loss& op, const Checker& checker) {
    check_pointwise(checker, {{"y", &op.y}});
    checker.require(op.kind >= LossKind::mean_squared_error && op.kind < LossKind::count, "kind", "is no loss");
    checker.there("losses", op.losses.present());
    checker.for_each_picture("losses", op.losses);
    checker.for_each_picture("target", Space::target, Wide{op.y.height} * op.y.width * op.y.channels);
    checker.written("losses", op.losses);
    if (!op.dy.present()) return;
    check_pointwise(checker, {{"y", &op.y}, {"dy", &op.dy}});
    checker.for_each_picture("share", Space::share, 1);
}

#define STRIATE_NAME(Operation, function) #Operation,
constexpr std::string_view kNames[] = {"nothing", STRIATE_OPERATIONS(STRIATE_NAME)};
#undef STRIATE_NAME

}  // namespace

void check(const Segment& segment, const Sizes& sizes, std::size_t number) {
    const std::string where = "segment " + std::to_string(number);
    if (segment.parts < 1 || segment.block < 1 || segment.chunks < 1 || segment.chunks > kLargest ||
        segment.block > kLargest) {
        throw InvalidPlan(where + ": block, chunks or parts are less than 1");
    }
    for (const Operation& operation : segment.operations) {
        const Checker checker(segment, sizes, where + ", " + std::string(kNames[operation.index()]));
        std::visit(
            [&](const auto& each) {
                if constexpr (!std::is_same_v<std::decay_t<decltype(each)>, std::monostate>)
                    visit_fields(each, checker);
                check_more(each, checker);
            },
            operation);
    }
}

void check_maps(const Tensor& tensor, const Sizes& sizes) {
    const Segment nothing;
    Checker(nothing, sizes, "maps")("the tensor", tensor);
}

}  // namespace striate
