#pragma once

#include <type_traits>

#include "striate/operations.hpp"

// The names of every structure's fields, once: visit_fields(structure, visitor) calls visitor("name", field) for each.
// Plans are read and checked by them.

#define STRIATE_EXPAND(...) STRIATE_EXPAND3(STRIATE_EXPAND3(STRIATE_EXPAND3(__VA_ARGS__)))
#define STRIATE_EXPAND3(...) STRIATE_EXPAND2(STRIATE_EXPAND2(STRIATE_EXPAND2(__VA_ARGS__)))
#define STRIATE_EXPAND2(...) STRIATE_EXPAND1(STRIATE_EXPAND1(STRIATE_EXPAND1(__VA_ARGS__)))
#define STRIATE_EXPAND1(...) __VA_ARGS__
#define STRIATE_PARENTHESES ()
#define STRIATE_EACH(name, ...) \
    visitor(#name, of.name);    \
    __VA_OPT__(STRIATE_AGAIN STRIATE_PARENTHESES(__VA_ARGS__))
#define STRIATE_AGAIN() STRIATE_EACH

#define STRIATE_FIELDS(Structure, ...)                              \
    template <typename Of, typename Visitor>                        \
        requires std::is_same_v<std::remove_const_t<Of>, Structure> \
    void visit_fields(Of& of, Visitor&& visitor) {                  \
        STRIATE_EXPAND(STRIATE_EACH(__VA_ARGS__))                   \
    }

namespace striate {

STRIATE_FIELDS(Tensor, space, offset, picture, row, pixel, height, width, channels, top, bottom, left, right)
STRIATE_FIELDS(Region, space, offset, size)
STRIATE_FIELDS(Function, curve, largest, negative_slope, threshold)
STRIATE_FIELDS(Windows, rows, columns, top, left, down, across)
STRIATE_FIELDS(Stretch, offset, size, beside)
STRIATE_FIELDS(Copy, x, y, rows, columns, channels, x_top, x_left, x_channel, y_top, y_left, y_channel, accumulate,
               clear)
STRIATE_FIELDS(Pack, source, target, scale, taps, inner, inner_step, channel_step, group, group_step, channels, panel)
STRIATE_FIELDS(Convolve, x, y, add, at, function, slope, weights, bias, stretches, windows, places, x_channel,
               y_channel, channels, panel, tile, along_pictures, pass_)
STRIATE_FIELDS(WeightGradient, x, dy, dw, db, stretches, windows, x_channel, y_channel, channels, panel, tile)
STRIATE_FIELDS(Reduce, source, target, rows, columns, step, chunks, accumulate)
STRIATE_FIELDS(Combine, x, y, add, scale, shift, function)
STRIATE_FIELDS(Slope, dy, at, dx, function, from_output, accumulate)
STRIATE_FIELDS(Softmax, x, y)
STRIATE_FIELDS(SoftmaxGradient, dy, y, dx)
STRIATE_FIELDS(Dropout, x, y, rate, node, accumulate)
STRIATE_FIELDS(ChannelStatistics, x, partial)
STRIATE_FIELDS(NormStatistics, partial, chunks, pixels, channels, gamma, beta, moving_mean, moving_variance, new_mean,
               new_variance, bias, scale, shift, mean, inverse, momentum, epsilon)
STRIATE_FIELDS(NormGradientSums, dy, x, scale, shift, mean, inverse, function, partial)
STRIATE_FIELDS(NormGradientFactors, partial, chunks, pixels, channels, batch_statistics, accumulate, scale, mean,
               inverse, dgamma, dbeta, a, b, c)
STRIATE_FIELDS(NormGradient, dy, x, dx, scale, shift, a, b, c, function, accumulate)
STRIATE_FIELDS(LayerNorm, x, y, gamma, beta, epsilon)
STRIATE_FIELDS(LayerNormGradient, dy, x, dx, gamma, partial, epsilon, accumulate)
STRIATE_FIELDS(Depthwise, x, y, add, at, function, slope, weights, bias, taps, windows, places, group)
STRIATE_FIELDS(DepthwiseWeightGradient, x, dy, dw, db, taps, windows, group)
STRIATE_FIELDS(Repeat, x, y, times)
STRIATE_FIELDS(RepeatGradient, dy, dx, times, accumulate)
STRIATE_FIELDS(MaxPool, x, y, winner, windows, kernel_rows, kernel_columns)
STRIATE_FIELDS(MaxPoolGradient, dy, winner, dx, at, slope, windows, kernel_rows, kernel_columns, accumulate)
STRIATE_FIELDS(AveragePool, x, y, windows, kernel_rows, kernel_columns)
STRIATE_FIELDS(AveragePoolGradient, dy, dx, windows, kernel_rows, kernel_columns, accumulate)
STRIATE_FIELDS(Loss, y, dy, losses, kind)

}  // namespace striate
