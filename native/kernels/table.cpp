#include "striate/kernels.hpp"
#include "vector.hpp"

namespace striate::STRIATE_ISA {

#define STRIATE_DECLARE(Operation, function) void function(const Operation&, const Work&);
STRIATE_OPERATIONS(STRIATE_DECLARE)
#undef STRIATE_DECLARE
bool update(const Factors&, const SpanFactors&, const UpdateVectors&, std::int64_t);
void look_ahead(float, const float*, const float*, float*, std::int64_t);
double sum_of_squares(const float*, std::int64_t);
bool all_finite(const float*, std::int64_t);

/// The kernels of this instruction set.
extern const Kernels kernels;

#define STRIATE_NAME_OF(isa) #isa
#define STRIATE_NAME(isa) STRIATE_NAME_OF(isa)
#define STRIATE_ENTRY(Operation, function) .function = &function,

const Kernels kernels = {.name = STRIATE_NAME(STRIATE_ISA),
                         .lanes = STRIATE_LANES,
                         .registers = STRIATE_REGISTERS,
                         STRIATE_OPERATIONS(STRIATE_ENTRY).update = &update,
                         .look_ahead = &look_ahead,
                         .sum_of_squares = &sum_of_squares,
                         .all_finite = &all_finite};

}  // namespace striate::STRIATE_ISA
