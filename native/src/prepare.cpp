#include "striate/prepare.hpp"

#include <cstddef>
#include <vector>

#include "colour.hpp"
#include "normalise.hpp"
#include "warp.hpp"

namespace striate {

namespace {

using std::int64_t;

void blacken(const std::int32_t* hole, int64_t width, int64_t channels, const Normaliser& normalise, float* out) {
    const int64_t top = hole[0], left = hole[1], bottom = hole[2], right = hole[3];
    for (int64_t r = top; r < bottom; ++r) normalise.black(right - left, out + (r * width + left) * channels);
}

/// out + share (in - out), within a box.
void mix(const float* in, const std::int32_t* box, float share, int64_t width, int64_t channels, float* out) {
    const int64_t top = box[0], left = box[1], bottom = box[2], right = box[3];
    for (int64_t r = top; r < bottom; ++r) {
        for (int64_t i = (r * width + left) * channels; i < (r * width + right) * channels; ++i) {
            out[i] += share * (in[i] - out[i]);
        }
    }
}

/// Makes one picture after the other, with the room that this takes.
template <typename Pixel>
class Preparer {
  public:
    Preparer(const Pictures<Pixel>& pictures, const Preparation& how)
        : all_(pictures),
          how_(how),
          numbers_(pictures.height * pictures.width * pictures.channels),
          normalise_(how.scale, how.offset, pictures.channels),
          warp_(pictures.height, pictures.width, pictures.channels, how.fill),
          recoloured_(how.colours ? static_cast<std::size_t>(numbers_) : 0),
          mixed_(how.boxes ? static_cast<std::size_t>(numbers_) : 0) {}

    /// Picture i of the batch.
    void make(int64_t i, float* out) {
        if (!how_.boxes) return vary(i, out);
        vary(i, mixed_.data());
        mix(mixed_.data(), how_.boxes + 4 * i, how_.shares[i], all_.width, all_.channels, out);
    }

  private:
    void vary(int64_t i, float* out) {
        const Pixel* picture = all_.pixels + how_.indices[i] * numbers_;
        if (how_.colours) {
            recolour(picture, all_.height * all_.width, all_.channels, how_.colours + 12 * i, recoloured_.data());
            place(recoloured_.data(), i, out);
        } else {
            place(picture, i, out);
        }
        if (how_.holes) blacken(how_.holes + 4 * i, all_.width, all_.channels, normalise_, out);
    }

    template <typename Number>
    void place(const Number* picture, int64_t i, float* out) {
        if (!how_.warps) return normalise_.row(picture, all_.height * all_.width, out);
        const double* m = how_.warps + 6 * i;
        warp_(picture, Warp{m[0], m[1], m[2], m[3], m[4], m[5]}, normalise_, out);
    }

    const Pictures<Pixel>& all_;
    const Preparation& how_;
    int64_t numbers_;
    Normaliser normalise_;
    Warper warp_;
    std::vector<float> recoloured_, mixed_;
};

}  // namespace

template <typename Pixel>
void prepare(const Pictures<Pixel>& pictures, int64_t n, const Preparation& how, float* out) {
    Preparer<Pixel> preparer(pictures, how);
    const int64_t numbers = pictures.height * pictures.width * pictures.channels;
    for (int64_t i = 0; i < n; ++i) preparer.make(i, out + i * numbers);
}

template void prepare(const Pictures<std::uint8_t>&, std::int64_t, const Preparation&, float*);
template void prepare(const Pictures<float>&, std::int64_t, const Preparation&, float*);

}  // namespace striate
