/* Preloaded (ld.so(8)), it makes fsync and fdatasync take 4 ms more, as a disk without a cache of its own would. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static const struct timespec delay = {0, 4000000};

static int sync_slowly(const char *name, int fd) {
  nanosleep(&delay, 0);
  return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}

int fsync(int fd) { return sync_slowly("fsync", fd); }
int fdatasync(int fd) { return sync_slowly("fdatasync", fd); }
