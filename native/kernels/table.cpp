#include "striate/kernels.hpp"
#include "vector.hpp"

namespace striate::STRIATE_ISA {

#define STRIATE_DECLARE(Operation, function) void function(const Operation&, const Work&);
STRIATE_OPERATIONS(STRIATE_DECLARE)
#undef STRIATE_DECLARE

/// The kernels of this instruction set.
extern const Kernels kernels;

#define STRIATE_NAME_OF(isa) #isa
#define STRIATE_NAME(isa) STRIATE_NAME_OF(isa)
#define STRIATE_ENTRY(Operation, function) .function = &function,

const Kernels kernels = {.name = STRIATE_NAME(STRIATE_ISA),
                         .lanes = STRIATE_LANES,
                         .registers = STRIATE_REGISTERS,
                         STRIATE_OPERATIONS(STRIATE_ENTRY)};

}  // namespace striate::STRIATE_ISA
