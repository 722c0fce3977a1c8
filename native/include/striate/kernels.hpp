#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "striate/operations.hpp"
#include "striate/update.hpp"
#include "striate/work.hpp"

namespace striate {

// Every operation, once: STRIATE_OPERATIONS(X) writes X(Operation, function) for each.
#define STRIATE_OPERATIONS(X)                             \
    X(Copy, copy)                                         \
    X(Pack, pack)                                         \
    X(Convolve, convolve)                                 \
    X(WeightGradient, weight_gradient)                    \
    X(Reduce, reduce)                                     \
    X(Combine, combine)                                   \
    X(Slope, slope)                                       \
    X(Softmax, softmax)                                   \
    X(SoftmaxGradient, softmax_gradient)                  \
    X(Dropout, dropout)                                   \
    X(ChannelStatistics, channel_statistics)              \
    X(NormStatistics, norm_statistics)                    \
    X(NormGradientSums, norm_gradient_sums)               \
    X(NormGradientFactors, norm_gradient_factors)         \
    X(NormGradient, norm_gradient)                        \
    X(LayerNorm, layer_norm)                              \
    X(LayerNormGradient, layer_norm_gradient)             \
    X(Depthwise, depthwise)                               \
    X(DepthwiseWeightGradient, depthwise_weight_gradient) \
    X(Repeat, repeat)                                     \
    X(RepeatGradient, repeat_gradient)                    \
    X(MaxPool, max_pool)                                  \
    X(MaxPoolGradient, max_pool_gradient)                 \
    X(AveragePool, average_pool)                          \
    X(AveragePoolGradient, average_pool_gradient)         \
    X(Loss, loss)

/// The kernels as compiled for one instruction set.
struct Kernels {
    std::string_view name;  ///< of the instruction set
    int lanes = 0;          ///< floats of a vector register
    int registers = 0;      ///< how many there are
#define STRIATE_MEMBER(Operation, function) void (*function)(const Operation&, const Work&) = nullptr;
    STRIATE_OPERATIONS(STRIATE_MEMBER)
#undef STRIATE_MEMBER

    /// A step of a rule on consecutive numbers; whether all new weights are finite.
    bool (*update)(const Factors&, const SpanFactors&, const UpdateVectors&, std::int64_t count) = nullptr;
    /// ahead = theta - momentum v.
    void (*look_ahead)(float momentum, const float* theta, const float* v, float* ahead, std::int64_t count) = nullptr;
    double (*sum_of_squares)(const float* numbers, std::int64_t count) = nullptr;
    bool (*all_finite)(const float* numbers, std::int64_t count) = nullptr;
};

/// What this CPU can run, from the plainest to the best.
std::vector<const Kernels*> usable_kernels();

/// The kernels of an instruction set; nullptr where this CPU, or this build, has them not.
const Kernels* kernels_named(std::string_view name);

}  // namespace striate
