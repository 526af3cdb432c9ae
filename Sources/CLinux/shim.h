/* Linux calls that glibc declares only under _GNU_SOURCE, which Swift's Glibc module does not set. */
#pragma once
#include <stddef.h>
#include <sys/types.h>

ssize_t copy_file_range(int in, off_t *in_offset, int out, off_t *out_offset, size_t count,
                        unsigned int flags);
int renameat2(int old_directory, const char *old_path, int new_directory, const char *new_path,
              unsigned int flags);
/* The set is a field of bits, one per processor. */
int sched_getaffinity(pid_t process, size_t set_size, void *set);

/* renameat2: fail when the new path exists; swap the two paths in one step. */
static const unsigned int linux_RENAME_NOREPLACE = 1;
static const unsigned int linux_RENAME_EXCHANGE = 2;
