#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

// What a planned program consists of. Planning happens in Python (engines/native/operations.py has dataclasses of the
// same names and fields); here a plan is read (plan.cpp), checked once (check.cpp) and run (program.cpp).
//
// Letters: docs/notation.md. Every operation works on some pictures of the batch, so the arithmetic of one picture
// never depends on the others, except where sums over the batch are said to be "partial": then each chunk of pictures
// has partial sums of its own, and a later operation adds the chunks in their order.

namespace striate {

/// Where numbers live. All but the first three are the caller's.
enum class Space : std::int32_t {
    none,        ///< an operand that is not there
    arena,       ///< the program's own: what lives for a whole batch, packed weights, partial sums
    block,       ///< a worker's own: what lives while it takes a block of pictures through several operations
    input,       ///< pictures
    target,      ///< targets, as numbers in the output's shape
    share,       ///< the weight of each picture in the mean
    theta,       ///< weights
    state,       ///< running statistics
    gradient,    ///< the gradient, in theta's layout
    statistics,  ///< the new running statistics, in state's layout
    count,
};

/// Maps of a batch, NHWC. Offsets and steps are in floats; a border of zeros, the halo, may surround each picture.
///
/// Except in the caller's spaces `pixel` is the number of channels rounded up to `rounding`, the numbers behind the
/// channels are anything finite, and a pixel starts at 64 bytes.
struct Tensor {
    Space space = Space::none;
    std::int64_t offset = 0;   ///< of the first picture's first pixel, halo not counted
    std::int64_t picture = 0;  ///< from a picture to the next
    std::int64_t row = 0;      ///< from a row to the next
    std::int64_t pixel = 0;    ///< from a pixel to the next
    std::int32_t height = 0, width = 0, channels = 0;
    std::int32_t top = 0, bottom = 0, left = 0, right = 0;  ///< the halo, in pixels

    [[nodiscard]] bool present() const { return space != Space::none; }
};

/// A plain vector of numbers.
struct Region {
    Space space = Space::none;
    std::int64_t offset = 0;
    std::int64_t size = 0;

    [[nodiscard]] bool present() const { return space != Space::none; }
};

/// Channels of maps, and vectors over channels, are rounded up to this: 64 bytes, the widest vector register.
inline constexpr std::int64_t rounding = 16;

/// Floats behind every buffer that may be read, not written: a vector's worth, where a group's last channels are read.
inline constexpr std::int64_t slack = 16;

/// The functions of one value; softmax is an operation of its own.
enum class Curve : std::int32_t {
    linear,
    relu,
    leaky_relu,
    relu6,
    elu,
    selu,
    sigmoid,
    hard_sigmoid,
    tanh,
    silu,
    gelu_tanh,
    softplus,
    bounded_relu,  ///< ReLU with its three settings
    count,
};

/// Whether the slope at x can be told from y = function(x) alone.
constexpr bool has_slope_from_output(Curve curve) {
    return curve != Curve::silu && curve != Curve::gelu_tanh && curve != Curve::bounded_relu;
}

struct Function {
    Curve curve = Curve::linear;
    float largest = std::numeric_limits<float>::infinity();  ///< of bounded_relu
    float negative_slope = 0;
    float threshold = 0;
};

/// Where windows stand: `rows` x `columns` of them, the first at (top, left), by `down` and `across` pixels apart.
struct Windows {
    std::int32_t rows = 0, columns = 0;
    std::int32_t top = 0, left = 0;  ///< negative: in the halo
    std::int32_t down = 1, across = 1;
};

/// Values that follow one another in x and meet as many rows of packed weights. `beside`: 1 where they lie beside the
/// map, in its halo, for the first window of a row, 2 for the last, 3 for both.
struct Stretch {
    std::int64_t offset = 0;  ///< from the window's first pixel, in floats
    std::int64_t size = 0;
    std::int32_t beside = 0;
};

/// y = maps copied from x, a part of them to a part of y; `accumulate`: added to what is there.
struct Copy {
    Tensor x, y;
    std::int32_t rows = 0, columns = 0, channels = 0;
    std::int32_t x_top = 0, x_left = 0, x_channel = 0;
    std::int32_t y_top = 0, y_left = 0, y_channel = 0;
    bool accumulate = false;
    bool clear = false;  ///< all of y, halo included, is made 0 before
};

/// Weights brought into the order in which kernels read them: rows of `panel` channels, panel after panel, the last one
/// narrower, the channels rounded up by zeros.
///
/// Row (tap, i), channel k = source[taps[tap] + i inner_step + k channel_step] scale[k]; with a `group` that divides 16
/// it is k % group channel_step + k / group group_step instead.
struct Pack {
    Region source, target;
    Region scale;  ///< one number a channel; may be absent
    std::vector<std::int64_t> taps;
    std::int64_t inner = 1, inner_step = 0, channel_step = 1;
    std::int64_t group = 0, group_step = 0;
    std::int64_t channels = 0, panel = 0;
};

/// A sum over windows: y[p,k] = function(bias[k] + add[p,k] + sum over j of x[p + j] w[j,k]), then times
/// slope'(at[p,k]).
///
/// A convolution; its gradient of the input, one operation for each phase of the stride; a dense layer.
struct Convolve {
    Tensor x, y;
    Tensor add;  ///< may be absent, or y itself
    Tensor at;   ///< the output (of `slope`) whose slope multiplies the sum; may be absent
    Function function, slope;
    Region weights;  ///< made by Pack
    Region bias;     ///< rounded up by zeros; may be absent
    std::vector<Stretch> stretches;
    Windows windows, places;                    ///< windows in x; pixels in y
    std::int32_t x_channel = 0, y_channel = 0;  ///< the first channels of a group
    std::int32_t channels = 0;                  ///< that come out (of a group)
    std::int32_t panel = 0;                     ///< channels of a register tile
    std::int32_t tile = 0;                      ///< windows of a register tile, at most
    bool along_pictures = false;                ///< a tile takes windows of several pictures, not of a row
    std::int64_t pass_ = 0;                     ///< rows of weights at a time, so that they stay in the cache
};

/// Partial: dw[j,k] = sum over windows p of x[p + j] dy[p,k]; db[k] = sum of dy[p,k].
struct WeightGradient {
    Tensor x, dy;
    Region dw;  ///< of one chunk: rows of `channels` rounded up; the chunks follow one another
    Region db;  ///< of one chunk; may be absent
    std::vector<Stretch> stretches;
    Windows windows;  ///< windows in x; as many pixels in dy
    std::int32_t x_channel = 0, y_channel = 0, channels = 0;
    std::int32_t panel = 0;  ///< channels of a register tile
    std::int32_t tile = 0;   ///< rows of dw of a register tile, at most
};

/// target[i,k] = sum of the chunks' partial sums, in order; `accumulate`: added to what is there.
struct Reduce {
    Region source,
        target;  ///< source: of one chunk, `rows` of `columns` rounded up; target: rows of `columns`, `step` apart
    std::int64_t rows = 1, columns = 0;
    std::int64_t step = 0;    ///< from a row of the target to the next
    std::int64_t chunks = 1;  ///< planned; never more than there are pictures
    bool accumulate = false;
};

/// y = function(scale[k] x + shift[k] + add): activations, normalisations applied, sums.
struct Combine {
    Tensor x, y;
    Tensor add;           ///< may be absent, or y itself
    Region scale, shift;  ///< rounded up; may be absent
    Function function;
};

/// dx = dy slope'(at). `from_output`: at is what the function gave, else what it was given. `accumulate`: added to dx.
struct Slope {
    Tensor dy, at, dx;
    Function function;
    bool from_output = true;
    bool accumulate = false;
};

/// y = e^x_k / sum over j of e^x_j, along the channels of each pixel.
struct Softmax {
    Tensor x, y;
};

/// dx_k = y_k (dy_k - sum over j of dy_j y_j).
struct SoftmaxGradient {
    Tensor dy, y, dx;
};

/// y = x / (1 - rate) where a number of Philox, keyed by seed, step, node and the value's place, is >= rate; else 0.
///
/// The mask is a function of its counters, so the gradient is the same operation on dy.
struct Dropout {
    Tensor x, y;
    double rate = 0;  ///< as the reference compares and divides it
    std::int32_t node = 0;
    bool accumulate = false;
};

/// Partial, of each channel over the chunk's pixels: the mean, then the sum of squared distances from it.
struct ChannelStatistics {
    Tensor x;
    Region partial;  ///< of one chunk: 2 x channels rounded up
};

/// From a batch's statistics: scale = gamma / sqrt(variance + epsilon), shift = beta - mean scale; moves the running
/// ones.
struct NormStatistics {
    Region partial;  ///< as ChannelStatistics leaves it; absent: scale and shift come from the running statistics
    std::int64_t chunks = 1;  ///< planned, of the partial sums
    std::int64_t pixels = 0;  ///< of a picture
    std::int32_t channels = 0;
    Region gamma, beta;                   ///< may be absent: 1 and 0
    Region moving_mean, moving_variance;  ///< in state
    Region new_mean, new_variance;        ///< in statistics; absent where they do not move
    Region bias;                          ///< absent, or added before the normalisation: shift += bias scale
    Region scale, shift;                  ///< out, rounded up by zeros
    Region mean, inverse;                 ///< out: 1 / sqrt(variance + epsilon); may be absent
    float momentum = 0, epsilon = 0;
};

/// Partial, of each channel: sum of g, then sum of g z, with g = dy function'(scale x + shift), z = (x - mean) inverse.
struct NormGradientSums {
    Tensor dy, x;
    Region scale, shift, mean, inverse;
    Function function;
    Region partial;  ///< of one chunk: 2 x channels rounded up
};

/// From those sums: dgamma = sum g z, dbeta = sum g; and a, b, c with which dx = a g + b x + c.
///
/// With the batch's statistics dx = scale (g - mean(g) - z mean(g z)), with running ones dx = scale g.
struct NormGradientFactors {
    Region partial;
    std::int64_t chunks = 1;  ///< planned, of the partial sums
    std::int64_t pixels = 0;
    std::int32_t channels = 0;
    bool batch_statistics = true;
    bool accumulate = false;  ///< dgamma and dbeta are added to what is there
    Region scale, mean, inverse;
    Region dgamma, dbeta;  ///< may be absent
    Region a, b, c;        ///< out, rounded up
};

/// dx = a g + b x + c, g = dy function'(scale x + shift); `accumulate`: added to dx.
struct NormGradient {
    Tensor dy, x, dx;
    Region scale, shift, a, b, c;
    Function function;
    bool accumulate = false;
};

/// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, mean and variance of each pixel over its channels.
struct LayerNorm {
    Tensor x, y;
    Region gamma, beta;  ///< may be absent: 1 and 0
    float epsilon = 0;
};

/// The gradient of the input, and partial: dgamma, then dbeta.
struct LayerNormGradient {
    Tensor dy, x, dx;
    Region gamma;
    Region partial;  ///< of one chunk: 2 x channels rounded up
    float epsilon = 0;
    bool accumulate = false;
};

/// y[p,k] = function(bias[k] + add[p,k] + sum over taps t of x[p + t, k] w[t,k]), then times slope'(at[p,k]).
///
/// Channels in groups of g = 2, 4 or 8 that see one another: the sum of x[p + t, k - k % g + j] w[t g + j, k], j < g.
struct Depthwise {
    Tensor x, y;
    Tensor add, at;
    Function function, slope;
    Region weights;  ///< a row of channels, rounded up, for each tap (and j)
    Region bias;
    std::vector<std::int64_t> taps;  ///< from the window's first pixel, in floats
    Windows windows, places;
    std::int32_t group = 1;
};

/// Partial: dw[t,k] = sum over windows p of x[p + t, k] dy[p,k]; db[k] = sum of dy[p,k]. In groups dw[t g + j, k] =
/// sum of x[p + t, k - k % g + j] dy[p,k].
struct DepthwiseWeightGradient {
    Tensor x, dy;
    Region dw, db;  ///< of one chunk; db may be absent
    std::vector<std::int64_t> taps;
    Windows windows;
    std::int32_t group = 1;
};

/// y[p, c times + m] = x[p, c]: each channel as many times as it has filters.
struct Repeat {
    Tensor x, y;
    std::int32_t times = 1;
};

/// dx[p, c] = sum over m of dy[p, c times + m].
struct RepeatGradient {
    Tensor dy, dx;
    std::int32_t times = 1;
    bool accumulate = false;
};

/// The largest value of each window, of what lies on the map; NaN counts as largest.
struct MaxPool {
    Tensor x, y;
    Tensor winner;  ///< may be absent; else for each value of y, as int32, which place of the window won, the first of
                    ///< equals
    Windows windows;
    std::int32_t kernel_rows = 1, kernel_columns = 1;
};

/// dx = dy at each window's winner, times slope'(at), at being the pooled output; elsewhere 0. `accumulate`: added to
/// dx.
struct MaxPoolGradient {
    Tensor dy, winner, dx;
    Tensor at;
    Function slope;
    Windows windows;
    std::int32_t kernel_rows = 1, kernel_columns = 1;
    bool accumulate = false;
};

/// The mean of each window, of what lies on the map.
struct AveragePool {
    Tensor x, y;
    Windows windows;
    std::int32_t kernel_rows = 1, kernel_columns = 1;
};

/// Each pixel of a window gets an equal share of dy. `accumulate`: added to dx.
struct AveragePoolGradient {
    Tensor dy, dx;
    Windows windows;
    std::int32_t kernel_rows = 1, kernel_columns = 1;
    bool accumulate = false;
};

/// What a picture's loss is; the sums over its values, from an output a or from scores z before the last activation.
enum class LossKind : std::int32_t {
    mean_squared_error,
    crossentropy,          ///< of probabilities, brought to sum 1 and kept 1e-7 from 0 and 1
    softmax_crossentropy,  ///< of scores
    binary_crossentropy,   ///< of probabilities, kept 1e-7 from 0 and 1
    sigmoid_crossentropy,  ///< of scores
    count,
};

/// Each picture's loss, and the gradient of the losses' sum weighted by the caller's shares.
struct Loss {
    Tensor y;       ///< the output, or the scores
    Tensor dy;      ///< absent: no gradient is wanted
    Region losses;  ///< out: one number a picture
    LossKind kind = LossKind::softmax_crossentropy;
};

}  // namespace striate
