#include "bindings.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <utility>

#include "striate/cores.hpp"
#include "striate/cpu.hpp"
#include "striate/peak.hpp"

using namespace nb::literals;

namespace {

/// Name and version of the compiler that made this module.
std::string compiler() {
#if defined(__clang__)
    return "Clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) + "." +
           std::to_string(__clang_patchlevel__);
#else
    return "GCC " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "." +
           std::to_string(__GNUC_PATCHLEVEL__);
#endif
}

constexpr double kLongest = 60;  // seconds

void check_measure(int threads, double seconds) {
    if (threads < 1 || threads > striate::kMostThreads) throw nb::value_error("threads: 1 to 256");
    if (!(seconds >= 0 && seconds <= kLongest)) throw nb::value_error("seconds: 0 to 60");
}

double peak_flops(int threads, double seconds) {
    check_measure(threads, seconds);
    const nb::gil_scoped_release unlocked;
    return striate::peak_flops(threads, seconds);
}

std::pair<double, double> bandwidth(int threads, double seconds) {
    check_measure(threads, seconds);
    const nb::gil_scoped_release unlocked;
    const striate::Bandwidth found = striate::bandwidth(threads, seconds);
    return {found.read, found.triad};
}

}  // namespace

NB_MODULE(_core, m) {
    // What is still held when the interpreter ends, by a traceback for instance, is no leak.
    nb::set_leak_warnings(false);
    m.def("instruction_sets", &striate::instruction_sets);
    m.def("usable_cores", &striate::usable_cores);
    m.def("cpu_quota", &striate::cpu_quota, "root"_a);
    m.def("compiler", &compiler);
    bind_prepare(m);
    m.def("peak_flops", &peak_flops, "threads"_a, "seconds"_a);
    m.def("bandwidth", &bandwidth, "threads"_a, "seconds"_a);
    bind_program(m);
    bind_update(m);
}
