#include "vector.hpp"

namespace striate::STRIATE_ISA {

void channel_statistics(const ChannelStatistics&, const Work&) {}

void norm_statistics(const NormStatistics&, const Work&) {}

void norm_gradient_sums(const NormGradientSums&, const Work&) {}

void norm_gradient_factors(const NormGradientFactors&, const Work&) {}

void norm_gradient(const NormGradient&, const Work&) {}

void layer_norm(const LayerNorm&, const Work&) {}

void layer_norm_gradient(const LayerNormGradient&, const Work&) {}

}  // namespace striate::STRIATE_ISA
