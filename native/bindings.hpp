#pragma once

#include <nanobind/nanobind.h>

namespace nb = nanobind;

/// Programs and the kernels that they run on.
void bind_program(nb::module_& m);

/// The preparing of batches.
void bind_prepare(nb::module_& m);

/// Update rules.
void bind_update(nb::module_& m);
