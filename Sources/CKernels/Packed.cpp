// Weights in the order in which oneDNN's products read them. libtorch brings them into it at every call;
// where a weight is used again and again it is done once: likeness::pack_linear, pack_conv2d. What they
// give is opaque, an empty tensor of bytes whose storage holds oneDNN's; likeness::unpack makes it a
// weight again.
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <string_view>

#include "Kernels.h"

namespace kernels {
namespace {

using Attributes = c10::List<std::optional<at::Scalar>>;
using PackLinear = at::Tensor(const at::Tensor &, std::optional<int64_t>);
using PackConvolution = at::Tensor(const at::Tensor &, at::IntArrayRef, at::IntArrayRef,
                                   at::IntArrayRef, int64_t, at::OptionalIntArrayRef);
using LinearProduct = at::Tensor(const at::Tensor &, const at::Tensor &,
                                 const std::optional<at::Tensor> &, std::string_view, Attributes,
                                 std::optional<std::string_view>);
using Convolution = at::Tensor(const at::Tensor &, const at::Tensor &,
                               const std::optional<at::Tensor> &, at::IntArrayRef, at::IntArrayRef,
                               at::IntArrayRef, int64_t, std::string_view, Attributes,
                               std::optional<std::string_view>);

// libtorch's operators around oneDNN, which builds without it lack.
struct Operators {
    c10::TypedOperatorHandle<PackLinear> pack_linear;
    c10::TypedOperatorHandle<PackConvolution> pack_convolution;
    c10::TypedOperatorHandle<LinearProduct> linear;
    c10::TypedOperatorHandle<Convolution> convolution;
};

template <class Signature>
c10::TypedOperatorHandle<Signature> find(const char *name) {
    return c10::Dispatcher::singleton().findSchemaOrThrow(name, "").typed<Signature>();
}

const Operators *operators() {
    static const auto *const found = []() -> const Operators * {
        try {
            return new Operators{find<PackLinear>("mkldnn::_reorder_linear_weight"),
                                 find<PackConvolution>("mkldnn::_reorder_convolution_weight"),
                                 find<LinearProduct>("mkldnn::_linear_pointwise"),
                                 find<Convolution>("mkldnn::_convolution_pointwise")};
        } catch (const c10::Error &) {
            return nullptr;
        }
    }();
    return found;
}

const Operators &needed() {
    const auto *found = operators();
    TORCH_CHECK(found, "expected a libtorch with oneDNN's packed products, found one without");
    return *found;
}

// Frees what a ticket's storage holds; also how a ticket is told from any other tensor.
void drop(void *packed) { delete static_cast<at::Tensor *>(packed); }

at::Tensor ticket(const at::Tensor &packed) {
    auto *held = new at::Tensor(packed);
    c10::Storage storage(c10::Storage::use_byte_size_t(), 0,
                         c10::DataPtr(held, held, drop, at::kCPU));
    auto made = at::detail::make_tensor<c10::TensorImpl>(
        std::move(storage), c10::DispatchKeySet(c10::DispatchKey::CPU),
        caffe2::TypeMeta::Make<uint8_t>());
    made.unsafeGetTensorImpl()->set_sizes_contiguous({0});
    return made;
}

const at::Tensor &held(const at::Tensor &ticket) {
    const bool ours = ticket.has_storage() && ticket.storage().data_ptr().get_deleter() == drop;
    TORCH_CHECK(ours, "expected a packed weight, found a tensor of ", ticket.scalar_type(), " ",
                ticket.sizes());
    return *static_cast<at::Tensor *>(ticket.storage().data_ptr().get_context());
}

const at::Tensor &held(const at::Tensor &ticket, int64_t dimensions) {
    const auto &weight = held(ticket);
    TORCH_CHECK(weight.dim() == dimensions, "expected a packed weight of ", dimensions,
                " dimensions, found ", weight.sizes());
    return weight;
}

at::Tensor unpack(const at::Tensor &packed) {
    const auto plain = held(packed).to_dense();
    return plain.dim() == 4 ? plain.contiguous(at::MemoryFormat::ChannelsLast) : plain;
}

at::Tensor pack_linear(const at::Tensor &weight, int64_t rows) {
    return ticket(needed().pack_linear.call(weight.contiguous(), rows));
}

at::Tensor packed_linear(const at::Tensor &x, const at::Tensor &packed,
                         const std::optional<at::Tensor> &bias) {
    const auto &weight = held(packed, 2);
    TORCH_CHECK(x.dim() > 0 && x.size(-1) == weight.size(1), "expected rows of ", weight.size(1),
                " numbers, found ", x.sizes());
    return needed().linear.call(x, weight, bias, "none", Attributes(), std::nullopt);
}

at::Tensor pack_conv2d(const at::Tensor &weight, at::IntArrayRef stride, at::IntArrayRef padding,
                       at::IntArrayRef dilation, at::IntArrayRef size) {
    return ticket(needed().pack_convolution.call(weight, padding, stride, dilation, 1, size));
}

at::Tensor packed_conv2d(const at::Tensor &x, const at::Tensor &packed,
                         const std::optional<at::Tensor> &bias, at::IntArrayRef stride,
                         at::IntArrayRef padding, at::IntArrayRef dilation) {
    const auto &weight = held(packed, 4);
    TORCH_CHECK(x.dim() == 4 && x.size(1) == weight.size(1), "expected pictures of ",
                weight.size(1), " channels, [B, C, H, W], found ", x.sizes());
    return needed().convolution.call(x, weight, bias, padding, stride, dilation, 1, "none", Attributes(),
                                     std::nullopt);
}

}  // namespace

TORCH_LIBRARY_FRAGMENT(likeness, library) {
    library.def("pack_linear(Tensor weight, int rows) -> Tensor", pack_linear);
    library.def("packed_linear(Tensor x, Tensor packed, Tensor? bias) -> Tensor", packed_linear);
    library.def("pack_conv2d(Tensor weight, int[] stride, int[] padding, int[] dilation, int[] size) "
                "-> Tensor",
                pack_conv2d);
    library.def("packed_conv2d(Tensor x, Tensor packed, Tensor? bias, int[] stride, int[] padding, "
                "int[] dilation) -> Tensor",
                packed_conv2d);
    library.def("unpack(Tensor packed) -> Tensor", unpack);
}

}  // namespace kernels

bool ck_packs(void) { return ck_enabled() && kernels::operators() != nullptr; }
