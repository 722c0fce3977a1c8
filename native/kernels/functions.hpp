#pragma once

#include "vector.hpp"

// The functions of one value, a vector at a time: e^x and its relatives, activations and their slopes.
//
// Polynomials are minimax fits of what stands beside them; each is far below a rounding, so the errors are those of the
// last few operations. NaN stays NaN everywhere: comparisons are written so that it falls into the case that computes.

namespace striate::STRIATE_ISA {

STRIATE_INLINE Mask bits(Vector x) { return reinterpret_cast<Mask>(x); }
STRIATE_INLINE Vector from_bits(Mask x) { return reinterpret_cast<Vector>(x); }

inline constexpr std::int32_t sign_bit = INT32_MIN, exponent_bias = 127, fraction_bits = 23;

STRIATE_INLINE Vector magnitude(Vector x) { return from_bits(bits(x) & ~sign_bit); }
STRIATE_INLINE Vector no_less(Vector x, float least) { return x < least ? all(least) : x; }
STRIATE_INLINE Vector no_more(Vector x, float most) { return x > most ? all(most) : x; }

/// 2^n for -126 <= n <= 127.
STRIATE_INLINE Vector power_of_two(Mask n) { return from_bits((n + exponent_bias) << fraction_bits); }

inline constexpr float log2_e = 0x1.715476p+0F;
inline constexpr float ln2_high = 0x1.63p-1F, ln2_low = -0x1.bd0106p-13F;  // n ln2_high is exact for |n| < 2^14

/// x = n ln 2 + r, n the nearest whole number. |x| < 2^13.
struct Halvings {
    Mask n;
    Vector r;
};

STRIATE_INLINE Halvings halvings(Vector x) {
    const Vector to_whole = all(0x1.8p+23F);  // a float of this size has no bits left for a fraction
    const Vector moved = x * log2_e + to_whole;
    const Vector n = moved - to_whole;
    return {bits(moved) - bits(to_whole), (x - n * ln2_high) - n * ln2_low};
}

/// e^r - 1 for |r| <= ln(2) / 2.
STRIATE_INLINE Vector expm1_near_0(Vector r) {
    Vector p = r * 1.9845878e-4F + 1.3940627e-3F;
    p = p * r + 8.3333894e-3F;
    p = p * r + 4.1666361e-2F;
    p = p * r + 1.6666666e-1F;
    p = p * r + 0.5F;
    return r * r * p + r;
}

/// e^x.
STRIATE_INLINE Vector exp(Vector x) {
    const Halvings h = halvings(no_more(no_less(x, -104.0F), 89.0F));  // beyond: 0 and infinity
    const Mask half = h.n >> 1;  // in two steps, as 2^n itself may be no normal number
    return (expm1_near_0(h.r) + 1.0F) * power_of_two(half) * power_of_two(h.n - half);
}

/// e^x for x <= 0.
STRIATE_INLINE Vector exp_of_negative(Vector x) {
    const Halvings h = halvings(no_less(x, -104.0F));
    const Mask half = h.n >> 1;
    return (expm1_near_0(h.r) + 1.0F) * power_of_two(half) * power_of_two(h.n - half);
}

/// e^x - 1 for x <= 0.
STRIATE_INLINE Vector expm1_of_negative(Vector x) {
    const Halvings h = halvings(no_less(x, -20.0F));  // beyond: -1
    const Vector scale = power_of_two(h.n);
    return expm1_near_0(h.r) * scale + (scale - 1.0F);
}

/// ln(1 + f) for 1 + f between sqrt(1/2) and sqrt(2).
STRIATE_INLINE Vector log1p_near_0(Vector f) {
    Vector p = f * 6.7477308e-2F - 1.1677516e-1F;
    p = p * f + 1.1888697e-1F;
    p = p * f - 1.2405340e-1F;
    p = p * f + 1.4219453e-1F;
    p = p * f - 1.6668005e-1F;
    p = p * f + 2.0002123e-1F;
    p = p * f - 2.5000010e-1F;
    p = p * f + 3.3333313e-1F;
    const Vector square = f * f;
    return (square * f * p - 0.5F * square) + f;
}

/// ln(x).
STRIATE_INLINE Vector log(Vector x) {
    const auto small = x < 0x1p-126F;
    const Vector normal = small ? x * 0x1p+25F : x;
    const std::int32_t sqrt_half = 0x3F3504F3;  // so that the fraction lies between sqrt(1/2) and sqrt(2)
    const Mask n = (bits(normal) - sqrt_half) >> fraction_bits;
    const Vector f = from_bits(bits(normal) - (n << fraction_bits)) - 1.0F;
    const Vector exponent = __builtin_convertvector(n, Vector) - (small ? all(25.0F) : Vector{});
    const Vector ln = (log1p_near_0(f) + exponent * ln2_low) + exponent * ln2_high;
    const Vector infinity = all(__builtin_inff());
    const Vector of_positive = x < infinity ? ln : x;  // infinity and NaN
    const Vector of_others = x == 0.0F ? -infinity : all(__builtin_nanf(""));
    return x <= 0.0F ? of_others : of_positive;
}

/// ln(1 + x) for 0 <= x <= 1.
STRIATE_INLINE Vector log1p_of_fraction(Vector x) {
    const auto large = x > 0x1.a8279ap-2F;  // sqrt(2) - 1: (1 + x) / 2 is nearer to 1
    const Vector ln = log1p_near_0(large ? x * 0.5F - 0.5F : x);
    return large ? (ln + ln2_low) + ln2_high : ln;
}

/// tanh(x) = (1 - e^-2x) / (1 + e^-2x).
STRIATE_INLINE Vector tanh(Vector x) {
    const Vector e = expm1_of_negative(-2.0F * magnitude(x));
    return from_bits(bits(-e / (2.0F + e)) | (bits(x) & sign_bit));
}

/// 1 / (1 + e^-x), by the exponential that does not overflow.
STRIATE_INLINE Vector sigmoid(Vector x) {
    const Vector e = exp(-magnitude(x));
    return (x < 0.0F ? e : all(1.0F)) / (1.0F + e);
}

/// sigmoid(x), and 1 - sigmoid(x) without the difference.
struct Shares {
    Vector s, rest;
};

STRIATE_INLINE Shares shares(Vector x) {
    const Vector e = exp(-magnitude(x));
    const Vector larger_one = 1.0F / (1.0F + e), smaller_one = e * larger_one;
    return {x < 0.0F ? smaller_one : larger_one, x < 0.0F ? larger_one : smaller_one};
}

inline constexpr float leak = 0.2F;
inline constexpr float selu_scale = 1.0507009873554805F, selu_alpha = 1.6732632423543772F;
inline constexpr float selu_product = static_cast<float>(1.0507009873554805 * 1.6732632423543772);
inline constexpr float gelu_factor = 0.7978845608028654F, gelu_cubic = 0.044715F;

/// gelu_tanh's 2 u: (1 + tanh(u)) / 2 = sigmoid(2 u), and this does not cancel.
STRIATE_INLINE Vector gelu_inner(Vector x) { return (2.0F * gelu_factor) * (x + gelu_cubic * x * x * x); }

/// y = function(x).
template <Curve curve>
STRIATE_INLINE Vector value(const Function& function, Vector x) {
    if constexpr (curve == Curve::relu) {
        return relu(x);
    } else if constexpr (curve == Curve::leaky_relu) {
        return x > 0.0F ? x : leak * x;
    } else if constexpr (curve == Curve::relu6) {
        return no_more(relu(x), 6.0F);
    } else if constexpr (curve == Curve::elu) {
        return x > 0.0F ? x : expm1_of_negative(x);
    } else if constexpr (curve == Curve::selu) {
        return x > 0.0F ? selu_scale * x : selu_product * expm1_of_negative(x);
    } else if constexpr (curve == Curve::sigmoid) {
        return sigmoid(x);
    } else if constexpr (curve == Curve::hard_sigmoid) {
        return no_more(relu(x / 6.0F + 0.5F), 1.0F);
    } else if constexpr (curve == Curve::tanh) {
        return tanh(x);
    } else if constexpr (curve == Curve::silu) {
        return x * sigmoid(x);
    } else if constexpr (curve == Curve::gelu_tanh) {
        return x * sigmoid(gelu_inner(x));
    } else if constexpr (curve == Curve::softplus) {
        return relu(x) + log1p_of_fraction(exp(-magnitude(x)));
    } else if constexpr (curve == Curve::bounded_relu) {
        // 0 times minus infinity would be NaN; what is NaN stays it.
        const Vector zero = x == x ? Vector{} : x, sloped = function.negative_slope * (x - function.threshold);
        const Vector below = function.negative_slope == 0.0F ? zero : sloped;
        return no_more(x >= function.threshold ? x : below, function.largest);
    } else {
        return x;
    }
}

/// function'(x) from y = function(x), for the curves that `has_slope_from_output` names.
template <Curve curve>
STRIATE_INLINE Vector slope_from_output(const Function&, Vector y) {
    const Vector one = all(1.0F), none = {};
    if constexpr (curve == Curve::relu) {
        return y > 0.0F ? one : none;
    } else if constexpr (curve == Curve::leaky_relu) {
        return y > 0.0F ? one : all(leak);
    } else if constexpr (curve == Curve::relu6) {
        return y > 0.0F ? (y < 6.0F ? one : none) : none;
    } else if constexpr (curve == Curve::elu) {
        return y > 0.0F ? one : y + 1.0F;
    } else if constexpr (curve == Curve::selu) {
        return y > 0.0F ? all(selu_scale) : y + selu_product;
    } else if constexpr (curve == Curve::sigmoid) {
        return y * (1.0F - y);
    } else if constexpr (curve == Curve::hard_sigmoid) {
        return y > 0.0F ? (y < 1.0F ? all(1.0F / 6.0F) : none) : none;
    } else if constexpr (curve == Curve::tanh) {
        return 1.0F - y * y;
    } else if constexpr (curve == Curve::softplus) {
        return -expm1_of_negative(-y);
    } else {
        return one;
    }
}

/// function'(x).
template <Curve curve>
STRIATE_INLINE Vector slope_from_input(const Function& function, Vector x) {
    const Vector one = all(1.0F), none = {};
    if constexpr (curve == Curve::elu) {
        return x > 0.0F ? one : exp(x);
    } else if constexpr (curve == Curve::selu) {
        return x > 0.0F ? all(selu_scale) : selu_product * exp(x);
    } else if constexpr (curve == Curve::hard_sigmoid) {
        return x > -3.0F ? (x < 3.0F ? all(1.0F / 6.0F) : none) : none;
    } else if constexpr (curve == Curve::sigmoid) {
        const Shares of = shares(x);
        return of.s * of.rest;
    } else if constexpr (curve == Curve::tanh) {
        const Shares of = shares(2.0F * x);
        return 4.0F * of.s * of.rest;
    } else if constexpr (curve == Curve::silu) {
        const Shares of = shares(x);
        return of.s * (1.0F + x * of.rest);
    } else if constexpr (curve == Curve::gelu_tanh) {
        const Vector near = no_more(no_less(x, -14.0F), 14.0F);  // beyond: 0 and 1
        const Shares of = shares(gelu_inner(near));
        const Vector inner_slope = (2.0F * gelu_factor) * (1.0F + 3.0F * gelu_cubic * near * near);
        return of.s * (1.0F + near * of.rest * inner_slope);
    } else if constexpr (curve == Curve::softplus) {
        return sigmoid(x);
    } else if constexpr (curve == Curve::bounded_relu) {
        const Vector above = x > function.threshold ? (x < function.largest ? one : none) : none;
        return x <= function.threshold ? all(function.negative_slope) : above;
    } else {
        return slope_from_output<curve>(function, x);  // of these the output has the input's sign and bounds
    }
}

/// A curve as a type, so that a lambda's parameter can carry it.
template <Curve which>
struct CurveIs {
    static constexpr Curve curve = which;
};

/// Call `body` with the type of a curve: one branch for a whole operation, none inside its loops.
template <typename Body>
STRIATE_INLINE void by_curve(Curve curve, Body body) {
    switch (curve) {
        case Curve::relu:
            return body(CurveIs<Curve::relu>{});
        case Curve::leaky_relu:
            return body(CurveIs<Curve::leaky_relu>{});
        case Curve::relu6:
            return body(CurveIs<Curve::relu6>{});
        case Curve::elu:
            return body(CurveIs<Curve::elu>{});
        case Curve::selu:
            return body(CurveIs<Curve::selu>{});
        case Curve::sigmoid:
            return body(CurveIs<Curve::sigmoid>{});
        case Curve::hard_sigmoid:
            return body(CurveIs<Curve::hard_sigmoid>{});
        case Curve::tanh:
            return body(CurveIs<Curve::tanh>{});
        case Curve::silu:
            return body(CurveIs<Curve::silu>{});
        case Curve::gelu_tanh:
            return body(CurveIs<Curve::gelu_tanh>{});
        case Curve::softplus:
            return body(CurveIs<Curve::softplus>{});
        case Curve::bounded_relu:
            return body(CurveIs<Curve::bounded_relu>{});
        default:
            return body(CurveIs<Curve::linear>{});
    }
}

/// The same where the curve is known only as it runs: for the few vectors at the end of a long sum.
[[gnu::noinline]] inline Vector value(const Function& function, Vector x) {
    by_curve(function.curve, [&](auto is) { x = value<decltype(is)::curve>(function, x); });
    return x;
}

[[gnu::noinline]] inline Vector slope_from_output(const Function& function, Vector y) {
    by_curve(function.curve, [&](auto is) { y = slope_from_output<decltype(is)::curve>(function, y); });
    return y;
}

[[gnu::noinline]] inline Vector slope_from_input(const Function& function, Vector x) {
    by_curve(function.curve, [&](auto is) { x = slope_from_input<decltype(is)::curve>(function, x); });
    return x;
}

}  // namespace striate::STRIATE_ISA
