#include "vector.hpp"

namespace striate::STRIATE_ISA {

void max_pool(const MaxPool&, const Work&) {}

void max_pool_gradient(const MaxPoolGradient&, const Work&) {}

void average_pool(const AveragePool&, const Work&) {}

void average_pool_gradient(const AveragePoolGradient&, const Work&) {}

}  // namespace striate::STRIATE_ISA
