// Several processes: a store of counters to meet at, and a group of processes that exchange memory through Gloo.
// A library of its own beside the bridge, with the bridge's errors.
#pragma once
#include "bridge.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct VaStore VaStore;
typedef struct VaGroup VaGroup;

// Serves a store at a port (0 = any free one) or connects to one; every key gets the prefix.
VaError* va_store_open(const char* host, int32_t port, int32_t serve, const char* prefix, int64_t timeout_milliseconds,
                       VaStore** store, int32_t* served_port);
VaError* va_store_add(VaStore* store, const char* key, int64_t amount, int64_t* sum);  // an absent key counts as 0
void va_store_close(VaStore* store);

// All of `count` processes open the group, each listening at an address of its own. Sizes are in bytes; all processes
// call the same operations in the same order with the same sizes: Gloo ends a process whose sizes differ.
VaError* va_group_open(VaStore* store, int32_t rank, int32_t count, const char* address, int64_t timeout_milliseconds, VaGroup** group);
VaError* va_group_gather(VaGroup* group, const void* mine, int64_t size, void* all);  // `all` holds count × size
VaError* va_group_broadcast(VaGroup* group, void* data, int64_t size, int32_t from);
VaError* va_group_send(VaGroup* group, const void* data, int64_t size, int32_t to);
VaError* va_group_receive(VaGroup* group, void* data, int64_t size, int32_t from);
void va_group_close(VaGroup* group);

#if defined(__cplusplus)
}
#endif
