// Process groups of libtorch over Gloo. Compiles unchanged against libtorch 1.13 and 2.6.
#define USE_C10D_GLOO
#include "processes.h"
#include "guard.h"

#include <ATen/ops/from_blob.h>
#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

using namespace visalign;

struct VaStore {
    c10::intrusive_ptr<c10d::Store> store;
};

struct VaGroup {
    c10::intrusive_ptr<c10d::ProcessGroupGloo> group;
    int32_t count;
};

namespace {

// From 2.4 on the store is served by libuv unless told otherwise, which not every build has.
template <class Options>
auto without_libuv(Options& options, int) -> decltype(options.useLibUV, void()) {
    options.useLibUV = false;
}
template <class Options>
void without_libuv(Options&, long) {}

at::Tensor bytes(const void* data, int64_t size) { return at::from_blob(const_cast<void*>(data), {size}, at::TensorOptions().dtype(at::kByte)); }

void finish(const c10::intrusive_ptr<c10d::Work>& work) {
    if (!work->wait()) throw std::runtime_error("the operation was given up");
}

}  // namespace

extern "C" {

VaError* va_store_open(const char* host, int32_t port, int32_t serve, const char* prefix, int64_t timeout_milliseconds,
                       VaStore** store, int32_t* served_port) {
    return guarded([&] {
        c10d::TCPStoreOptions options;
        options.port = static_cast<uint16_t>(port);
        options.isServer = serve != 0;
        options.waitWorkers = false;
        options.timeout = std::chrono::milliseconds(timeout_milliseconds);
        without_libuv(options, 0);
        // libtorch 2 prints a page of stack frames for every connection that breaks; the error says it in a line.
        FLAGS_caffe2_log_level = 2;
        auto tcp = c10::make_intrusive<c10d::TCPStore>(host, options);
        *served_port = tcp->getPort();
        *store = new VaStore{c10::make_intrusive<c10d::PrefixStore>(prefix, tcp)};
    });
}

VaError* va_store_add(VaStore* store, const char* key, int64_t amount, int64_t* sum) {
    return guarded([&] { *sum = store->store->add(key, amount); });
}

void va_store_close(VaStore* store) { delete store; }

VaError* va_group_open(VaStore* store, int32_t rank, int32_t count, const char* address, int64_t timeout_milliseconds, VaGroup** group) {
    return guarded([&] {
        auto options = c10d::ProcessGroupGloo::Options::create(std::chrono::milliseconds(timeout_milliseconds));
        options->devices.push_back(c10d::ProcessGroupGloo::createDeviceForHostname(address));
        options->threads = 1;
        *group = new VaGroup{c10::make_intrusive<c10d::ProcessGroupGloo>(store->store, rank, count, options), count};
    });
}

VaError* va_group_gather(VaGroup* group, const void* mine, int64_t size, void* all) {
    return guarded([&] {
        std::vector<at::Tensor> input{bytes(mine, size)};
        std::vector<std::vector<at::Tensor>> outputs(1);
        for (int32_t rank = 0; rank < group->count; ++rank) outputs[0].push_back(bytes(static_cast<uint8_t*>(all) + rank * size, size));
        finish(group->group->allgather(outputs, input));
    });
}

VaError* va_group_broadcast(VaGroup* group, void* data, int64_t size, int32_t from) {
    return guarded([&] {
        std::vector<at::Tensor> tensors{bytes(data, size)};
        c10d::BroadcastOptions options;
        options.rootRank = from;
        options.rootTensor = 0;
        finish(group->group->broadcast(tensors, options));
    });
}

VaError* va_group_send(VaGroup* group, const void* data, int64_t size, int32_t to) {
    return guarded([&] {
        std::vector<at::Tensor> tensors{bytes(data, size)};
        finish(group->group->send(tensors, to, 0));
    });
}

VaError* va_group_receive(VaGroup* group, void* data, int64_t size, int32_t from) {
    return guarded([&] {
        std::vector<at::Tensor> tensors{bytes(data, size)};
        finish(group->group->recv(tensors, from, 0));
    });
}

void va_group_close(VaGroup* group) { delete group; }

}  // extern "C"
