// Opening Embree, and carrying its errors out.

#include <stdio.h>
#include <stdlib.h>

#include "Internal.h"

int crays_fail(char *error, size_t error_size, const char *text, const char *detail) {
    if (error && error_size > 0)
        snprintf(error, error_size, "%s%s%s", text, detail ? ": " : "", detail ? detail : "");
    return -1;
}

const char *crays_reason(enum RTCError code) {
    switch (code) {
    case RTC_ERROR_NONE: return "no error";
    case RTC_ERROR_INVALID_ARGUMENT: return "an invalid argument";
    case RTC_ERROR_INVALID_OPERATION: return "an invalid operation";
    case RTC_ERROR_OUT_OF_MEMORY: return "out of memory";
    case RTC_ERROR_UNSUPPORTED_CPU: return "this processor lacks SSE2 or NEON";
    case RTC_ERROR_CANCELLED: return "cancelled";
    default: return "an unknown error";
    }
}

/// The widest packet with native instructions; rays one by one are always there.
static int32_t packet_width(RTCDevice handle) {
    if (rtcGetDeviceProperty(handle, RTC_DEVICE_PROPERTY_NATIVE_RAY16_SUPPORTED))
        return 16;
    if (rtcGetDeviceProperty(handle, RTC_DEVICE_PROPERTY_NATIVE_RAY8_SUPPORTED))
        return 8;
    if (rtcGetDeviceProperty(handle, RTC_DEVICE_PROPERTY_NATIVE_RAY4_SUPPORTED))
        return 4;
    return 1;
}

int crays_device_open(crays_device **device, char *error, size_t error_size) {
    if (!device)
        return crays_fail(error, error_size, "no place was given for the device", NULL);
    *device = calloc(1, sizeof **device);
    if (!*device)
        return crays_fail(error, error_size, "Embree could not be started", "out of memory");
    (*device)->handle = rtcNewDevice("threads=1,set_affinity=0");
    if (!(*device)->handle) {
        free(*device);
        *device = NULL;
        return crays_fail(
            error, error_size, "Embree could not be started",
            crays_reason(rtcGetDeviceError(NULL)));
    }
    (*device)->width = packet_width((*device)->handle);
    return 0;
}

void crays_device_close(crays_device *device) {
    if (!device)
        return;
    rtcReleaseDevice(device->handle);
    free(device);
}

int32_t crays_device_width(const crays_device *device) { return device ? device->width : 0; }

int32_t crays_device_version(const crays_device *device) {
    return device ? (int32_t) rtcGetDeviceProperty(device->handle, RTC_DEVICE_PROPERTY_VERSION) : 0;
}
