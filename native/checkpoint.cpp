// Activation checkpointing: an autograd engine whose hooks number what a region would save, and run it again for backward.
// Compiles unchanged against libtorch 1.13 and 2.x.
#include "bridge.h"
#include "guard.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/saved_variable_hooks.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <vector>

using visalign::guarded;
using visalign::usage_error;

namespace {

// One checkpointed region. What its forward pass would have saved is numbered, not kept; the first unpack runs the
// region again and keeps the tensors by number until each has been used.
struct Region {
    VaRecompute recompute;
    VaRelease release;
    void* context;
    std::map<size_t, at::Tensor> saved;

    Region(VaRecompute recompute, VaRelease release, void* context) : recompute(recompute), release(release), context(context) {}
    Region(const Region&) = delete;  // a copy would release the context twice
    ~Region() { release(context); }
};

struct ActiveRegion {
    std::shared_ptr<Region> region;
    bool recording;
    size_t next = 0;
};

thread_local std::vector<ActiveRegion> active_regions;

struct ActiveRegionScope {
    ActiveRegionScope(std::shared_ptr<Region> region, bool recording) { active_regions.push_back({std::move(region), recording}); }
    ~ActiveRegionScope() { active_regions.pop_back(); }
};

struct RegionHooks final : torch::autograd::SavedVariableHooks {
    std::shared_ptr<Region> region;
    size_t number = 0;

    void call_pack_hook(const at::Tensor& tensor) override {
        auto& active = active_regions.back();
        region = active.region;
        number = active.next++;
        if (active.recording) region->saved[number] = tensor.detach();
    }

    at::Tensor call_unpack_hook() override {
        auto found = region->saved.find(number);
        if (found == region->saved.end()) {
            region->saved.clear();
            c10::AutoGradMode enabled(true);
            ActiveRegionScope scope(region, true);
            if (region->recompute(region->context) != 0) throw std::runtime_error("recomputing a checkpointed region failed");
            found = region->saved.find(number);
            if (found == region->saved.end())
                throw std::runtime_error("recomputing a checkpointed region saved fewer tensors than its forward pass: it must be deterministic");
        }
        at::Tensor tensor = found->second;
        region->saved.erase(found);
        return tensor;
    }
};

struct CheckpointingEngine final : torch::autograd::Engine {
    std::unique_ptr<torch::autograd::SavedVariableHooks> get_default_saved_variable_hooks() override {
        if (active_regions.empty()) return nullptr;
        return std::make_unique<RegionHooks>();
    }
};

torch::autograd::Engine& checkpointing_engine() {
    static CheckpointingEngine* engine = new CheckpointingEngine();  // outlives every thread that may still run backward
    return *engine;
}

const bool engine_installed = [] {
    torch::autograd::set_default_engine_stub(&checkpointing_engine);
    return true;
}();

}  // namespace

extern "C" {

VaError* va_checkpoint_begin(VaRecompute recompute, VaRelease release, void* context) {
    return guarded([&] {
        auto region = std::make_shared<Region>(recompute, release, context);
        active_regions.push_back({std::move(region), false});
    });
}

VaError* va_checkpoint_end(void) {
    return guarded([&] {
        if (active_regions.empty()) throw usage_error("no checkpointed region is open");
        active_regions.pop_back();
    });
}

}  // extern "C"
