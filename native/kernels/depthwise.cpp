#include "vector.hpp"

namespace striate::STRIATE_ISA {

void depthwise(const Depthwise&, const Work&) {}

void depthwise_weight_gradient(const DepthwiseWeightGradient&, const Work&) {}

void repeat(const Repeat&, const Work&) {}

void repeat_gradient(const RepeatGradient&, const Work&) {}

}  // namespace striate::STRIATE_ISA
