#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "bindings.hpp"
#include "striate/kernels.hpp"
#include "striate/threads.hpp"
#include "striate/update.hpp"

using namespace nb::literals;

namespace {

using Floats = nb::ndarray<const float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using FloatsOut = nb::ndarray<float, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using SpanTuple = std::tuple<std::int64_t, std::int64_t, double, bool>;

constexpr std::array<std::string_view, static_cast<std::size_t>(striate::Formula::count)> kFormulas = {
    "gradient_descent",
    "momentum",
    "nesterov",
    "adam",
    "nadam",
    "adagrad",
    "adadelta",
    "rmsprop",
    "momentum_rmsprop",
    "centered_rmsprop",
    "centered_momentum_rmsprop"};
constexpr std::array<std::string_view, static_cast<std::size_t>(striate::Clip::count)> kClips = {
    "none", "norm", "global_norm", "value"};

template <typename Enum, std::size_t N>
Enum named(const std::array<std::string_view, N>& names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) throw std::invalid_argument("nothing is called '" + std::string(name) + "'");
    return static_cast<Enum>(found - names.begin());
}

const striate::Kernels& kernels(std::string_view isa) {
    const striate::Kernels* found = striate::kernels_named(isa);
    if (found == nullptr) throw std::invalid_argument("this CPU has no '" + std::string(isa) + "'");
    return *found;
}

std::vector<striate::Span> checked(const std::vector<SpanTuple>& spans) {
    constexpr std::int64_t most = std::int64_t{1} << 40;
    std::vector<striate::Span> all;
    std::int64_t free = 0;
    for (const auto& [offset, size, rate, decayed] : spans) {
        if (offset < free || size < 0 || offset > most || size > most) {
            throw std::invalid_argument("spans must follow one another");
        }
        all.push_back({.offset = offset, .size = size, .rate = rate, .decayed = decayed});
        free = offset + size;
    }
    return all;
}

int checked_threads(int threads) {
    if (threads < 1) throw std::invalid_argument("there must be at least one thread");
    return std::min(threads, striate::most_threads);
}

/// An updater with what Python asks of it: arguments checked, the interpreter's lock released while it works.
class BoundUpdater {
  public:
    BoundUpdater(std::string_view isa, std::string_view formula, const std::vector<SpanTuple>& spans, double momentum,
                 double beta_1, double beta_2, double rho, double epsilon, double weight_decay, std::string_view clip,
                 double largest)
        : updater_(kernels(isa),
                   {.formula = named<striate::Formula>(kFormulas, formula),
                    .momentum = momentum,
                    .beta_1 = beta_1,
                    .beta_2 = beta_2,
                    .rho = rho,
                    .epsilon = epsilon,
                    .weight_decay = weight_decay,
                    .clip = named<striate::Clip>(kClips, clip),
                    .largest = largest},
                   checked(spans)) {}

    bool step(FloatsOut theta, Floats gradient, const std::vector<FloatsOut>& slots, std::optional<FloatsOut> before,
              std::int64_t t, double learning_rate, int threads) const {
        if (t < 1) throw std::invalid_argument("t counts from 1");
        if (slots.size() != static_cast<std::size_t>(striate::slots_of(updater_.rule().formula))) {
            throw std::invalid_argument("the rule has another number of slots");
        }
        check_size(theta.size(), theta.size());
        check_size(gradient.size(), theta.size());
        striate::UpdateVectors vectors{.theta = theta.data(), .gradient = gradient.data()};
        for (std::size_t i = 0; i < slots.size(); ++i) {
            check_size(slots[i].size(), theta.size());
            vectors.slots[i] = slots[i].data();
        }
        if (before) {
            check_size(before->size(), theta.size());
            vectors.before = before->data();
        }
        threads = checked_threads(threads);
        nb::gil_scoped_release others_may_run;
        return updater_.step(vectors, t, learning_rate, threads);
    }

    void look_ahead(Floats theta, Floats v, FloatsOut ahead, int threads) const {
        check_size(theta.size(), theta.size());
        check_size(v.size(), theta.size());
        check_size(ahead.size(), theta.size());
        threads = checked_threads(threads);
        nb::gil_scoped_release others_may_run;
        updater_.look_ahead(theta.data(), v.data(), ahead.data(), threads);
    }

  private:
    void check_size(std::size_t size, std::size_t of_theta) const {
        if (size != of_theta) throw std::invalid_argument("all vectors must be as long as theta");
        if (static_cast<std::int64_t>(size) < updater_.end()) {
            throw std::invalid_argument("a span ends behind the vectors");
        }
    }

    striate::Updater updater_;
};

bool all_finite(Floats numbers, int threads, std::optional<std::string_view> isa) {
    // The set never changes the answer, so nobody needs to name one.
    const striate::Kernels& chosen = isa ? kernels(*isa) : *striate::usable_kernels().back();
    threads = checked_threads(threads);
    nb::gil_scoped_release others_may_run;
    return striate::all_finite(chosen, numbers.data(), static_cast<std::int64_t>(numbers.size()), threads);
}

double sum_of_squares(Floats numbers, int threads, std::string_view isa) {
    const striate::Kernels& chosen = kernels(isa);
    threads = checked_threads(threads);
    nb::gil_scoped_release others_may_run;
    return striate::sum_of_squares(chosen, numbers.data(), static_cast<std::int64_t>(numbers.size()), threads);
}

}  // namespace

void bind_update(nb::module_& m) {
    nb::class_<BoundUpdater>(m, "Updater")
        .def(nb::init<std::string_view, std::string_view, const std::vector<SpanTuple>&, double, double, double, double,
                      double, double, std::string_view, double>(),
             "isa"_a, "formula"_a, "spans"_a, nb::kw_only(), "momentum"_a = 0.0, "beta_1"_a = 0.0, "beta_2"_a = 0.0,
             "rho"_a = 0.0, "epsilon"_a = 0.0, "weight_decay"_a = 0.0, "clip"_a = "none", "largest"_a = 0.0)
        .def("step", &BoundUpdater::step, "theta"_a.noconvert(), "gradient"_a.noconvert(), "slots"_a.noconvert(),
             "before"_a.noconvert().none(), "t"_a, "learning_rate"_a, "threads"_a)
        .def("look_ahead", &BoundUpdater::look_ahead, "theta"_a.noconvert(), "v"_a.noconvert(), "ahead"_a.noconvert(),
             "threads"_a);
    m.def("all_finite", &all_finite, "numbers"_a.noconvert(), "threads"_a, "isa"_a = nb::none());
    m.def("sum_of_squares", &sum_of_squares, "numbers"_a.noconvert(), "threads"_a, "isa"_a);
}
