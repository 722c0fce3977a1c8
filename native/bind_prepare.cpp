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
using Boxes = Array<const std::int32_t, nb::shape<-1, 4>>;
using Colours = Array<const float, nb::shape<-1, 3, 4>>;
using Vector = Array<const float, nb::ndim<1>>;
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

void check_boxes(const Boxes& boxes, size_t height, size_t width) {
    const auto within = [](std::int32_t first, std::int32_t last, size_t size) {
        return 0 <= first && first <= last && static_cast<size_t>(last) <= size;
    };
    for (size_t i = 0; i < boxes.shape(0); ++i) {
        const std::int32_t* box = boxes.data() + 4 * i;
        require(within(box[0], box[2], height) && within(box[1], box[3], width), "a box outside of its picture");
    }
}

template <typename Given>
auto data_of(const std::optional<Given>& given) {
    return given ? given->data() : nullptr;
}

template <typename Pixel>
void prepare(const Stored<Pixel>& pictures, const Indices& indices, const std::optional<Warps>& warps,
             const std::optional<Boxes>& holes, const std::optional<Colours>& colours, int fill, const Vector& scale,
             const Vector& offset, const std::optional<Boxes>& boxes, const std::optional<Vector>& shares,
             const Batch& out) {
    const size_t n = indices.shape(0), height = pictures.shape(1), width = pictures.shape(2), c = pictures.shape(3);
    require(c > 0, "pictures without channels");
    require(!warps || warps->shape(0) == n, "one warp for each index");
    require(!holes || holes->shape(0) == n, "one hole for each index");
    require(!colours || colours->shape(0) == n, "one row of colours for each index");
    require(0 <= fill && fill <= static_cast<int>(striate::Fill::mirror), "a known filling");
    require(scale.shape(0) == c && offset.shape(0) == c, "one scale and one offset for each channel");
    require(boxes.has_value() == shares.has_value(), "boxes with shares");
    require(!boxes || (boxes->shape(0) == n && shares->shape(0) == n), "one box and one share for each index");
    require(out.shape(0) == n && out.shape(1) == height && out.shape(2) == width && out.shape(3) == c,
            "an output of the batch's size");
    check_indices(indices, pictures.shape(0));
    if (holes) check_boxes(*holes, height, width);
    if (boxes) check_boxes(*boxes, height, width);

    const auto size = [](size_t value) { return static_cast<std::int64_t>(value); };
    const striate::Pictures<Pixel> all{pictures.data(), size(height), size(width), size(c)};
    const striate::Preparation how{
        indices.data(), data_of(warps), data_of(holes), data_of(colours), static_cast<striate::Fill>(fill),
        scale.data(),   offset.data(),  data_of(boxes), data_of(shares)};
    const nb::gil_scoped_release unlocked;
    striate::prepare(all, size(n), how, out.data());
}

template <typename Pixel>
void bind(nb::module_& m) {
    m.def("prepare", &prepare<Pixel>, nb::arg("pictures").noconvert(), nb::arg("indices").noconvert(),
          nb::arg("warps").noconvert().none(), nb::arg("holes").noconvert().none(),
          nb::arg("colours").noconvert().none(), nb::arg("fill"), nb::arg("scale").noconvert(),
          nb::arg("offset").noconvert(), nb::arg("boxes").noconvert().none(), nb::arg("shares").noconvert().none(),
          nb::arg("out").noconvert());
}

}  // namespace

void bind_prepare(nb::module_& m) {
    bind<std::uint8_t>(m);
    bind<float>(m);
}
