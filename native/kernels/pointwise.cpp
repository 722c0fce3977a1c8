#include "functions.hpp"
#include "philox.hpp"
#include "pixels.hpp"

// Operations of one place at a time, and of one pixel's channels. They should take as long as reading and writing the
// memory does, so what an operation consists of is chosen before its loops.

namespace striate::STRIATE_ISA {

namespace {

/// Loops over some rows of maps, joined into longer ones where the numbers follow one another.
struct Loops {
    std::int64_t rows, runs, length;
};

template <typename... Tensors>
STRIATE_INLINE Loops loops(std::int64_t rows, bool by_pixel, const Tensor& y, const Tensors&... others) {
    const std::int64_t channels = rounded_up(y.channels), row = y.width * channels;
    const auto joins_pixels = [&](const Tensor& map) { return !map.present() || map.pixel == channels; };
    const auto joins_rows = [&](const Tensor& map) { return !map.present() || map.row == row; };
    if (by_pixel || !(joins_pixels(y) && ... && joins_pixels(others))) return {rows, y.width, channels};
    if (!(joins_rows(y) && ... && joins_rows(others))) return {rows, 1, row};
    return {1, 1, rows * row};
}

/// Numbers with the steps of their rows and pixels; over channels alone both are 0.
struct Numbers {
    float* at;
    std::int64_t row, pixel;

    [[nodiscard]] float* run(std::int64_t r, std::int64_t c) const { return at + r * row + c * pixel; }
};

STRIATE_INLINE Numbers numbers(const Tensor& map, const Work& work, std::int64_t picture, std::int64_t row) {
    if (!map.present()) return {nullptr, 0, 0};
    return {work.at(map, picture) + row * map.row, map.row, map.pixel};
}

/// Factors and summands over channels. Absent ones are one vector of 1 or 0, read again and again.
struct Channels {
    const float *scale, *shift;
    std::int64_t scale_step, shift_step;
};

// What these loops are told comes by value: the compiler would take it that a store changes what is told by address.

struct CombineMaps {
    Numbers x, add, y;
};

template <Curve curve, bool affine, bool added>
void combine_rows(Loops loops, CombineMaps maps, Channels channels, Function function) {
    for (std::int64_t r = 0; r < loops.rows; ++r) {
        for (std::int64_t c = 0; c < loops.runs; ++c) {
            const float* const x = maps.x.run(r, c);
            const float* const add = added ? maps.add.run(r, c) : nullptr;
            float* const y = maps.y.run(r, c);
            const float *scale = channels.scale, *shift = channels.shift;
            for (std::int64_t i = 0; i < loops.length; i += lanes) {
                Vector sum = load(x + i);
                if constexpr (affine) {
                    sum = sum * load(scale) + load(shift);
                    scale += channels.scale_step;
                    shift += channels.shift_step;
                }
                if constexpr (added) sum += load(add + i);
                store(y + i, value<curve>(function, sum));
            }
        }
    }
}

struct SlopeMaps {
    Numbers dy, at, dx;
};

template <Curve curve, bool from_output, bool accumulate>
void slope_rows(Loops loops, SlopeMaps maps, Function function) {
    for (std::int64_t r = 0; r < loops.rows; ++r) {
        for (std::int64_t c = 0; c < loops.runs; ++c) {
            const float *const dy = maps.dy.run(r, c), *const at = maps.at.run(r, c);
            float* const dx = maps.dx.run(r, c);
            for (std::int64_t i = 0; i < loops.length; i += lanes) {
                const Vector here = load(at + i);
                Vector product = load(dy + i);
                if constexpr (from_output) {
                    product *= slope_from_output<curve>(function, here);
                } else {
                    product *= slope_from_input<curve>(function, here);
                }
                if constexpr (accumulate) product += load(dx + i);
                store(dx + i, product);
            }
        }
    }
}

/// body(a type that says `first`, one that says `second`).
template <bool which>
struct Is {
    static constexpr bool value = which;
};

template <typename Body>
STRIATE_INLINE void by_two(bool first, bool second, Body body) {
    if (first) return second ? body(Is<true>{}, Is<true>{}) : body(Is<true>{}, Is<false>{});
    return second ? body(Is<false>{}, Is<true>{}) : body(Is<false>{}, Is<false>{});
}

}  // namespace

void combine(const Combine& op, const Work& work) {
    auto rows = &combine_rows<Curve::linear, false, false>;
    const bool affine = op.scale.present() || op.shift.present();
    by_curve(op.function.curve, [&](auto is) {
        by_two(affine, op.add.present(), [&](auto is_affine, auto is_added) {
            rows = &combine_rows<decltype(is)::curve, decltype(is_affine)::value, decltype(is_added)::value>;
        });
    });
    float ones[lanes], zeros[lanes];
    store(ones, all(1.0F));
    store(zeros, Vector{});
    const Channels channels{op.scale.present() ? work.at(op.scale) : ones,
                            op.shift.present() ? work.at(op.shift) : zeros, op.scale.present() ? lanes : 0,
                            op.shift.present() ? lanes : 0};
    over_rows(op.y, work, [&](std::int64_t n, std::int64_t first, std::int64_t last) {
        const CombineMaps maps{numbers(op.x, work, n, first), numbers(op.add, work, n, first),
                               numbers(op.y, work, n, first)};
        rows(loops(last - first, affine, op.y, op.x, op.add), maps, channels, op.function);
    });
}

void slope(const Slope& op, const Work& work) {
    auto rows = &slope_rows<Curve::linear, true, false>;
    by_curve(op.function.curve, [&](auto is) {
        by_two(op.from_output, op.accumulate, [&](auto is_from_output, auto is_accumulate) {
            rows = &slope_rows<decltype(is)::curve, decltype(is_from_output)::value, decltype(is_accumulate)::value>;
        });
    });
    over_rows(op.dx, work, [&](std::int64_t n, std::int64_t first, std::int64_t last) {
        const SlopeMaps maps{numbers(op.dy, work, n, first), numbers(op.at, work, n, first),
                             numbers(op.dx, work, n, first)};
        rows(loops(last - first, false, op.dx, op.dy, op.at), maps, op.function);
    });
}

void softmax(const Softmax& op, const Work& work) {
    const std::int64_t channels = op.y.channels;
    const std::int64_t whole = channels / rounding * rounding;
    const auto pixel = [channels, whole](const float* x, float* y) {
        const float top = largest_of(x, channels);
        const auto power = [top](Vector v) { return exp_of_negative(v - top); };
        const auto add = [](Vector a, Vector b) { return a + b; };
        Block sums{};
        for (std::int64_t k = 0; k < whole; k += rounding) {
            const Block here = each(power, load_block(x + k));
            store_block(y + k, here);
            sums = each(add, sums, here);
        }
        if (whole < channels) {
            const Block here = first_of(each(power, load_block(x + whole)), channels - whole, 0);
            store_block(y + whole, here);
            sums = each(add, sums, here);
        }
        const float share = 1.0F / sum(sums);
        for (std::int64_t k = 0; k < channels; k += rounding) {
            const Block shares = each([share](Vector v) { return v * share; }, load_block(y + k));
            store_block(y + k, k < whole ? shares : first_of(shares, channels - k, 0));
        }
    };
    over_rows(op.y, work, [&](std::int64_t n, std::int64_t first, std::int64_t last) {
        const Numbers x = numbers(op.x, work, n, 0), y = numbers(op.y, work, n, 0);
        for (std::int64_t r = first; r < last; ++r) {
            for (std::int64_t c = 0; c < op.y.width; ++c) pixel(x.run(r, c), y.run(r, c));
        }
    });
}

void softmax_gradient(const SoftmaxGradient& op, const Work& work) {
    const std::int64_t channels = op.dx.channels;
    const auto pixel = [channels](const float* dy, const float* y, float* dx) {
        Block sums{};
        for (std::int64_t k = 0; k < channels; k += rounding) {
            const Block products =
                each([](Vector a, Vector b) { return a * b; }, load_block(dy + k), load_block(y + k));
            sums = each([](Vector a, Vector b) { return a + b; }, sums, first_of(products, channels - k, 0));
        }
        const float total = sum(sums);
        for (std::int64_t k = 0; k < channels; k += rounding) {
            const Block here =
                each([total](Vector a, Vector b) { return b * (a - total); }, load_block(dy + k), load_block(y + k));
            store_block(dx + k, first_of(here, channels - k, 0));
        }
    };
    over_rows(op.dx, work, [&](std::int64_t n, std::int64_t first, std::int64_t last) {
        const Numbers dy = numbers(op.dy, work, n, 0), y = numbers(op.y, work, n, 0), dx = numbers(op.dx, work, n, 0);
        for (std::int64_t r = first; r < last; ++r) {
            for (std::int64_t c = 0; c < op.dx.width; ++c) pixel(dy.run(r, c), y.run(r, c), dx.run(r, c));
        }
    });
}

void dropout(const Dropout& op, const Work& work) {
    const std::int64_t channels = op.y.channels, row = op.y.width * channels;
    const auto first_value = static_cast<std::int64_t>(work.key.first) * op.y.height * row;
    Draws draws(work.key, op.node, op.rate, first_value + work.last * op.y.height * row);
    const auto pixel = [&](std::int64_t value, const float* x, float* y) {
        for (std::int64_t k = 0; k < channels; k += rounding) {
            const float* factors = draws.from(value + k);
            for (std::int64_t i = 0; i < rounding; i += lanes) {
                const Vector here = load(x + k + i) * load(factors + i);
                store(y + k + i, op.accumulate ? load(y + k + i) + here : here);
            }
        }
    };
    over_rows(op.y, work, [&](std::int64_t n, std::int64_t first, std::int64_t last) {
        const Numbers x = numbers(op.x, work, n, 0), y = numbers(op.y, work, n, 0);
        for (std::int64_t r = first; r < last; ++r) {
            const std::int64_t value = first_value + (n * op.y.height + r) * row;
            for (std::int64_t c = 0; c < op.y.width; ++c) pixel(value + c * channels, x.run(r, c), y.run(r, c));
        }
    });
}

}  // namespace striate::STRIATE_ISA
