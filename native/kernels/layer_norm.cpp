#include "vector.hpp"

// Each pixel normalised over its channels.

namespace striate::STRIATE_ISA {

namespace {

inline constexpr int turns = 4;         // vectors of sums that do not wait for one another
inline constexpr int most_pixels = 64;  // whose means are kept at a time

/// The sum of a vector's lanes, halves added to halves.
template <typename Of>
STRIATE_INLINE float folded(Of v) {
    if constexpr (sizeof(Of) == 64) {
        v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
        v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
        v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    } else if constexpr (sizeof(Of) == 32) {
        v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
        v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5);
    } else {
        v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
    }
    return v[0] + v[1];
}

/// The first `count` lanes, the others 0.
STRIATE_INLINE Vector first_lanes(Vector v, std::int64_t count) {
    if (count >= lanes) return v;
    Mask lane{};
    for (int i = 0; i < lanes; ++i) lane[i] = i;
    return lane < static_cast<std::int32_t>(count) - Mask{} ? v : Vector{};
}

/// A vector of weights, which are not rounded up; `absent` where there are none.
STRIATE_INLINE Vector weights_at(const float* weights, std::int64_t k, std::int64_t channels, float absent) {
    if (!weights) return all(absent);
    if (k + lanes <= channels) return load(weights + k);
    float first[lanes] = {};
    for (std::int64_t i = 0; i < channels - k; ++i) first[i] = weights[k + i];
    return load(first);
}

/// The sum over a pixel's channels of term(k), which gives those from k on.
template <typename Term>
STRIATE_INLINE float over_channels(std::int64_t channels, Term term) {
    Vector sums[turns] = {};
    std::int64_t k = 0;
    for (; k + turns * lanes <= channels; k += turns * lanes) {
        for (int t = 0; t < turns; ++t) sums[t] += term(k + t * lanes);
    }
    for (int t = 0; t < turns; ++t, k += lanes) {
        if (k < channels) sums[t] += first_lanes(term(k), channels - k);
    }
    return folded((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

struct Moments {
    float mean, inverse;
};

STRIATE_INLINE Moments moments(const float* x, std::int64_t channels, float epsilon) {
    const auto count = static_cast<float>(channels);
    const float mean = over_channels(channels, [x](std::int64_t k) { return load(x + k); }) / count;
    const float squares = over_channels(channels, [x, mean](std::int64_t k) {
        const Vector distance = load(x + k) - all(mean);
        return distance * distance;
    });
    return {mean, 1.0F / __builtin_sqrtf(squares / count + epsilon)};
}

/// z = (x - mean) inverse.
STRIATE_INLINE Vector normalized(const float* x, Moments of) { return (load(x) - all(of.mean)) * all(of.inverse); }

void input_gradient(const LayerNormGradient& op, const float* gamma, const float* x, const float* dy, Moments of,
                    float* dx) {
    const std::int64_t channels = op.x.channels;
    const auto count = static_cast<float>(channels);
    const auto dz = [&](std::int64_t k) { return load(dy + k) * weights_at(gamma, k, channels, 1); };
    const Vector mean = all(over_channels(channels, dz) / count);
    const Vector product =
        all(over_channels(channels, [&](std::int64_t k) { return dz(k) * normalized(x + k, of); }) / count);
    for (std::int64_t k = 0; k < rounded_up(channels); k += lanes) {
        const Vector gradient = all(of.inverse) * (dz(k) - mean - normalized(x + k, of) * product);
        const Vector mine = first_lanes(gradient, channels - k);
        store(dx + k, op.accumulate ? load(dx + k) + mine : mine);
    }
}

/// Pixels of a row, up to most_pixels.
struct Pixels {
    const float* x;
    const float* dy;
    std::int64_t count;
    Moments of[most_pixels];
};

/// Adds dy z to dgamma and dy to dbeta.
STRIATE_INLINE void weight_gradients(const LayerNormGradient& op, const Pixels& pixels, std::int64_t k, float* dgamma,
                                     float* dbeta, bool begins) {
    Vector products[turns] = {}, sums[turns] = {};
    const auto add = [&](std::int64_t q, int t) {
        const Vector dy = load(pixels.dy + q * op.dy.pixel + k);
        products[t] += dy * normalized(pixels.x + q * op.x.pixel + k, pixels.of[q]);
        sums[t] += dy;
    };
    std::int64_t q = 0;
    for (; q + turns <= pixels.count; q += turns) {
        for (int t = 0; t < turns; ++t) add(q + t, t);
    }
    for (int t = 0; t < turns - 1; ++t) {
        if (q + t < pixels.count) add(q + t, t);
    }
    const Vector product = (products[0] + products[1]) + (products[2] + products[3]);
    const Vector sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    store(dgamma + k, begins ? product : load(dgamma + k) + product);
    store(dbeta + k, begins ? sum : load(dbeta + k) + sum);
}

STRIATE_INLINE void clear_halos(const Tensor& y, const Work& work) {
    if (work.part != 0) return;
    for (std::int64_t n = work.first; n < work.last; ++n) clear_halo(y, work.at(y, n));
}

}  // namespace

void layer_norm(const LayerNorm& op, const Work& work) {
    clear_halos(op.y, work);
    const std::int64_t channels = op.x.channels;
    const float* const gamma = work.at(op.gamma);
    const float* const beta = work.at(op.beta);
    const Range mine = share_of((work.last - work.first) * op.x.height, work.part, work.parts);
    for (std::int64_t line = mine.first; line < mine.last; ++line) {
        const std::int64_t n = work.first + line / op.x.height, h = line % op.x.height;
        const float* x = work.at(op.x, n) + h * op.x.row;
        float* y = work.at(op.y, n) + h * op.y.row;
        for (std::int64_t q = 0; q < op.x.width; ++q, x += op.x.pixel, y += op.y.pixel) {
            const Moments of = moments(x, channels, op.epsilon);
            for (std::int64_t k = 0; k < rounded_up(channels); k += lanes) {
                const Vector scaled = normalized(x + k, of) * weights_at(gamma, k, channels, 1);
                store(y + k, first_lanes(scaled + weights_at(beta, k, channels, 0), channels - k));
            }
        }
    }
}

// Parts share the rows for dx, and the channels for the sums; so all of them need all pixels' means.
void layer_norm_gradient(const LayerNormGradient& op, const Work& work) {
    if (!op.accumulate) clear_halos(op.dx, work);
    const std::int64_t channels = op.x.channels, width = rounded_up(channels);
    const Range lines = share_of((work.last - work.first) * op.x.height, work.part, work.parts);
    const Range groups = share_of(width / rounding, work.part, work.parts);
    const float* const gamma = work.at(op.gamma);
    float* const dgamma = work.partial(op.partial);
    bool begins = work.begins_chunk;
    for (std::int64_t line = 0; line < (work.last - work.first) * op.x.height; ++line) {
        const bool mine = line >= lines.first && line < lines.last;
        if (!mine && groups.first == groups.last) continue;
        const std::int64_t n = work.first + line / op.x.height, h = line % op.x.height;
        for (std::int64_t first = 0; first < op.x.width; first += most_pixels) {
            Pixels pixels{work.at(op.x, n) + h * op.x.row + first * op.x.pixel,
                          work.at(op.dy, n) + h * op.dy.row + first * op.dy.pixel,
                          smaller<std::int64_t>(most_pixels, op.x.width - first),
                          {}};
            float* const dx = work.at(op.dx, n) + h * op.dx.row + first * op.dx.pixel;
            for (std::int64_t q = 0; q < pixels.count; ++q) {
                const float* const x = pixels.x + q * op.x.pixel;
                pixels.of[q] = moments(x, channels, op.epsilon);
                if (mine) {
                    const float* const dy = pixels.dy + q * op.dy.pixel;
                    input_gradient(op, gamma, x, dy, pixels.of[q], dx + q * op.dx.pixel);
                }
            }
            for (std::int64_t k = groups.first * rounding; k < groups.last * rounding; k += lanes) {
                weight_gradients(op, pixels, k, dgamma, dgamma + width, begins);
            }
            begins = false;
        }
    }
}

}  // namespace striate::STRIATE_ISA
