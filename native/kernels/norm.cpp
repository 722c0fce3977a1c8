#include "functions.hpp"

// Normalisations over the batch and over a pixel's channels.
//
// Sums over pixels: in each row `turns` pixels take turns, a vector of sums each, so that additions need not wait for
// one another; then come the rows of a picture in order, then the pictures. Which channels a worker has, and which
// pictures come together, changes no bit.

namespace striate::STRIATE_ISA {

namespace {

inline constexpr int turns = 4;
inline constexpr int most_vectors = STRIATE_REGISTERS >= 32 ? 2 : 1;  // `turns` times two sums of each are registers

/// Channels for which sums of a picture are kept at a time.
inline constexpr std::int64_t most_channels = 256;

/// Two sums of some channels.
struct Sums {
    float first[most_channels], second[most_channels];
};

template <int V>
struct Pair {
    Vector first[V], second[V];
};

/// sums += those over a row's pixels; term(pixel, v, a, b) adds what a pixel gives to its two sums.
template <int V, typename Term>
STRIATE_INLINE void sum_row(std::int64_t pixels, Term term, float* first, float* second) {
    Pair<V> sums[turns] = {};
    std::int64_t q = 0;
    for (; q + turns <= pixels; q += turns) {
        for (int t = 0; t < turns; ++t) {
            for (int v = 0; v < V; ++v) term(q + t, v, sums[t].first[v], sums[t].second[v]);
        }
    }
    for (int t = 0; t < turns - 1 && q + t < pixels; ++t) {
        for (int v = 0; v < V; ++v) term(q + t, v, sums[t].first[v], sums[t].second[v]);
    }
    for (int v = 0; v < V; ++v) {
        const auto add = [v](float* to, Vector a, Vector b, Vector c, Vector d) {
            store(to + v * lanes, load(to + v * lanes) + ((a + b) + (c + d)));
        };
        add(first, sums[0].first[v], sums[1].first[v], sums[2].first[v], sums[3].first[v]);
        add(second, sums[0].second[v], sums[1].second[v], sums[2].second[v], sums[3].second[v]);
    }
}

/// Calls body(V, k) for the channels' vectors, by as many as fit into the registers.
template <int V>
struct Vectors {
    static constexpr int count = V;
};

template <int Most = most_vectors, typename Body>
STRIATE_INLINE void each_vectors(std::int64_t channels, Body body) {
    std::int64_t k = 0;
    for (; k + Most * lanes <= channels; k += Most * lanes) body(Vectors<Most>{}, k);
    if constexpr (Most > 1) {
        for (; k < channels; k += lanes) body(Vectors<1>{}, k);
    }
}

STRIATE_INLINE void clear(Sums& sums, std::int64_t channels) {
    for (std::int64_t k = 0; k < channels; ++k) sums.first[k] = sums.second[k] = 0;
}

/// Calls body(first channel, how many) for a part's channels.
template <typename Body>
STRIATE_INLINE void each_channels(std::int64_t channels, const Work& work, Body body) {
    const Range groups = share_of(rounded_up(channels) / rounding, work.part, work.parts);
    for (std::int64_t k = groups.first * rounding; k < groups.last * rounding; k += most_channels) {
        body(k, smaller(most_channels, groups.last * rounding - k));
    }
}

/// Of some channels of a picture: the sums, and the sums of squares, of the distances from `from`.
void sum_distances(const Tensor& x, const float* picture, const float* from, std::int64_t channels, Sums& sums) {
    clear(sums, channels);
    for (std::int64_t h = 0; h < x.height; ++h) {
        const float* const row = picture + h * x.row;
        each_vectors(channels, [&](auto of, std::int64_t k) {
            constexpr int V = decltype(of)::count;
            Vector centre[V];
            for (int v = 0; v < V; ++v) centre[v] = load(from + k + v * lanes);
            const auto term = [&](std::int64_t q, int v, Vector& sum, Vector& squares) {
                const Vector distance = load(row + q * x.pixel + k + v * lanes) - centre[v];
                sum += distance;
                squares += distance * distance;
            };
            sum_row<V>(x.width, term, sums.first + k, sums.second + k);
        });
    }
}

/// The means of some channels of a picture.
void means(const Tensor& x, const float* picture, std::int64_t channels, Sums& sums) {
    clear(sums, channels);
    for (std::int64_t h = 0; h < x.height; ++h) {
        const float* const row = picture + h * x.row;
        each_vectors(channels, [&](auto of, std::int64_t k) {
            const auto term = [&](std::int64_t q, int v, Vector& sum, Vector&) {
                sum += load(row + q * x.pixel + k + v * lanes);
            };
            sum_row<decltype(of)::count>(x.width, term, sums.first + k, sums.second + k);
        });
    }
    const Vector share = all(1.0F / static_cast<float>(std::int64_t{x.height} * x.width));
    for (std::int64_t k = 0; k < channels; k += lanes) store(sums.first + k, load(sums.first + k) * share);
}

}  // namespace

void channel_statistics(const ChannelStatistics& op, const Work& work) {
    float* const mean = work.partial(op.partial);
    float* const squares = mean + rounded_up(op.x.channels);
    const std::int64_t begin = share_of(work.pictures, work.chunk, work.chunks).first;
    const auto pixels = static_cast<float>(std::int64_t{op.x.height} * op.x.width);
    each_channels(op.x.channels, work, [&](std::int64_t first, std::int64_t channels) {
        Sums sums;
        for (std::int64_t n = work.first; n < work.last; ++n) {
            const float* const picture = work.at(op.x, n) + first;
            if (n == begin) {
                means(op.x, picture, channels, sums);
                for (std::int64_t k = 0; k < channels; k += lanes) {
                    store(mean + first + k, load(sums.first + k));
                    store(squares + first + k, Vector{});
                }
            }
            // About the mean so far, m: the new one is m + sum(x - m) / count, and about that one the squared distances
            // are less by sum(x - m)^2 / count (Chan, Golub and LeVeque; a picture further off loses no digits).
            sum_distances(op.x, picture, mean + first, channels, sums);
            const Vector share = all(1.0F / (pixels * static_cast<float>(n - begin + 1)));
            for (std::int64_t k = 0; k < channels; k += lanes) {
                const Vector moves = load(sums.first + k) * share;
                const Vector more = load(sums.second + k) - load(sums.first + k) * moves;
                store(mean + first + k, load(mean + first + k) + moves);
                store(squares + first + k, load(squares + first + k) + more);
            }
        }
    });
}

namespace {

struct Moments {
    double mean, variance;
};

/// The chunks' means and squared distances of a channel, put together in order.
Moments moments(const NormStatistics& op, const Work& work, std::int64_t k) {
    const std::int64_t chunks = smaller(op.chunks, work.pictures);
    double count = 0, mean = 0, squares = 0;
    for (std::int64_t c = 0; c < chunks; ++c) {
        const Range pictures = share_of(work.pictures, c, chunks);
        const auto here = static_cast<double>((pictures.last - pictures.first) * op.pixels);
        const float* const partial = work.at(op.partial) + c * op.partial.size + k;
        const double apart = double{partial[0]} - mean;
        squares += double{partial[rounded_up(op.channels)]} + apart * apart * (count * here / (count + here));
        mean += apart * (here / (count + here));
        count += here;
    }
    return {mean, squares / count};
}

STRIATE_INLINE double one_of(const float* numbers, std::int64_t k, double absent) {
    return numbers ? double{numbers[k]} : absent;
}

STRIATE_INLINE void put(float* numbers, std::int64_t k, double number) {
    if (numbers) numbers[k] = static_cast<float>(number);
}

}  // namespace

void norm_statistics(const NormStatistics& op, const Work& work) {
    if (work.part != 0 || work.chunk != 0) return;
    const float* const old_mean = work.at(op.moving_mean);
    const float* const old_variance = work.at(op.moving_variance);
    const double momentum = op.momentum;
    for (std::int64_t k = 0; k < op.channels; ++k) {
        const Moments of =
            op.partial.present() ? moments(op, work, k) : Moments{double{old_mean[k]}, double{old_variance[k]}};
        const double inverse = 1.0 / __builtin_sqrt(of.variance + double{op.epsilon});
        const double scale = one_of(work.at(op.gamma), k, 1) * inverse;
        const double centre = of.mean - one_of(work.at(op.bias), k, 0);
        put(work.at(op.scale), k, scale);
        put(work.at(op.shift), k, one_of(work.at(op.beta), k, 0) - centre * scale);
        put(work.at(op.mean), k, of.mean);
        put(work.at(op.inverse), k, inverse);
        if (op.new_mean.present()) {
            put(work.at(op.new_mean), k, momentum * double{old_mean[k]} + (1 - momentum) * of.mean);
            put(work.at(op.new_variance), k, momentum * double{old_variance[k]} + (1 - momentum) * of.variance);
        }
    }
    for (std::int64_t k = op.channels; k < rounded_up(op.channels); ++k) {
        for (const Region* each : {&op.scale, &op.shift, &op.mean, &op.inverse}) put(work.at(*each), k, 0);
    }
}

namespace {

/// sum of g, and of g (x - mean), over a picture.
template <Curve C>
void gradient_sums(const NormGradientSums& op, const Work& work, std::int64_t n, std::int64_t first,
                   std::int64_t channels, Sums& sums) {
    clear(sums, channels);
    for (std::int64_t h = 0; h < op.x.height; ++h) {
        const float* const x = work.at(op.x, n) + h * op.x.row + first;
        const float* const dy = work.at(op.dy, n) + h * op.dy.row + first;
        each_vectors(channels, [&](auto of, std::int64_t k) {
            constexpr int V = decltype(of)::count;
            Vector scale[V], shift[V], mean[V];
            for (int v = 0; v < V; ++v) {
                scale[v] = load(work.at(op.scale) + first + k + v * lanes);
                shift[v] = load(work.at(op.shift) + first + k + v * lanes);
                mean[v] = load(work.at(op.mean) + first + k + v * lanes);
            }
            const auto term = [&](std::int64_t q, int v, Vector& sum, Vector& product) {
                const Vector here = load(x + q * op.x.pixel + k + v * lanes);
                Vector g = load(dy + q * op.dy.pixel + k + v * lanes);
                if constexpr (C != Curve::linear) g *= slope_from_input<C>(op.function, scale[v] * here + shift[v]);
                sum += g;
                product += g * (here - mean[v]);
            };
            sum_row<V>(op.x.width, term, sums.first + k, sums.second + k);
        });
    }
}

template <Curve C>
void norm_gradient_sums_of(const NormGradientSums& op, const Work& work) {
    each_channels(op.x.channels, work, [&](std::int64_t first, std::int64_t channels) {
        float* const sum = work.partial(op.partial) + first;
        float* const product = sum + rounded_up(op.x.channels);
        const float* const inverse = work.at(op.inverse) + first;
        Sums sums;
        for (std::int64_t n = work.first; n < work.last; ++n) {
            gradient_sums<C>(op, work, n, first, channels, sums);
            const bool begins = work.begins_chunk && n == work.first;
            for (std::int64_t k = 0; k < channels; k += lanes) {
                const Vector products = load(sums.second + k) * load(inverse + k);
                store(sum + k, begins ? load(sums.first + k) : load(sum + k) + load(sums.first + k));
                store(product + k, begins ? products : load(product + k) + products);
            }
        }
    });
}

}  // namespace

void norm_gradient_sums(const NormGradientSums& op, const Work& work) {
    by_curve(op.function.curve, [&](auto is) { norm_gradient_sums_of<decltype(is)::curve>(op, work); });
}

void norm_gradient_factors(const NormGradientFactors& op, const Work& work) {
    if (work.part != 0 || work.chunk != 0) return;
    const std::int64_t chunks = smaller(op.chunks, work.pictures), width = rounded_up(op.channels);
    const auto count = static_cast<double>(work.pictures * op.pixels);
    for (std::int64_t k = 0; k < op.channels; ++k) {
        double sum = 0, product = 0;
        for (std::int64_t c = 0; c < chunks; ++c) {
            const float* const partial = work.at(op.partial) + c * op.partial.size + k;
            sum += double{partial[0]};
            product += double{partial[width]};
        }
        const auto gather = [&](float* to, double gradient) {
            put(to, k, op.accumulate && to ? double{to[k]} + gradient : gradient);
        };
        gather(work.at(op.dgamma), product);
        gather(work.at(op.dbeta), sum);
        // dx = scale (g - sum / count - (x - mean) inverse product / count)
        const double scale = work.at(op.scale)[k], mean = work.at(op.mean)[k], inverse = work.at(op.inverse)[k];
        const double by_x = op.batch_statistics ? -scale * inverse * product / count : 0;
        const double constant = op.batch_statistics ? -scale * sum / count - by_x * mean : 0;
        put(work.at(op.a), k, scale);
        put(work.at(op.b), k, by_x);
        put(work.at(op.c), k, constant);
    }
    for (std::int64_t k = op.channels; k < width; ++k) {
        for (const Region* each : {&op.a, &op.b, &op.c}) put(work.at(*each), k, 0);
    }
}

namespace {

/// Some rows, pixel after pixel: maps come from memory, which is fastest from end to end, factors from the first cache.
template <Curve C, bool accumulate>
void norm_gradient_of(const NormGradient& op, const Work& work) {
    const float *const scale = work.at(op.scale), *const shift = work.at(op.shift);
    const float *const a = work.at(op.a), *const b = work.at(op.b), *const c = work.at(op.c);
    const Function function = op.function;
    const std::int64_t width = op.x.width, channels = rounded_up(op.x.channels);
    const std::int64_t x_pixel = op.x.pixel, dy_pixel = op.dy.pixel, dx_pixel = op.dx.pixel;
    const Range mine = share_of((work.last - work.first) * op.x.height, work.part, work.parts);
    for (std::int64_t line = mine.first; line < mine.last; ++line) {
        const std::int64_t n = work.first + line / op.x.height, h = line % op.x.height;
        const float* x = work.at(op.x, n) + h * op.x.row;
        const float* dy = work.at(op.dy, n) + h * op.dy.row;
        float* dx = work.at(op.dx, n) + h * op.dx.row;
        for (std::int64_t q = 0; q < width; ++q, x += x_pixel, dy += dy_pixel, dx += dx_pixel) {
            for (std::int64_t k = 0; k < channels; k += lanes) {
                const Vector here = load(x + k);
                Vector g = load(dy + k);
                if constexpr (C != Curve::linear) {
                    g *= slope_from_input<C>(function, load(scale + k) * here + load(shift + k));
                }
                const Vector gradient = load(a + k) * g + (load(b + k) * here + load(c + k));
                store(dx + k, accumulate ? load(dx + k) + gradient : gradient);
            }
        }
    }
}

}  // namespace

void norm_gradient(const NormGradient& op, const Work& work) {
    if (work.part == 0 && !op.accumulate) {
        for (std::int64_t n = work.first; n < work.last; ++n) clear_halo(op.dx, work.at(op.dx, n));
    }
    by_curve(op.function.curve, [&](auto is) {
        constexpr Curve curve = decltype(is)::curve;
        op.accumulate ? norm_gradient_of<curve, true>(op, work) : norm_gradient_of<curve, false>(op, work);
    });
}

}  // namespace striate::STRIATE_ISA
