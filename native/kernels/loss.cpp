#include "vector.hpp"

namespace striate::STRIATE_ISA {

void loss(const Loss&, const Work&) {}

}  // namespace striate::STRIATE_ISA
