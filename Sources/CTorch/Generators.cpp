// Random number generators as objects: seed, save, restore.
#include "Shim.h"

#include <ATen/CPUGeneratorImpl.h>

ct_status ct_generator_new(ct_device device, ct_generator **result) {
    return shim::guarded([&] {
        const at::Device where = shim::device(device);
        at::Generator generator =
            where.is_cpu() ? at::detail::createCPUGenerator()
                           : at::globalContext()
                                 .getAcceleratorHooksInterface(where.type())
                                 .getNewGenerator(where.index());
        *result = reinterpret_cast<ct_generator *>(new at::Generator(std::move(generator)));
    });
}

void ct_generator_release(ct_generator *g) { delete shim::unwrap(g); }

ct_status ct_generator_seed(ct_generator *g, uint64_t seed) {
    return shim::guarded([&] {
        std::lock_guard<std::mutex> lock(shim::unwrap(g)->mutex());
        shim::unwrap(g)->set_current_seed(seed);
    });
}

ct_status ct_generator_state(const ct_generator *g, ct_tensor **result) {
    return shim::guarded([&] {
        std::lock_guard<std::mutex> lock(shim::unwrap(g)->mutex());
        *result = shim::own(shim::unwrap(g)->get_state());
    });
}

ct_status ct_generator_set_state(ct_generator *g, const ct_tensor *state) {
    return shim::guarded([&] {
        std::lock_guard<std::mutex> lock(shim::unwrap(g)->mutex());
        shim::unwrap(g)->set_state(shim::borrow(state));
    });
}
