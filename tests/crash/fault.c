/* A system that fails, for the process this is loaded into with LD_PRELOAD: the unchanged binary, and a
 * libc whose sync, write and clock do as they are told. Only files below FAULT_UNDER are touched.
 *
 * FAULT_CONTROL names a file of eight 64-bit integers that tests write and the process reads:
 *   0 errno of fsync and fdatasync, 0 for none     3 seconds added to the clock
 *   1 milliseconds a sync takes longer             4 syncs done so far (written here)
 *   2 errno of writes, 0 for none                  5 whether an image is taken before each sync
 *
 * An image is a directory FAULT_IMAGES/N for sync number N (the first is 0): `list` has a line
 * "type file path" for every name below FAULT_UNDER ('.' itself too), where "file" is inode and time of
 * birth; `synced` has the file that is about to be synced, and `data/FILE` are the files as they are. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { SYNC_FAILS, SYNC_MILLIS, WRITE_FAILS, CLOCK_SECONDS, SYNCS, IMAGES };

static volatile int64_t nothing[8];
static volatile int64_t *control = nothing;
static char under[PATH_MAX];
static pthread_mutex_t one_sync = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void begin(void) {
  const char *dir = getenv("FAULT_UNDER"), *file = getenv("FAULT_CONTROL");
  if (!dir || !file) return;
  snprintf(under, sizeof under, "%s", dir);
  int fd = open(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *map = mmap(NULL, sizeof nothing, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map != MAP_FAILED) control = map;
  close(fd);
}

/* Whether the descriptor is of a file or directory below `under`. */
static int is_ours(int fd) {
  char link[64], path[PATH_MAX];
  if (!under[0]) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n <= 0) return 0;
  path[n] = 0;
  size_t length = strlen(under);
  return !strncmp(path, under, length) && (path[length] == '/' || !path[length]);
}

static void copy(const char *from, const char *to) {
  char buffer[65536];
  ssize_t n;
  int in = open(from, O_RDONLY | O_CLOEXEC);
  int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  while (in >= 0 && out >= 0 && (n = read(in, buffer, sizeof buffer)) > 0)
    if (syscall(SYS_write, out, buffer, n) != n) break;
  if (in >= 0) close(in);
  if (out >= 0) close(out);
}

/* Type and identity of a file: an inode alone may be given again. */
static int identify(int at, const char *path, int flags, char *type, char identity[64]) {
  struct statx meta;
  if (statx(at, path, flags, STATX_TYPE | STATX_INO | STATX_BTIME, &meta)) return -1;
  *type = S_ISDIR(meta.stx_mode) ? 'd' : S_ISREG(meta.stx_mode) ? 'f' : 'x';
  snprintf(identity, 64, "%llu-%lld.%u", (unsigned long long)meta.stx_ino,
           (long long)meta.stx_btime.tv_sec, meta.stx_btime.tv_nsec);
  return 0;
}

static void walk(const char *at, const char *image, FILE *list) {
  char path[PATH_MAX], to[PATH_MAX + 80], type, file[64];
  DIR *dir = opendir(at);
  struct dirent *entry;
  while (dir && (entry = readdir(dir))) {
    int self = !strcmp(entry->d_name, ".");
    if (!strcmp(entry->d_name, "..") || (self && strcmp(at, under))) continue;
    if (self) snprintf(path, sizeof path, "%s", at);
    else snprintf(path, sizeof path, "%s/%s", at, entry->d_name);
    if (identify(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &type, file)) continue;
    fprintf(list, "%c %s %s\n", type, file, self ? "." : path + strlen(under) + 1);
    if (type == 'd' && !self) walk(path, image, list);
    if (type != 'f') continue;
    snprintf(to, sizeof to, "%s/data/%s", image, file);
    copy(path, to);
  }
  if (dir) closedir(dir);
}

static void take_image(int fd) {
  char image[PATH_MAX], path[PATH_MAX + 16], type, file[64];
  const char *images = getenv("FAULT_IMAGES");
  if (!images || identify(fd, "", AT_EMPTY_PATH, &type, file)) return;
  snprintf(image, sizeof image, "%s/%lld", images, (long long)control[SYNCS]);
  mkdir(image, 0700);
  snprintf(path, sizeof path, "%s/data", image);
  mkdir(path, 0700);
  snprintf(path, sizeof path, "%s/list", image);
  FILE *list = fopen(path, "we");
  if (!list) return;
  walk(under, image, list);
  fclose(list);
  snprintf(path, sizeof path, "%s/synced", image);
  FILE *synced = fopen(path, "we");
  if (!synced) return;
  fprintf(synced, "%s\n", file);
  fclose(synced);
}

static int sync_with(int fd, long how) {
  if (!is_ours(fd)) return (int)syscall(how, fd);
  if (control[SYNC_MILLIS]) usleep((useconds_t)control[SYNC_MILLIS] * 1000);
  if (control[SYNC_FAILS]) {
    errno = (int)control[SYNC_FAILS];
    return -1;
  }
  pthread_mutex_lock(&one_sync);
  if (control[IMAGES]) take_image(fd);
  int done = (int)syscall(how, fd);
  if (!done) control[SYNCS]++;
  pthread_mutex_unlock(&one_sync);
  return done;
}

int fsync(int fd) { return sync_with(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_with(fd, SYS_fdatasync); }

static int write_fails(int fd) {
  if (!control[WRITE_FAILS] || !is_ours(fd)) return 0;
  errno = (int)control[WRITE_FAILS];
  return 1;
}

ssize_t write(int fd, const void *bytes, size_t n) {
  return write_fails(fd) ? -1 : syscall(SYS_write, fd, bytes, n);
}
ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at) {
  return write_fails(fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, n, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at) {
  return write_fails(fd) ? -1 : syscall(SYS_pwrite64, fd, bytes, n, at);
}
int ftruncate(int fd, off_t length) {
  return write_fails(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, length);
}
int ftruncate64(int fd, off64_t length) {
  return write_fails(fd) ? -1 : (int)syscall(SYS_ftruncate, fd, length);
}

int clock_gettime(clockid_t which, struct timespec *time) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int told = real ? real(which, time) : (int)syscall(SYS_clock_gettime, which, time);
  if (!told && which == CLOCK_REALTIME) time->tv_sec += control[CLOCK_SECONDS];
  return told;
}
