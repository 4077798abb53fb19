/* Makes every fsync and fdatasync take longer, as on a cloud disk: preloaded into the bench and what it starts.
 *
 * The delay in microseconds comes from BENCH_FSYNC_DELAY_US when a process starts, and bench_set_fsync_delay changes it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static volatile long delay_us = 0;

__attribute__((constructor)) static void read_delay(void) {
    const char *text = getenv("BENCH_FSYNC_DELAY_US");
    if (text != NULL) delay_us = atol(text);
}

void bench_set_fsync_delay(long us) { delay_us = us; }

static void wait_longer(void) {
    long us = delay_us;
    if (us > 0) {
        struct timespec left = {us / 1000000, (us % 1000000) * 1000};
        while (nanosleep(&left, &left) != 0) {}
    }
}

int fsync(int fd) {
    static int (*real)(int) = NULL;
    if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_longer();
    return real(fd);
}

int fdatasync(int fd) {
    static int (*real)(int) = NULL;
    if (real == NULL) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_longer();
    return real(fd);
}
