#include "functions.hpp"
#include "pixels.hpp"

// Losses of one pixel's values are summed in blocks, those of a picture's pixels in double precision.

namespace striate::STRIATE_ISA {

namespace {

inline constexpr float epsilon = 1e-7F;  // probabilities are kept this far from 0 and 1 before the logarithm

/// One pixel: the output or the scores, rounded up; the target, not rounded.
struct Pixel {
    const float *a, *target;
    float* gradient;  ///< rounded up; nullptr: none is wanted
    std::int64_t channels;
    float weight;  ///< of the gradient
};

/// Sums over the channels of function(a, target, place); what lies behind the channels counts 0.
template <typename Function>
STRIATE_INLINE float sum_of(const Pixel& pixel, Function function) {
    Block sums{};
    for (std::int64_t k = 0; k < pixel.channels; k += rounding) {
        const std::int64_t count = pixel.channels - k;
        const Block here = each(function, load_block(pixel.a + k), load_first(pixel.target + k, count));
        sums = each([](Vector a, Vector b) { return a + b; }, sums, first_of(here, count, 0));
    }
    return sum(sums);
}

/// gradient = weight function(a, target); 0 behind the channels.
template <typename Function>
STRIATE_INLINE void give(const Pixel& pixel, Function function) {
    for (std::int64_t k = 0; k < pixel.channels; k += rounding) {
        const std::int64_t count = pixel.channels - k;
        const float weight = pixel.weight;
        const Block here = each([&](Vector a, Vector y) { return function(a, y) * weight; }, load_block(pixel.a + k),
                                load_first(pixel.target + k, count));
        store_block(pixel.gradient + k, first_of(here, count, 0));
    }
}

STRIATE_INLINE Vector clipped(Vector p) { return no_more(no_less(p, epsilon), 1.0F - epsilon); }

float mean_squared_error(const Pixel& pixel) {
    if (pixel.gradient) give(pixel, [](Vector a, Vector y) { return 2.0F * (a - y); });
    return sum_of(pixel, [](Vector a, Vector y) { return (a - y) * (a - y); });
}

float crossentropy(const Pixel& pixel) {
    const float total = sum_of(pixel, [](Vector a, Vector) { return a; });
    if (pixel.gradient) {
        const auto slope = [total](Vector a, Vector y) {
            const Vector p = clipped(a / total);
            return a / total == p ? -y / p : Vector{};
        };
        const float common = sum_of(pixel, [&](Vector a, Vector y) { return slope(a, y) * (a / total); });
        give(pixel, [&](Vector a, Vector y) { return (slope(a, y) - common) / total; });
    }
    return -sum_of(pixel, [total](Vector a, Vector y) { return y * log(clipped(a / total)); });
}

/// What softmax's cross-entropy sums over the scores z: in blocks, one order for all instruction sets.
struct ScoreSums {
    Block others{};   ///< e^(z - top) of those that are not the largest
    Block equals{};   ///< how many are
    Block targets{};  ///< y
    Block below{};    ///< y (top - z)
};

STRIATE_INLINE Block added(const Block& a, const Block& b) {
    return each([](Vector x, Vector y) { return x + y; }, a, b);
}

/// Adds a block's part; `count` of its numbers are scores. Answers with e^(z - top).
STRIATE_INLINE Block add_scores(ScoreSums& sums, const Block& z, const Block& y, float top, std::int64_t count) {
    const auto power = [top](Vector v) { return exp_of_negative(v - top); };
    const Block powers = first_of(each(power, z), count, 0);
    const auto other = [top](Vector v, Vector e) { return v == top ? Vector{} : e; };
    const auto equal = [top](Vector v) { return v == top ? all(1.0F) : Vector{}; };
    const auto below = [top](Vector v, Vector target) { return target * (top - v); };
    sums.others = added(sums.others, each(other, z, powers));
    sums.equals = added(sums.equals, first_of(each(equal, z), count, 0));
    sums.targets = added(sums.targets, y);
    sums.below = added(sums.below, first_of(each(below, z, y), count, 0));
    return powers;
}

float softmax_crossentropy(const Pixel& pixel) {
    const std::int64_t whole = pixel.channels / rounding * rounding, rest_count = pixel.channels - whole;
    const float top = largest_of(pixel.a, pixel.channels);
    ScoreSums sums;
    Block last_targets{}, last_powers{};
    for (std::int64_t k = 0; k < whole; k += rounding) {
        const Block e = add_scores(sums, load_block(pixel.a + k), load_block(pixel.target + k), top, rounding);
        if (pixel.gradient) store_block(pixel.gradient + k, e);
    }
    if (rest_count > 0) {
        last_targets = load_first(pixel.target + whole, rest_count);
        last_powers = add_scores(sums, load_block(pixel.a + whole), last_targets, top, rest_count);
    }
    // The largest score's own 1 is left out, so that the logarithm of a sum near 1 keeps its digits.
    const float rest = sum(sums.others) + (sum(sums.equals) - 1.0F) + (top - top);  // infinite scores: all NaN
    const float total = 1.0F + rest, targets = sum(sums.targets);
    const float log_total = (rest <= 1.0F ? log1p_of_fraction(all(rest)) : log(all(total)))[0];
    if (pixel.gradient) {
        const float share = targets / total, weight = pixel.weight;
        const auto slope = [share, weight](Vector e, Vector y) { return (e * share - y) * weight; };
        for (std::int64_t k = 0; k < whole; k += rounding) {
            float* const at = pixel.gradient + k;
            store_block(at, each(slope, load_block(at), load_block(pixel.target + k)));
        }
        if (rest_count > 0) {
            store_block(pixel.gradient + whole, first_of(each(slope, last_powers, last_targets), rest_count, 0));
        }
    }
    return targets * log_total + sum(sums.below);
}

float binary_crossentropy(const Pixel& pixel) {
    if (pixel.gradient) {
        give(pixel, [](Vector a, Vector y) {
            const Vector p = clipped(a);
            return p == a ? (p - y) / (p * (1.0F - p)) : Vector{};
        });
    }
    return -sum_of(pixel, [](Vector a, Vector y) {
        const Vector p = clipped(a);
        return y * log(p) + (1.0F - y) * log(1.0F - p);
    });
}

float sigmoid_crossentropy(const Pixel& pixel) {
    if (pixel.gradient) give(pixel, [](Vector z, Vector y) { return sigmoid(z) - y; });
    return sum_of(pixel, [](Vector z, Vector y) { return (relu(z) - z * y) + log1p_of_fraction(exp(-magnitude(z))); });
}

using OfPixel = float (*)(const Pixel&);

OfPixel of_pixel(LossKind kind) {
    switch (kind) {
        case LossKind::mean_squared_error:
            return &mean_squared_error;
        case LossKind::crossentropy:
            return &crossentropy;
        case LossKind::binary_crossentropy:
            return &binary_crossentropy;
        case LossKind::sigmoid_crossentropy:
            return &sigmoid_crossentropy;
        default:
            return &softmax_crossentropy;
    }
}

/// How many numbers a picture's loss is the mean of: of vectors of shares one a pixel, else one a value.
std::int64_t terms(const Loss& op) {
    const std::int64_t pixels = std::int64_t{op.y.height} * op.y.width;
    const bool of_vectors = op.kind == LossKind::crossentropy || op.kind == LossKind::softmax_crossentropy;
    return of_vectors ? pixels : pixels * op.y.channels;
}

}  // namespace

void loss(const Loss& op, const Work& work) {
    const Range mine = share_of(work.last - work.first, work.part, work.parts);
    const OfPixel one = of_pixel(op.kind);
    const std::int64_t count = terms(op), channels = op.y.channels;
    const float* const targets = work.bases[static_cast<std::size_t>(Space::target)];
    const float* const shares = work.bases[static_cast<std::size_t>(Space::share)];
    for (std::int64_t n = work.first + mine.first; n < work.first + mine.last; ++n) {
        float* const dy = op.dy.present() ? work.at(op.dy, n) : nullptr;
        const float weight = dy ? shares[n] / static_cast<float>(count) : 0;
        if (dy) clear_halo(op.dy, dy);
        const float* target = targets + n * op.y.height * op.y.width * channels;
        double total = 0;
        for (std::int64_t r = 0; r < op.y.height; ++r) {
            for (std::int64_t c = 0; c < op.y.width; ++c, target += channels) {
                float* const gradient = dy ? dy + r * op.dy.row + c * op.dy.pixel : nullptr;
                total += one({work.at(op.y, n) + r * op.y.row + c * op.y.pixel, target, gradient, channels, weight});
            }
        }
        work.at(op.losses)[n] = static_cast<float>(total / static_cast<double>(count));
    }
}

}  // namespace striate::STRIATE_ISA
