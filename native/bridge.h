// The whole boundary between Visalign and libtorch. Every export returns null, or an error that the caller frees;
// results leave through pointers. Tensors are TensorImpl pointers that own one reference.
#pragma once
#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

typedef enum VaTag {
    VA_DEFAULT = 0,  // take the schema's default
    VA_NONE = 1,     // an empty optional
    VA_TENSOR = 2,
    VA_INT = 3,      // also dtypes, layouts and memory formats
    VA_DOUBLE = 4,
    VA_BOOL = 5,
    VA_STRING = 6,   // UTF-8, `length` bytes
    VA_DEVICE = 7,   // type in the high, index in the low 32 bits; index -1 = current
    VA_INTS = 8,
    VA_DOUBLES = 9,
    VA_TENSORS = 10  // array of tensor handles; a null handle is an absent optional tensor
} VaTag;

typedef struct VaValue {
    int64_t tag;
    int64_t length;
    union {
        int64_t integer;
        double real;
        const void* pointer;
    };
} VaValue;

typedef enum VaErrorKind { VA_ERROR = 1, VA_OUT_OF_MEMORY = 2, VA_USAGE = 3 } VaErrorKind;

typedef struct VaError {
    int32_t kind;
    const char* message;
} VaError;

typedef struct VaInfo {
    int32_t dtype;
    int32_t device_type;
    int32_t device_index;
    int32_t dimensions;
    int32_t requires_grad;
    int32_t is_leaf;
    int32_t is_contiguous;
    int32_t has_storage;
    int64_t element_count;
    const int64_t* sizes;    // borrowed: valid while the tensor lives
    const int64_t* strides;  // borrowed
    void* data;
} VaInfo;

typedef void* VaTensor;
typedef struct VaOperator VaOperator;
typedef int32_t (*VaRecompute)(void* context);
typedef void (*VaRelease)(void* context);
typedef void (*VaText)(void* context, const char* text);

void va_error_free(VaError* error);

// Engine
VaError* va_engine_text(VaText receive, void* context);  // version, build settings, parallelism: one call per text
VaError* va_threads(int32_t set, int32_t* count);        // set <= 0 only asks
VaError* va_has_device(int32_t device_type, int32_t* present);
VaError* va_operator_schemas(VaText receive, void* context);

int64_t va_memory_in_use(void);                         // bytes of the CPU's large tensors

// Operators
VaError* va_operator(const char* name, const char* overload, VaOperator** result, VaText schema, void* context);
VaError* va_call(const VaOperator* op, const VaValue* arguments, int32_t argument_count, VaValue* results,
                 int32_t capacity, int32_t* result_count);

// Tensors
void va_retain(VaTensor tensor);
void va_release(VaTensor tensor);
VaError* va_info(VaTensor tensor, VaInfo* info);
VaError* va_from_memory(void* data, const int64_t* sizes, int32_t dimensions, int32_t dtype, VaRelease release,
                        void* context, VaTensor* result);

// Autograd
int32_t va_grad_mode(int32_t set);  // 0 off, 1 on, negative only asks; returns what it was
VaError* va_require_grad(VaTensor tensor, int32_t required);
VaError* va_gradient(VaTensor tensor, VaTensor* result);  // null when there is none
VaError* va_set_gradient(VaTensor tensor, VaTensor gradient);
VaError* va_backward(const VaTensor* outputs, const VaTensor* output_gradients, int32_t output_count,
                     int32_t retain_graph, int32_t create_graph);
VaError* va_grad(const VaTensor* outputs, const VaTensor* output_gradients, int32_t output_count,
                 const VaTensor* inputs, int32_t input_count, int32_t retain_graph, int32_t create_graph,
                 int32_t allow_unused, VaTensor* results);

// Activation checkpointing: what autograd would save between begin and end is recomputed when backward asks for it.
VaError* va_checkpoint_begin(VaRecompute recompute, VaRelease release, void* context);
VaError* va_checkpoint_end(void);

// Kernels (kernels.cpp): one pass of AdamW over flat float32 vectors; average may be null.
VaError* va_adamw(float* parameters, const float* gradients, float* first, float* second, float* average,
                  int64_t count, float gradient_scale, float learning_rate, float beta1, float beta2, float epsilon,
                  float weight_decay, float correction1, float correction2, float average_decay);
VaError* va_squared_norm(const float* values, int64_t count, double* result);

#if defined(__cplusplus)
}
#endif
