/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_chrome.c - any bytes as Chrome trace events; see fuzz_trace.h. */
#include "tests/fuzz/fuzz_trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    fuzz_trace(data, n, read_chrome, NULL);
    return 0;
}
