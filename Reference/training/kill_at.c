// Stops a program at its n-th call that changes a folder: a library for LD_PRELOAD on Linux.
//
//     cc -O2 -shared -fPIC -o kill_at.so kill_at.c -ldl -lpthread
//
// KILL_AT_FOLDER   absolute; only calls on what lies in it count
// KILL_AT_MARKS    the file whose writes open and close the window; its name
// KILL_AT_FROM     counting starts with the write there that begins like this; at once if empty
// KILL_AT_UNTIL    and ends before the one that begins like this, where the process is killed in
//                  any case, so that no run goes further than it is looked at
// KILL_AT_NUMBER   which call of the window, from 1
// KILL_AT_ACTION   list     write every call of the window down and stop none
//                  before   SIGKILL instead of the call
//                  after    SIGKILL when the call has returned
//                  pause    SIGSTOP instead of the call, which is made after SIGCONT
//                  eio      the call fails with EIO, those after it work
//                  enospc   the disk is full from here on: a write writes half, then nothing grows
// KILL_AT_LOG      gets a line for the call that was hit (every call for `list`), and `end` where
//                  the window closed
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum action { NONE, LIST, BEFORE, AFTER, PAUSE, IO_ERROR, NO_SPACE };
enum verdict { PROCEED, FAIL, HALF, KILL_AFTERWARDS };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum action action;
static const char *folder, *marks, *from, *until;
static long number, count;
static int is_open, is_full, log_file = -1;

static const char *setting(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

__attribute__((constructor)) static void prepare(void) {
    static const char *names[] = {"", "list", "before", "after", "pause", "eio", "enospc"};
    const char *wanted = setting("KILL_AT_ACTION");
    for (int index = 1; index < 7; index++)
        if (!strcmp(wanted, names[index])) action = index;
    folder = setting("KILL_AT_FOLDER");
    marks = setting("KILL_AT_MARKS");
    from = setting("KILL_AT_FROM");
    until = setting("KILL_AT_UNTIL");
    number = atol(setting("KILL_AT_NUMBER"));
    is_open = !*from;
    if (action)
        log_file = syscall(
            SYS_openat, AT_FDCWD, setting("KILL_AT_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static void note(const char *line) { syscall(SYS_write, log_file, line, strlen(line)); }

static void stop(int signal) { syscall(SYS_kill, getpid(), signal); }

// The path below the folder; NULL if it is elsewhere.
static const char *inside(const char *path) {
    size_t length = strlen(folder);
    if (!length || strncmp(path, folder, length)) return NULL;
    return path[length] == '/' ? path + length + 1 : path[length] ? NULL : ".";
}

static const char *path_of(int file, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, buffer, PATH_MAX - 1);
    buffer[length < 0 ? 0 : length] = 0;
    return buffer;
}

static const char *joined(int base, const char *name, char *buffer) {
    if (!name || *name == '/') return name ? name : "";
    if (base == AT_FDCWD) {
        if (!getcwd(buffer, PATH_MAX)) buffer[0] = 0;
    } else {
        path_of(base, buffer);
    }
    size_t length = strlen(buffer);
    snprintf(buffer + length, PATH_MAX - length, "/%s", name);
    return buffer;
}

// What is to become of a call on this path; `grows` if it needs space on the disk.
static enum verdict arrive(const char *call, const char *path, int grows, const void *bytes, size_t size) {
    const char *place = action ? inside(path) : NULL;
    if (!place) return PROCEED;
    enum verdict verdict = PROCEED;
    pthread_mutex_lock(&lock);
    if (bytes && !strcmp(place, marks)) {
        size_t start = strlen(from), end = strlen(until);
        if (start && size >= start && !memcmp(bytes, from, start)) is_open = 1;
        if (is_open && end && size >= end && !memcmp(bytes, until, end)) {
            note("end\n");
            stop(SIGKILL);
        }
    }
    if (is_full && grows) {
        errno = ENOSPC;
        verdict = FAIL;
    } else if (is_open) {
        count++;
        int hit = count == number && action != LIST;
        if (hit || action == LIST) {
            char line[PATH_MAX + 64];
            snprintf(line, sizeof line, "%ld %s %s\n", count, call, place);
            note(line);
        }
        if (hit) {
            if (action == BEFORE) stop(SIGKILL);
            if (action == PAUSE) stop(SIGSTOP);
            if (action == AFTER) verdict = KILL_AFTERWARDS;
            if (action == IO_ERROR) {
                errno = EIO;
                verdict = FAIL;
            }
            if (action == NO_SPACE) {
                is_full = 1;
                errno = ENOSPC;
                verdict = bytes && size > 1 ? HALF : FAIL;
            }
        }
    }
    pthread_mutex_unlock(&lock);
    return verdict;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

// The body of a call that the folder's path decides about.
#define GUARDED(result, call, path, grows, expression)             \
    do {                                                           \
        enum verdict verdict = arrive(call, path, grows, NULL, 0); \
        if (verdict == FAIL) return -1;                            \
        result returned = expression;                              \
        if (verdict == KILL_AFTERWARDS) stop(SIGKILL);             \
        return returned;                                           \
    } while (0)

// The same for calls that write `size` bytes.
#define WRITING(call, file, bytes, size, expression)                                      \
    do {                                                                                  \
        char buffer[PATH_MAX];                                                            \
        enum verdict verdict = arrive(call, path_of(file, buffer), 1, bytes, size);       \
        if (verdict == FAIL) return -1;                                                   \
        size_t written = verdict == HALF ? (size) / 2 : (size);                           \
        ssize_t returned = expression;                                                    \
        if (verdict == KILL_AFTERWARDS) stop(SIGKILL);                                    \
        return returned;                                                                  \
    } while (0)

ssize_t write(int file, const void *bytes, size_t size) {
    // Pipes and terminals too: the raw call keeps this cheap and free of recursion.
    WRITING("write", file, bytes, size, syscall(SYS_write, file, bytes, written));
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
    WRITING("pwrite", file, bytes, size, syscall(SYS_pwrite64, file, bytes, written, at));
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) { return pwrite64(file, bytes, size, at); }

ssize_t writev(int file, const struct iovec *parts, int number_of_parts) {
    char buffer[PATH_MAX];
    GUARDED(ssize_t, "writev", path_of(file, buffer), 1, syscall(SYS_writev, file, parts, number_of_parts));
}

int fsync(int file) {
    char buffer[PATH_MAX];
    GUARDED(int, "fsync", path_of(file, buffer), 0, REAL(fsync)(file));
}

int fdatasync(int file) {
    char buffer[PATH_MAX];
    GUARDED(int, "fdatasync", path_of(file, buffer), 0, REAL(fdatasync)(file));
}

int ftruncate64(int file, off64_t size) {
    char buffer[PATH_MAX];
    GUARDED(int, "ftruncate", path_of(file, buffer), 1, REAL(ftruncate64)(file, size));
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int fchmod(int file, mode_t mode) {
    char buffer[PATH_MAX];
    GUARDED(int, "fchmod", path_of(file, buffer), 0, REAL(fchmod)(file, mode));
}

int rename(const char *old, const char *new) {
    char buffer[PATH_MAX];
    GUARDED(int, "rename", joined(AT_FDCWD, new, buffer), 0, REAL(rename)(old, new));
}

int renameat(int a, const char *old, int b, const char *new) {
    char buffer[PATH_MAX];
    GUARDED(int, "renameat", joined(b, new, buffer), 0, REAL(renameat)(a, old, b, new));
}

int renameat2(int a, const char *old, int b, const char *new, unsigned flags) {
    char buffer[PATH_MAX];
    GUARDED(int, "renameat2", joined(b, new, buffer), 0, REAL(renameat2)(a, old, b, new, flags));
}

int link(const char *old, const char *new) {
    char buffer[PATH_MAX];
    GUARDED(int, "link", joined(AT_FDCWD, new, buffer), 1, REAL(link)(old, new));
}

int linkat(int a, const char *old, int b, const char *new, int flags) {
    char buffer[PATH_MAX];
    GUARDED(int, "linkat", joined(b, new, buffer), 1, REAL(linkat)(a, old, b, new, flags));
}

int mkdir(const char *path, mode_t mode) {
    char buffer[PATH_MAX];
    GUARDED(int, "mkdir", joined(AT_FDCWD, path, buffer), 1, REAL(mkdir)(path, mode));
}

int mkdirat(int base, const char *path, mode_t mode) {
    char buffer[PATH_MAX];
    GUARDED(int, "mkdirat", joined(base, path, buffer), 1, REAL(mkdirat)(base, path, mode));
}

int unlink(const char *path) {
    char buffer[PATH_MAX];
    GUARDED(int, "unlink", joined(AT_FDCWD, path, buffer), 0, REAL(unlink)(path));
}

int unlinkat(int base, const char *path, int flags) {
    char buffer[PATH_MAX];
    GUARDED(int, "unlinkat", joined(base, path, buffer), 0, REAL(unlinkat)(base, path, flags));
}

int rmdir(const char *path) {
    char buffer[PATH_MAX];
    GUARDED(int, "rmdir", joined(AT_FDCWD, path, buffer), 0, REAL(rmdir)(path));
}

int remove(const char *path) {
    char buffer[PATH_MAX];
    GUARDED(int, "remove", joined(AT_FDCWD, path, buffer), 0, REAL(remove)(path));
}

// Opening counts only where it may make or empty a file.
static int open_at(const char *call, int base, const char *path, int flags, mode_t mode) {
    char buffer[PATH_MAX];
    if (!(flags & (O_CREAT | O_TRUNC))) return syscall(SYS_openat, base, path, flags, mode);
    GUARDED(int, call, joined(base, path, buffer), flags & O_CREAT, syscall(SYS_openat, base, path, flags, mode));
}

#define MODE(flags)                      \
    mode_t mode = 0;                     \
    if ((flags) & (O_CREAT | O_TMPFILE)) { \
        va_list list;                    \
        va_start(list, flags);           \
        mode = va_arg(list, mode_t);     \
        va_end(list);                    \
    }

int open(const char *path, int flags, ...) {
    MODE(flags)
    return open_at("open", AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    MODE(flags)
    return open_at("open", AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int base, const char *path, int flags, ...) {
    MODE(flags)
    return open_at("openat", base, path, flags, mode);
}

int openat64(int base, const char *path, int flags, ...) {
    MODE(flags)
    return open_at("openat", base, path, flags | O_LARGEFILE, mode);
}
