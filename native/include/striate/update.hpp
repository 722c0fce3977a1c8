#pragma once

#include <cstdint>
#include <limits>
#include <vector>

// How weights follow their gradient: every rule in one pass over theta, its slots and the gradient, in place.

namespace striate {

struct Kernels;

/// The formulas; they stand with their sources in src/striate/network/optimizers.py.
enum class Formula : std::int32_t {
    gradient_descent,
    momentum,
    nesterov,
    adam,
    nadam,
    adagrad,
    adadelta,
    rmsprop,
    momentum_rmsprop,
    centered_rmsprop,
    centered_momentum_rmsprop,
    count,
};

/// The most slots that a formula has.
inline constexpr int most_slots = 3;

/// How many slots a formula has.
int slots_of(Formula formula);

/// What a gradient is cut down by before the formula: its norm in each span, that over all spans, or each number.
enum class Clip : std::int32_t { none, norm, global_norm, value, count };

/// An update rule with its settings; those that the formula does not have are not read.
struct UpdateRule {
    Formula formula = Formula::gradient_descent;
    double momentum = 0;
    double beta_1 = 0, beta_2 = 0;
    double rho = 0;
    double epsilon = 0;
    double weight_decay = 0;
    Clip clip = Clip::none;
    double largest = 0;  ///< norm or number, after clipping
};

/// A weight's place in theta and in its slots, and how it learns. What lies between spans is never touched.
struct Span {
    std::int64_t offset = 0;
    std::int64_t size = 0;
    double rate = 1;       ///< a factor for the learning rate
    bool decayed = false;  ///< loses weight_decay times the learning rate of itself before the formula
};

/// The numbers of one step of the formula, rounded once as NumPy rounds a factor of an array.
struct Factors {
    Formula formula = Formula::gradient_descent;
    float momentum = 0;
    float gain_1 = 0, gain_2 = 0;  ///< 1 - beta
    float rho = 0, gain = 0;       ///< gain: 1 - rho
    float epsilon = 0;
    float of_mean = 0, of_gradient = 0;                      ///< Nadam's two parts of a step
    float correction = 1;                                    ///< 1 - beta_2^t
    float largest = std::numeric_limits<float>::infinity();  ///< of each number of the gradient
};

/// The same of one span.
struct SpanFactors {
    float eta = 0;         ///< the learning rate; Adam's with its correction
    bool decayed = false;  ///< decay counts
    float decay = 0;       ///< the share of itself that a weight loses
    float scale = 1;       ///< of the gradient, from clipping by norm
};

/// What a step works on, all in theta's layout. `before` may be absent, or the gradient itself: there the weights are
/// left as they were before the step.
struct UpdateVectors {
    float* theta = nullptr;
    const float* gradient = nullptr;
    float* slots[most_slots] = {};
    float* before = nullptr;
};

/// A rule for certain spans. Any number of threads gives the same bits: spans are cut into pieces of a fixed size, and
/// norms are sums over pieces in their order.
class Updater {
  public:
    Updater(const Kernels& kernels, UpdateRule rule, std::vector<Span> spans);

    /// One step; t counts from 1. Whether every new weight is finite.
    [[nodiscard]] bool step(const UpdateVectors& vectors, std::int64_t t, double learning_rate, int threads) const;

    /// ahead = theta - momentum v in the spans.
    void look_ahead(const float* theta, const float* v, float* ahead, int threads) const;

    [[nodiscard]] const UpdateRule& rule() const { return rule_; }

    /// Theta must be at least as long.
    [[nodiscard]] std::int64_t end() const;

  private:
    /// A part of a span.
    struct Piece {
        std::size_t span;
        std::int64_t first, size;
    };

    template <typename Work>
    void for_pieces(int threads, const Work& work) const;
    void scale_to_norms(const float* gradient, int threads, std::vector<SpanFactors>& factors) const;

    const Kernels& kernels_;
    UpdateRule rule_;
    std::vector<Span> spans_;
    std::vector<Piece> pieces_;
    std::vector<std::size_t> tasks_;  ///< where in the pieces each task begins, and their end
};

/// Whether none of `count` numbers is NaN or infinite.
bool all_finite(const Kernels& kernels, const float* numbers, std::int64_t count, int threads);

/// In double, where no square of a float overflows: it is finite exactly where all numbers are. Any number of threads
/// gives the same bits.
double sum_of_squares(const Kernels& kernels, const float* numbers, std::int64_t count, int threads);

}  // namespace striate
