#include "striate/update.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>

#include "striate/kernels.hpp"
#include "striate/threads.hpp"

namespace striate {

namespace {

/// Numbers of a piece. The bits of norms follow from it, so it is the same for everyone.
constexpr std::int64_t kPiece = 8192;

/// Numbers below which another thread costs more than it brings.
constexpr std::int64_t kPerThread = 32768;

int worthwhile(int threads, std::int64_t numbers) {
    return static_cast<int>(std::clamp<std::int64_t>(numbers / kPerThread, 1, std::max(threads, 1)));
}

/// sqrt(1 - beta_2^t) / (1 - beta_1^t), Adam's correction of means that began at 0, times a learning rate.
double corrected(const UpdateRule& rule, double eta, double t) {
    return eta * std::sqrt(1 - std::pow(rule.beta_2, t)) / (1 - std::pow(rule.beta_1, t));
}

/// mu_t = beta_1 (1 - 0.96^t / 2), Nadam's momenta, and what a step takes of the mean and of the gradient.
void set_momenta(const UpdateRule& rule, std::int64_t t, Factors& by) {
    // 0.96^i is lost beside 1 in double from i = 900 on; from there each factor is beta_1 alone.
    double product = std::pow(rule.beta_1, static_cast<double>(t));
    double power = 1;
    for (std::int64_t i = 1; i <= std::min<std::int64_t>(t, 1000); ++i) {
        power *= 0.96;
        product *= 1 - power / 2;
    }
    const auto momentum = [&](std::int64_t i) {
        return rule.beta_1 * (1 - std::pow(0.96, static_cast<double>(i)) / 2);
    };
    const double now = momentum(t), ahead = momentum(t + 1);
    by.of_mean = static_cast<float>(ahead / (1 - product * ahead));
    by.of_gradient = static_cast<float>((1 - now) / (1 - product));
}

Factors factors_of(const UpdateRule& rule, std::int64_t t) {
    Factors by;
    by.formula = rule.formula;
    by.momentum = static_cast<float>(rule.momentum);
    by.gain_1 = static_cast<float>(1 - rule.beta_1);
    by.gain_2 = static_cast<float>(1 - rule.beta_2);
    by.rho = static_cast<float>(rule.rho);
    by.gain = static_cast<float>(1 - rule.rho);
    by.epsilon = static_cast<float>(rule.epsilon);
    if (rule.formula == Formula::nadam) {
        set_momenta(rule, t, by);
        by.correction = static_cast<float>(1 - std::pow(rule.beta_2, static_cast<double>(t)));
    }
    if (rule.clip == Clip::value) by.largest = static_cast<float>(rule.largest);
    return by;
}

SpanFactors factors_of(const UpdateRule& rule, const Span& span, std::int64_t t, double learning_rate) {
    const double eta = learning_rate * span.rate;
    SpanFactors of;
    of.eta = static_cast<float>(rule.formula == Formula::adam ? corrected(rule, eta, static_cast<double>(t)) : eta);
    of.decayed = span.decayed && rule.weight_decay != 0;
    of.decay = static_cast<float>(eta * rule.weight_decay);
    return of;
}

UpdateVectors from(const UpdateVectors& vectors, std::int64_t place) {
    UpdateVectors there = vectors;
    there.theta += place;
    there.gradient += place;
    for (float*& slot : there.slots) slot = slot != nullptr ? slot + place : nullptr;
    if (there.before != nullptr) there.before += place;
    return there;
}

}  // namespace

int slots_of(Formula formula) {
    switch (formula) {
        case Formula::gradient_descent:
            return 0;
        case Formula::adam:
        case Formula::nadam:
        case Formula::adadelta:
        case Formula::momentum_rmsprop:
        case Formula::centered_rmsprop:
            return 2;
        case Formula::centered_momentum_rmsprop:
            return 3;
        default:
            return 1;
    }
}

Updater::Updater(const Kernels& kernels, UpdateRule rule, std::vector<Span> spans)
    : kernels_(kernels), rule_(rule), spans_(std::move(spans)) {
    std::int64_t in_task = kPiece;  // full: the first piece begins a task
    for (std::size_t s = 0; s < spans_.size(); ++s) {
        for (std::int64_t first = 0; first < spans_[s].size; first += kPiece) {
            const std::int64_t size = std::min(kPiece, spans_[s].size - first);
            // Small spans share a task.
            if (in_task + size > kPiece) {
                tasks_.push_back(pieces_.size());
                in_task = 0;
            }
            in_task += size;
            pieces_.push_back({s, spans_[s].offset + first, size});
        }
    }
    tasks_.push_back(pieces_.size());
}

std::int64_t Updater::end() const {
    std::int64_t last = 0;
    for (const Span& span : spans_) last = std::max(last, span.offset + span.size);
    return last;
}

template <typename Work>
void Updater::for_pieces(int threads, const Work& work) const {
    const auto count = static_cast<std::int64_t>(tasks_.size()) - 1;
    const auto task = [&](std::int64_t number, int) {
        const auto at = static_cast<std::size_t>(number);
        for (std::size_t i = tasks_[at]; i < tasks_[at + 1]; ++i) work(i, pieces_[i]);
    };
    parallel_for(count, worthwhile(threads, count * kPiece), Task(task));
}

/// g largest / norm where the norm is above the largest allowed: of each span, or of all together.
void Updater::scale_to_norms(const float* gradient, int threads, std::vector<SpanFactors>& factors) const {
    std::vector<double> sums(pieces_.size());
    for_pieces(threads, [&](std::size_t i, const Piece& piece) {
        sums[i] = kernels_.sum_of_squares(gradient + piece.first, piece.size);
    });
    std::vector<double> squares(spans_.size());
    for (std::size_t i = 0; i < pieces_.size(); ++i) squares[pieces_[i].span] += sums[i];
    if (rule_.clip == Clip::global_norm) {
        double total = 0;
        for (const double each : squares) total += each;
        squares.assign(spans_.size(), total);
    }
    for (std::size_t s = 0; s < spans_.size(); ++s) {
        const double norm = std::sqrt(squares[s]);
        if (norm > rule_.largest) factors[s].scale = static_cast<float>(rule_.largest / norm);
    }
}

bool Updater::step(const UpdateVectors& vectors, std::int64_t t, double learning_rate, int threads) const {
    const Factors by = factors_of(rule_, t);
    std::vector<SpanFactors> factors;
    factors.reserve(spans_.size());
    for (const Span& span : spans_) factors.push_back(factors_of(rule_, span, t, learning_rate));
    if (rule_.clip == Clip::norm || rule_.clip == Clip::global_norm) {
        scale_to_norms(vectors.gradient, threads, factors);
    }
    std::atomic<bool> finite{true};
    for_pieces(threads, [&](std::size_t, const Piece& piece) {
        if (!kernels_.update(by, factors[piece.span], from(vectors, piece.first), piece.size)) {
            finite.store(false, std::memory_order_relaxed);
        }
    });
    return finite;
}

void Updater::look_ahead(const float* theta, const float* v, float* ahead, int threads) const {
    const auto momentum = static_cast<float>(rule_.momentum);
    for_pieces(threads, [&](std::size_t, const Piece& piece) {
        kernels_.look_ahead(momentum, theta + piece.first, v + piece.first, ahead + piece.first, piece.size);
    });
}

bool all_finite(const Kernels& kernels, const float* numbers, std::int64_t count, int threads) {
    std::atomic<bool> finite{true};
    const auto task = [&](std::int64_t number, int) {
        const std::int64_t first = number * kPerThread;
        if (!kernels.all_finite(numbers + first, std::min(kPerThread, count - first))) {
            finite.store(false, std::memory_order_relaxed);
        }
    };
    parallel_for((count + kPerThread - 1) / kPerThread, worthwhile(threads, count), Task(task));
    return finite;
}

double sum_of_squares(const Kernels& kernels, const float* numbers, std::int64_t count, int threads) {
    std::vector<double> sums(static_cast<std::size_t>((count + kPiece - 1) / kPiece));
    const auto task = [&](std::int64_t number, int) {
        const std::int64_t first = number * kPiece;
        sums[static_cast<std::size_t>(number)] =
            kernels.sum_of_squares(numbers + first, std::min(kPiece, count - first));
    };
    parallel_for(static_cast<std::int64_t>(sums.size()), worthwhile(threads, count), Task(task));
    double total = 0;
    for (const double each : sums) total += each;
    return total;
}

}  // namespace striate
