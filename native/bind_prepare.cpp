#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <optional>
#include <stdexcept>

#include "bindings.hpp"
#include "striate/prepare.hpp"

using namespace nb::literals;

namespace {

template <typename T, typename Shape>
using Array = nb::ndarray<T, Shape, nb::c_contig, nb::device::cpu>;
template <typename Pixel>
using Stored = Array<const Pixel, nb::ndim<4>>;
using Indices = Array<const std::int64_t, nb::ndim<1>>;
using Warps = Array<const double, nb::shape<-1, 2, 3>>;
using Holes = Array<const std::int32_t, nb::shape<-1, 4>>;
using Channels = Array<const float, nb::ndim<1>>;
using Batch = Array<float, nb::ndim<4>>;

void require(bool holds, const char* what) {
    if (!holds) throw std::invalid_argument(what);
}

void check_indices(const Indices& indices, size_t pictures) {
    for (size_t i = 0; i < indices.shape(0); ++i) {
        const std::int64_t index = indices.data()[i];
        if (index < 0 || static_cast<std::uint64_t>(index) >= pictures) throw nb::index_error("no picture of an index");
    }
}

void check_holes(const Holes& holes, size_t height, size_t width) {
    const auto within = [](std::int32_t first, std::int32_t last, size_t size) {
        return 0 <= first && first <= last && static_cast<size_t>(last) <= size;
    };
    for (size_t i = 0; i < holes.shape(0); ++i) {
        const std::int32_t* hole = holes.data() + 4 * i;
        require(within(hole[0], hole[2], height) && within(hole[1], hole[3], width), "a hole outside of its picture");
    }
}

template <typename Pixel>
void prepare(const Stored<Pixel>& pictures, const Indices& indices, const std::optional<Warps>& warps,
             const std::optional<Holes>& holes, const Channels& scale, const Channels& offset, const Batch& out) {
    const size_t n = indices.shape(0), height = pictures.shape(1), width = pictures.shape(2), c = pictures.shape(3);
    require(c > 0, "pictures without channels");
    require(!warps || warps->shape(0) == n, "one warp for each index");
    require(!holes || holes->shape(0) == n, "one hole for each index");
    require(scale.shape(0) == c && offset.shape(0) == c, "one scale and one offset for each channel");
    require(out.shape(0) == n && out.shape(1) == height && out.shape(2) == width && out.shape(3) == c,
            "an output of the batch's size");
    check_indices(indices, pictures.shape(0));
    if (holes) check_holes(*holes, height, width);

    const auto size = [](size_t value) { return static_cast<std::int64_t>(value); };
    const striate::Pictures<Pixel> all{pictures.data(), size(height), size(width), size(c)};
    const striate::Preparation how{indices.data(), warps ? warps->data() : nullptr, holes ? holes->data() : nullptr,
                                   scale.data(), offset.data()};
    const nb::gil_scoped_release unlocked;
    striate::prepare(all, size(n), how, out.data());
}

template <typename Pixel>
void bind(nb::module_& m) {
    m.def("prepare", &prepare<Pixel>, nb::arg("pictures").noconvert(), nb::arg("indices").noconvert(),
          nb::arg("warps").noconvert().none(), nb::arg("holes").noconvert().none(), nb::arg("scale").noconvert(),
          nb::arg("offset").noconvert(), nb::arg("out").noconvert());
}

}  // namespace

void bind_prepare(nb::module_& m) {
    bind<std::uint8_t>(m);
    bind<float>(m);
}
