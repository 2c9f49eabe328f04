// Memory of large tensors. A training step frees and asks for the same blocks again; handed back to the system in between,
// each costs page faults, and in malloc's heap they break up so that a step holds up to a third more than it uses. Here
// freed blocks wait for a request of about their size, and go before more than a third above what was ever in use is
// taken from the system.
#include "bridge.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <sys/mman.h>
#include <unordered_map>

namespace {

constexpr size_t smallest = 64 << 10;      // bytes; below, malloc
constexpr size_t page = 4096;
constexpr size_t most_idle = 512u << 20;   // beyond, freed blocks go back to the system
constexpr size_t slack = 3;                // what may be held above the most ever in use: one part of so many

// Steps of an eighth, so that requests of nearly one size share blocks.
size_t rounded(size_t bytes) {
    size_t step = page;
    while (step * 16 < bytes) step *= 2;
    return (bytes + step - 1) / step * step;
}

class Blocks {
public:
    void* take(size_t bytes) {
        size_t size = rounded(bytes);
        std::lock_guard<std::mutex> lock(mutex);
        auto found = idle.lower_bound(size);
        void* block = nullptr;
        if (found != idle.end() && found->first <= size + size / 4) {
            size = found->first;
            block = found->second.data;
            forget(found);
        }
        in_use += size;
        size_t highest = std::max(most, in_use);
        if (!block) {
            while (!by_age.empty() && in_use + idle_bytes > highest + highest / slack) release_oldest();
            block = map(size);
            while (!block && !by_age.empty()) {
                release_oldest();
                block = map(size);
            }
            if (!block) {
                in_use -= size;
                return nullptr;
            }
        }
        most = highest;  // what was refused was never in use
        sizes.emplace(block, size);
        return block;
    }

    // Says no to what is not from here.
    bool give_back(void* block) {
        std::lock_guard<std::mutex> lock(mutex);
        auto found = sizes.find(block);
        if (found == sizes.end()) return false;
        size_t size = found->second;
        sizes.erase(found);
        in_use -= size;
        idle_bytes += size;
        uint64_t age = ++clock;
        by_age.emplace(age, idle.emplace(size, Idle{block, age}));
        while (idle_bytes > most_idle) release_oldest();
        return true;
    }

    size_t used() {
        std::lock_guard<std::mutex> lock(mutex);
        return in_use;
    }

private:
    struct Idle {
        void* data;
        uint64_t age;
    };
    using BySize = std::multimap<size_t, Idle>;

    std::mutex mutex;
    BySize idle;
    std::map<uint64_t, BySize::iterator> by_age;
    std::unordered_map<void*, size_t> sizes;
    size_t in_use = 0, idle_bytes = 0, most = 0;
    uint64_t clock = 0;

    static void* map(size_t size) {
        void* data = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return data == MAP_FAILED ? nullptr : data;
    }

    void forget(BySize::iterator block) {
        idle_bytes -= block->first;
        by_age.erase(block->second.age);
        idle.erase(block);
    }

    void release_oldest() {
        auto block = by_age.begin()->second;
        munmap(block->second.data, block->first);
        forget(block);
    }
};

Blocks& blocks() {
    static auto* all = new Blocks;  // tensors may outlive everything else
    return *all;
}

// Only a whole page can be a block; one of malloc's may lie there by chance.
void release(void* data) {
    if (reinterpret_cast<uintptr_t>(data) % page != 0 || !blocks().give_back(data)) std::free(data);
}

// Newer versions of libtorch want the first without const, and the last besides.
struct Allocator final : c10::Allocator {
    c10::DataPtr allocate(size_t bytes) const { return made(bytes); }
    c10::DataPtr allocate(size_t bytes) { return made(bytes); }
    void copy_data(void* to, const void* from, size_t count) const { std::memcpy(to, from, count); }

    c10::DeleterFnPtr raw_deleter() const override { return &release; }  // oneDNN's scratch memory goes through it

    static c10::DataPtr made(size_t bytes) {
        auto cpu = c10::Device(c10::DeviceType::CPU);
        if (bytes == 0) return {nullptr, nullptr, nullptr, cpu};
        void* data = nullptr;
        if (bytes >= smallest) data = blocks().take(bytes);
        else if (posix_memalign(&data, 64, bytes) != 0) data = nullptr;
        TORCH_CHECK(data, "not enough memory: ", bytes, " bytes were asked for");
        return {data, data, &release, cpu};
    }
};

const bool installed = [] {
    c10::SetCPUAllocator(new Allocator, 1);
    return true;
}();

}  // namespace

extern "C" int64_t va_memory_in_use(void) { return static_cast<int64_t>(blocks().used()); }
