/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main.c - runs a fuzz target over files, once: how the corpora are tested without a fuzzer.
 *
 * Arguments are files, or directories whose files are taken.  Fails if there was none. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
    static const size_t most = 64u << 20;
    size_t n = 0, cap = 0;
    uint8_t *data = NULL;
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        return 0;
    }
    do {
        cap = cap ? 2 * cap : 4096;
        uint8_t *more = realloc(data, cap);
        if (!more || cap > most)
            abort();
        data = more;
        n += fread(data + n, 1, cap - n, f);
    } while (n == cap);
    fclose(f);
    uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees a read past the end */
    if (!exact)
        abort();
    for (size_t i = 0; i < n; i++)
        exact[i] = data[i];
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    free(data);
    return 1;
}

static int run_dir(const char *path)
{
    int runs = 0;
    char name[4096];
    struct stat st;
    DIR *dir = opendir(path);
    if (!dir)
        return 0;
    for (struct dirent *e; (e = readdir(dir));) {
        int n = snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (n > 0 && (size_t)n < sizeof name && stat(name, &st) == 0 && S_ISREG(st.st_mode))
            runs += run_file(name);
    }
    closedir(dir);
    return runs;
}

int main(int argc, char **argv)
{
    int runs = 0;
    struct stat st;
    for (int i = 1; i < argc; i++) {
        if (stat(argv[i], &st) != 0)
            perror(argv[i]);
        else
            runs += S_ISDIR(st.st_mode) ? run_dir(argv[i]) : run_file(argv[i]);
    }
    printf("%d inputs\n", runs);
    return runs ? 0 : 1;
}
