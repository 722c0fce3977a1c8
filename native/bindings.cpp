#include "bindings.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/stl/filesystem.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <string>

#include "striate/cores.hpp"
#include "striate/cpu.hpp"

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

}  // namespace

NB_MODULE(_core, m) {
    m.def("instruction_sets", &striate::instruction_sets);
    m.def("usable_cores", &striate::usable_cores);
    m.def("cpu_quota", &striate::cpu_quota, "root"_a);
    m.def("compiler", &compiler);
    bind_prepare(m);
    bind_program(m);
}
