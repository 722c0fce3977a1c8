"""The hash of a model's weights, and what computed them."""

TEXTS = {
    "train.bits": "same bits: sha256 {sha256} ({isa})",
    "summary.bits": "sha256 of the weights: {sha256} (computed on {isa}; the same version, pictures and settings give the same there)",
    "summary.bits_alone": "sha256 of the weights: {sha256} (the file does not say what computed them)",
}
