#include "vector.hpp"

namespace striate::STRIATE_ISA {

void combine(const Combine&, const Work&) {}

void slope(const Slope&, const Work&) {}

void softmax(const Softmax&, const Work&) {}

void softmax_gradient(const SoftmaxGradient&, const Work&) {}

void dropout(const Dropout&, const Work&) {}

}  // namespace striate::STRIATE_ISA
