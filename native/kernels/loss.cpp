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

float softmax_crossentropy(const Pixel& pixel) {
    Block tops = all_of_block(-__builtin_inff());
    for (std::int64_t k = 0; k < pixel.channels; k += rounding) {
        const Block here = first_of(load_block(pixel.a + k), pixel.channels - k, -__builtin_inff());
        tops = each([](Vector a, Vector b) { return a < b ? b : a; }, tops, here);
    }
    const float top = largest(tops);
    // The largest score's own 1 is left out, so that the logarithm of a sum near 1 keeps its digits.
    const float others = sum_of(pixel, [top](Vector z, Vector) { return z == top ? Vector{} : exp(z - top); });
    const float equals = sum_of(pixel, [top](Vector z, Vector) { return z == top ? all(1.0F) : Vector{}; });
    const float rest = others + (equals - 1.0F) + (top - top), total = 1.0F + rest;  // infinite scores: all NaN
    const float log_total = (rest <= 1.0F ? log1p_of_fraction(all(rest)) : log(all(total)))[0];
    if (pixel.gradient) {
        const float targets = sum_of(pixel, [](Vector, Vector y) { return y; });
        give(pixel, [&](Vector z, Vector y) { return exp(z - top) / total * targets - y; });
    }
    return sum_of(pixel, [&](Vector z, Vector y) { return y * (log_total - (z - top)); });
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
