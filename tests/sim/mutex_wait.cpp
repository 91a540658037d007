// A mutex that the engine's threads share is held, now and then, by a task that waits in a disk
// call. On two threads the other one would sleep; here both are one real thread, and sleeping
// would be for ever. So the linker sends every pthread_mutex_lock of the simulated sources here
// (--wrap=pthread_mutex_lock), and the wait happens in virtual time.
#include <pthread.h>

#include "sim/world.hpp"

extern "C" int __real_pthread_mutex_lock(pthread_mutex_t* mutex);

extern "C" int __wrap_pthread_mutex_lock(pthread_mutex_t* mutex) {
  xget::sim::World* const world = xget::sim::World::current();
  if (world == nullptr) return __real_pthread_mutex_lock(mutex);
  while (pthread_mutex_trylock(mutex) != 0) world->wait_for_tasks();
  return 0;
}
