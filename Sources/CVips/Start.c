// Starting libvips safely, and carrying its errors out.

#include <stdio.h>
#include <string.h>

#include "Internal.h"

static void ignore_log(
    const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    // Warnings describe hostile or slightly broken files. What matters comes back as an error, and
    // a server's log must not be writable by whoever uploads a picture.
    (void) domain;
    (void) level;
    (void) message;
    (void) data;
}

int cvips_start(char *error, size_t error_size) {
    if (VIPS_INIT("likeness"))
        return cvips_fail(error, error_size);
    g_log_set_handler(
        "VIPS", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG, ignore_log, NULL);

    // Deny all, then allow what Swift may ask for. The blocks are by class name, and a block on a
    // class covers everything derived from it.
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    vips_operation_block_set("VipsForeignLoadJpeg", FALSE);
    vips_operation_block_set("VipsForeignLoadPng", FALSE);
    vips_operation_block_set("VipsForeignLoadWebp", FALSE);
    vips_operation_block_set("VipsForeignLoadTiff", FALSE);
    vips_operation_block_set("VipsForeignLoadHeif", FALSE);

    // Pictures are decoded once and belong to somebody: remember none of them.
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    vips_cache_set_max_files(0);
    // Pixels are pulled on the caller's own thread; this bounds the pool that encoders start.
    vips_concurrency_set(2);
    return 0;
}

void cvips_free(void *memory) { g_free(memory); }

int cvips_fail(char *error, size_t error_size) {
    char *log = vips_error_buffer_copy();
    size_t length = log ? strlen(log) : 0;
    while (length > 0 && (log[length - 1] == '\n' || log[length - 1] == ' '))
        length--;
    if (error_size > 0) {
        size_t kept = length < error_size - 1 ? length : error_size - 1;
        for (size_t i = 0; i < kept; i++)
            error[i] = log[i] == '\n' ? ';' : log[i];
        error[kept] = 0;
    }
    g_free(log);
    return -1;
}
