#include "striate/update.hpp"

#include "vector.hpp"

// The update rules on consecutive numbers. Each formula takes a vector register of theta and g, and where the slots
// lie.

namespace striate::STRIATE_ISA {

namespace {

typedef std::uint32_t Bits __attribute__((vector_size(STRIATE_LANES * 4)));

/// Correctly rounded; GCC and Clang make one instruction of it.
STRIATE_INLINE Vector root(Vector v) {
    Vector r{};
    for (int i = 0; i < lanes; ++i) r[i] = __builtin_sqrtf(v[i]);
    return r;
}

/// Numbers whose highest bit is set where x is NaN or infinite: there alone the exponent is all ones.
STRIATE_INLINE Bits not_finite(Vector x) { return (reinterpret_cast<Bits>(x) & 0x7FFFFFFFU) + 0x00800000U; }

STRIATE_INLINE bool none_is_set(Bits bits) {
    std::uint32_t any = 0;
    for (int i = 0; i < lanes; ++i) any |= bits[i];
    return (any & 0x80000000U) == 0;
}

/// The slots at one vector register's numbers.
struct Slots {
    float* at[most_slots];
};

/// New value of a slot.
STRIATE_INLINE Vector kept(float* slot, Vector value) {
    store(slot, value);
    return value;
}

// What a formula takes from theta: step(factors, eta, g, slots).

struct GradientDescent {
    static constexpr int slots = 0;
    STRIATE_INLINE static Vector step(const Factors&, float eta, Vector g, Slots) { return eta * g; }
};

struct Momentum {
    static constexpr int slots = 1;
    STRIATE_INLINE static Vector step(const Factors& by, float eta, Vector g, Slots slots) {
        return kept(slots.at[0], by.momentum * load(slots.at[0]) + eta * g);
    }
};

struct Nesterov {
    static constexpr int slots = 1;
    STRIATE_INLINE static Vector step(const Factors& by, float eta, Vector g, Slots slots) {
        return by.momentum * Momentum::step(by, eta, g, slots) + eta * g;
    }
};

/// Running means of g and g^2.
struct Means {
    Vector m, v;

    STRIATE_INLINE static Means moved(const Factors& by, Vector g, Slots slots) {
        const Vector m = load(slots.at[0]), v = load(slots.at[1]);
        return {kept(slots.at[0], m + by.gain_1 * (g - m)), kept(slots.at[1], v + by.gain_2 * (g * g - v))};
    }
};

struct Adam {
    static constexpr int slots = 2;
    STRIATE_INLINE static Vector step(const Factors& by, float eta, Vector g, Slots slots) {
        const Means means = Means::moved(by, g, slots);
        return eta * means.m / (root(means.v) + by.epsilon);
    }
};

struct Nadam {
    static constexpr int slots = 2;
    STRIATE_INLINE static Vector step(const Factors& by, float eta, Vector g, Slots slots) {
        const Means means = Means::moved(by, g, slots);
        return eta * (by.of_mean * means.m + by.of_gradient * g) / (root(means.v / by.correction) + by.epsilon);
    }
};

struct Adagrad {
    static constexpr int slots = 1;
    STRIATE_INLINE static Vector step(const Factors& by, float eta, Vector g, Slots slots) {
        const Vector v = kept(slots.at[0], load(slots.at[0]) + g * g);
        return eta * g / root(v + by.epsilon);
    }
};

STRIATE_INLINE Vector mean_square(const Factors& by, float* slot, Vector g) {
    return kept(slot, by.rho * load(slot) + by.gain * g * g);
}

struct Adadelta {
    static constexpr int slots = 2;
    STRIATE_INLINE static Vector step(const Factors& by, float eta, Vector g, Slots slots) {
        const Vector v = mean_square(by, slots.at[0], g);
        const Vector d = g * root(load(slots.at[1]) + by.epsilon) / root(v + by.epsilon);
        mean_square(by, slots.at[1], d);
        return eta * d;
    }
};

struct RMSprop {
    static constexpr int slots = 1;
    STRIATE_INLINE static Vector step(const Factors& by, float eta, Vector g, Slots slots) {
        return eta * g / root(mean_square(by, slots.at[0], g) + by.epsilon);
    }
};

/// The slots: v, m.
struct CenteredRMSprop {
    static constexpr int slots = 2;
    STRIATE_INLINE static Vector step(const Factors& by, float eta, Vector g, Slots slots) {
        const Vector v = mean_square(by, slots.at[0], g);
        const Vector m = kept(slots.at[1], by.rho * load(slots.at[1]) + by.gain * g);
        // The variance is never below 0, but rounded it can be by more than epsilon.
        return eta * g / root(relu(v - m * m) + by.epsilon);
    }
};

/// The steps of another formula gathered in one more slot, the last.
template <typename Of>
struct Gathered {
    static constexpr int slots = Of::slots + 1;
    STRIATE_INLINE static Vector step(const Factors& by, float eta, Vector g, Slots slots) {
        float* s = slots.at[Of::slots];
        return kept(s, by.momentum * load(s) + Of::step(by, eta, g, slots));
    }
};

/// One vector register's worth of a step; the new weights.
template <typename Rule>
STRIATE_INLINE Vector updated(const Factors& by, const SpanFactors& of, Vector theta, Vector g, Slots slots) {
    g *= of.scale;
    g = g > by.largest ? all(by.largest) : g;  // NaN is neither above nor below: it stays
    g = g < -by.largest ? all(-by.largest) : g;
    if (of.decayed) theta -= of.decay * theta;
    return theta - Rule::step(by, of.eta, g, slots);
}

/// The last numbers, fewer than a register has: a step on copies, so that nothing behind them is touched.
template <typename Rule>
Bits update_last(Factors by, SpanFactors of, UpdateVectors at, std::int64_t count) {
    float theta[lanes] = {}, g[lanes] = {}, copies[most_slots][lanes] = {};
    Slots slots{};
    for (int s = 0; s < Rule::slots; ++s) {
        slots.at[s] = copies[s];
        for (std::int64_t i = 0; i < count; ++i) copies[s][i] = at.slots[s][i];
    }
    for (std::int64_t i = 0; i < count; ++i) {
        theta[i] = at.theta[i];
        g[i] = at.gradient[i];
    }
    Vector now = updated<Rule>(by, of, load(theta), load(g), slots);
    if (at.before) store_first(at.before, load(theta), count);
    for (int s = 0; s < Rule::slots; ++s) store_first(at.slots[s], load(copies[s]), count);
    store_first(at.theta, now, count);
    for (std::int64_t i = count; i < lanes; ++i) now[i] = 0;
    return not_finite(now);
}

/// The factors come as copies, which no store can change, so that they stay in registers.
template <typename Rule>
bool update_by(const Factors by, const SpanFactors of, const UpdateVectors at, std::int64_t count) {
    Bits bad{};
    std::int64_t i = 0;
    for (; i + lanes <= count; i += lanes) {
        Slots slots{};
        for (int s = 0; s < Rule::slots; ++s) slots.at[s] = at.slots[s] + i;
        const Vector theta = load(at.theta + i);
        const Vector now = updated<Rule>(by, of, theta, load(at.gradient + i), slots);
        if (at.before) store(at.before + i, theta);  // behind the last look at the gradient, whose place it may be
        store(at.theta + i, now);
        bad |= not_finite(now);
    }
    if (i < count) {
        UpdateVectors last = {at.theta + i, at.gradient + i, {}, at.before ? at.before + i : nullptr};
        for (int s = 0; s < Rule::slots; ++s) last.slots[s] = at.slots[s] + i;
        bad |= update_last<Rule>(by, of, last, count - i);
    }
    return none_is_set(bad);
}

}  // namespace

bool update(const Factors& by, const SpanFactors& of, const UpdateVectors& at, std::int64_t count) {
    switch (by.formula) {
        case Formula::gradient_descent:
            return update_by<GradientDescent>(by, of, at, count);
        case Formula::momentum:
            return update_by<Momentum>(by, of, at, count);
        case Formula::nesterov:
            return update_by<Nesterov>(by, of, at, count);
        case Formula::adam:
            return update_by<Adam>(by, of, at, count);
        case Formula::nadam:
            return update_by<Nadam>(by, of, at, count);
        case Formula::adagrad:
            return update_by<Adagrad>(by, of, at, count);
        case Formula::adadelta:
            return update_by<Adadelta>(by, of, at, count);
        case Formula::rmsprop:
            return update_by<RMSprop>(by, of, at, count);
        case Formula::momentum_rmsprop:
            return update_by<Gathered<RMSprop>>(by, of, at, count);
        case Formula::centered_rmsprop:
            return update_by<CenteredRMSprop>(by, of, at, count);
        case Formula::centered_momentum_rmsprop:
            return update_by<Gathered<CenteredRMSprop>>(by, of, at, count);
        case Formula::count:
            break;
    }
    return true;
}

void look_ahead(float momentum, const float* theta, const float* v, float* ahead, std::int64_t count) {
    for (std::int64_t i = 0; i < count; i += lanes) {
        const std::int64_t here = smaller<std::int64_t>(lanes, count - i);
        if (here == lanes) {
            store(ahead + i, load(theta + i) - momentum * load(v + i));
        } else {
            float a[lanes] = {}, b[lanes] = {};
            for (std::int64_t j = 0; j < here; ++j) {
                a[j] = theta[i + j];
                b[j] = v[i + j];
            }
            store_first(ahead + i, load(a) - momentum * load(b), here);
        }
    }
}

/// In double, where squares of float are exact; 16 sums side by side, then these in order, on every instruction set.
double sum_of_squares(const float* numbers, std::int64_t count) {
    constexpr int half = lanes / 2, ways = 16 / half;
    typedef float Half __attribute__((vector_size(half * 4), aligned(4), may_alias));
    typedef double Doubles __attribute__((vector_size(half * 8)));
    Doubles sums[ways] = {};
    std::int64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        for (int w = 0; w < ways; ++w) {
            const Doubles x = __builtin_convertvector(*reinterpret_cast<const Half*>(numbers + i + w * half), Doubles);
            sums[w] += x * x;
        }
    }
    double total = 0;
    for (int w = 0; w < ways; ++w) {
        for (int k = 0; k < half; ++k) total += sums[w][k];
    }
    for (; i < count; ++i) total += static_cast<double>(numbers[i]) * static_cast<double>(numbers[i]);
    return total;
}

bool all_finite(const float* numbers, std::int64_t count) {
    constexpr int ways = 4;
    Bits bad[ways] = {};
    std::int64_t i = 0;
    for (; i + ways * lanes <= count; i += ways * lanes) {
        for (int w = 0; w < ways; ++w) bad[w] |= not_finite(load(numbers + i + w * lanes));
    }
    for (; i < count; ++i) bad[0] |= not_finite(all(numbers[i]));
    return none_is_set((bad[0] | bad[1]) | (bad[2] | bad[3]));
}

}  // namespace striate::STRIATE_ISA
