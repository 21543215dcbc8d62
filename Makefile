# SPDX-License-Identifier: GPL-3.0-or-later
#
#   make                 build/pertinax, optimised
#   make check           unit, property, golden and corpus tests; ends with "N passed, N failed"
#   make sanitize        the same under ASan+UBSan, then under TSan
#   make lint            format, clang-tidy, layers, headers alone, no mutable globals
#   make format          let clang-format rewrite the sources
#   make golden-update   rewrite the transcripts; then read git diff
#   make cov             line coverage of the tests
#   make fuzz T=yaml SECS=60
#   make bench           the benchmarks of tests/bench
#   make live-table      predicted and measured times of shipped models, native and python3
#   make man             build/pertinax.1
#   make install DESTDIR= PREFIX=/usr/local; make uninstall takes it away again
#   make dist            build/pertinax-VERSION.tar.gz of what is committed
#   make clean
#
#   B=release|debug|asan|tsan|cov    the variant, in build/$(B)
#   CC=clang   V=1 (say commands)   WERROR=1 (for developers)

B ?= release
PREFIX ?= /usr/local
SECS ?= 60
Q := $(if $(V),,@)
VERSION := $(shell cat VERSION)
O := build/$(B)

PKGS := yaml-0.1 gsl sqlite3 zlib libzstd libmicrohttpd libuv
PKG_CFLAGS := $(shell pkg-config --cflags $(filter-out libmicrohttpd,$(PKGS)) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null || echo -lyaml -lgsl -lgslcblas -lsqlite3 -lz -lzstd -lmicrohttpd -luv)

# What is missing is said before the compiler says it in its own words; not to who only cleans.
PKG_MISSING := $(shell for p in $(PKGS); do pkg-config --exists $$p 2>/dev/null || printf ' %s' $$p; done)
ifneq ($(strip $(PKG_MISSING)),)
ifneq ($(filter-out clean help format dist,$(or $(MAKECMDGOALS),all)),)
$(warning pkg-config does not find:$(PKG_MISSING); ./bootstrap installs what is missing)
endif
endif

WARN := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wvla -Wcast-qual -Wundef -fno-common $(if $(WERROR),-Werror)
MODE_release := -O3
MODE_debug := -Og -g -DCHECKED
MODE_asan := -O1 -g -DCHECKED -fno-omit-frame-pointer -fsanitize=address,undefined \
             -fno-sanitize-recover=all
MODE_tsan := -O1 -g -DCHECKED -fsanitize=thread
MODE_cov := -O0 -g -DCHECKED --coverage
MODE_fuzz := -O1 -g -DCHECKED -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined
ifndef MODE_$(B)
$(error unknown variant B=$(B))
endif
# No contraction into fused multiply-adds: the same bytes on every machine.
override CPPFLAGS += -Isim -I. -D_POSIX_C_SOURCE=200809L -DPERTINAX_VERSION='"$(VERSION)"'
override CFLAGS := -std=c11 $(MODE_$(B)) -ffp-contract=off -pthread $(WARN) $(PKG_CFLAGS) $(CFLAGS)
LDLIBS := $(PKG_LIBS) -lm -pthread

SRC := $(wildcard sim/*/*.c reports/*.c)
HDR := $(wildcard sim/*/*.h reports/*.h)
PYTHON := $(wildcard sim/live/python/*.py) # what emitted programs are executed by, as text
OBJ := $(SRC:%.c=$(O)/%.o) $(O)/sim/live/python.o
LIB := $(O)/lib.a# all but main(); a test takes from it what it needs
# Second opinions, asked where they are installed.
ASK_jansson := $(shell pkg-config --exists jansson 2>/dev/null && echo yes)
ASK_yajl := $(shell pkg-config --exists yajl 2>/dev/null && echo yes)
ASK_protobuf := $(shell pkg-config --exists libprotobuf-c 2>/dev/null && \
                        command -v protoc-c >/dev/null && echo yes)
TEST_SRC := $(filter-out $(if $(ASK_jansson),,tests/prop/test_json_jansson.c) \
              $(if $(ASK_protobuf),,tests/prop/test_otlp_protobuf.c),\
              $(wildcard tests/unit/*.c tests/prop/*.c))
TESTS := $(TEST_SRC:%.c=$(O)/%)
FUZZ := $(patsubst %.c,$(O)/%,$(wildcard tests/fuzz/fuzz_*.c))
BENCH := $(patsubst %.c,$(O)/%,$(wildcard tests/bench/*.c))
GOLDEN := $(wildcard tests/golden/*.t tests/golden/*/*.t) README.md models/README.md specs/README.md
SPECS := $(wildcard specs/*.yaml specs/*/*.yaml)
ALL_C := $(SRC) $(HDR) $(wildcard tests/*/*.[ch])

.PHONY: all check tests sanitize lint format golden-update cov fuzz fuzz-target bench live-table man install uninstall \
        dist clean help FORCE
.SECONDARY:
all: $(if $(filter release,$(B)),build/pertinax,$(O)/pertinax)
help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

build/pertinax: build/release/pertinax
	$(Q)ln -f $< $@
# Change only when what they hold changes, so that objects follow the flags and links the list.
$(O)/flags: FORCE
	@mkdir -p $(@D); echo '$(subst ','\'',$(CC) $(CPPFLAGS) $(CFLAGS))' | cmp -s - $@ || \
	  echo '$(subst ','\'',$(CC) $(CPPFLAGS) $(CFLAGS))' > $@
$(O)/objects: FORCE
	@mkdir -p $(@D); echo '$(OBJ) $(LDLIBS) $(LDFLAGS)' | cmp -s - $@ || \
	  echo '$(OBJ) $(LDLIBS) $(LDFLAGS)' > $@
$(O)/sim/trace/receive.o: override CFLAGS += $(shell pkg-config --cflags libmicrohttpd 2>/dev/null)
$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(if $(Q),@echo '  CC    $<')
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@
$(O)/sim/live/python.c: $(PYTHON)
	@mkdir -p $(@D)
	$(Q)(echo '#include "live/python.h"'; for f in $(PYTHON); do \
	  echo "const char *const python_$$(basename $$f .py)[] = {"; \
	  sed 's/[\\"]/\\&/g; s/.*/    "&\\n",/' $$f; echo '    0};'; done) > $@
$(O)/sim/live/python.o: $(O)/sim/live/python.c $(O)/flags
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@
$(LIB): $(filter-out $(O)/sim/cli/main.o,$(OBJ)) $(O)/objects
	$(Q)rm -f $@; $(AR) rcs $@ $(filter %.o,$^)
$(O)/pertinax: $(OBJ) $(O)/objects
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(OBJ) $(LDLIBS) -o $@
$(TESTS): $(O)/%: $(O)/%.o $(LIB)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $< $(LIB) -lcmocka $(LDLIBS) -o $@
$(O)/tests/prop/test_json_jansson: override LDLIBS += -ljansson
# Messages as protobuf-c knows them, in code that it generates.
ifdef ASK_protobuf
PB := $(O)/tests/data/otlp.pb-c
PB_USER := $(O)/tests/prop/test_otlp_protobuf $(O)/tests/bench/otlp_proto
$(O)/%.pb-c.c $(O)/%.pb-c.h: %.proto
	@mkdir -p $(@D)
	$(Q)protoc-c --c_out=$(O) $<
$(PB).o: $(PB).c
	$(Q)$(CC) -I$(O) $(CPPFLAGS) $(CFLAGS) -w -c $< -o $@
$(PB_USER:%=%.o): $(PB).h
$(PB_USER:%=%.o): override CPPFLAGS += -I$(O) -DASK_PROTOBUF
$(PB_USER): $(PB).o
$(PB_USER): override LDLIBS += $(PB).o -lprotobuf-c
endif
$(FUZZ): $(O)/%: $(O)/%.o $(O)/tests/fuzz/main.o $(LIB)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $< $(O)/tests/fuzz/main.o $(LIB) $(LDLIBS) -o $@
$(O)/tests/bench/import.o: override CPPFLAGS += $(if $(ASK_yajl),-DASK_YAJL)
$(O)/tests/bench/import: override LDLIBS += $(if $(ASK_yajl),-lyajl)
$(BENCH): $(O)/%: $(O)/%.o $(LIB)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $< $(LIB) $(LDLIBS) -o $@

LONGEST := tests/golden/live_python.t # begins first: it waits most of the time
tests: $(O)/pertinax $(TESTS) $(FUZZ)
check: tests
	$(if $(ASK_jansson),,@echo 'Not built: tests/prop/test_json_jansson (pkg-config finds no jansson)')
	$(if $(ASK_protobuf),,@echo 'Not built: tests/prop/test_otlp_protobuf (there is no protobuf-c)')
	@command -v xmllint >/dev/null || echo 'Not validated: JUnit XML (there is no xmllint)'
	@python3 -c 'import jsonschema' 2>/dev/null || echo 'Not validated: SARIF (Python has no jsonschema)'
	@command -v spin >/dev/null || echo 'Not asked: SPIN (by tests/prop/test_spin; there is no spin)'
	@tests/run $(O) $(LONGEST) $(TESTS) $(FUZZ) $(filter-out $(LONGEST),$(GOLDEN)) $(wildcard models/*.yaml) $(SPECS)
sanitize:
	PERTINAX_TEST_QUICK=1 $(MAKE) check B=asan
	PERTINAX_TEST_QUICK=1 $(MAKE) check B=tsan
golden-update: $(O)/pertinax
	tests/golden/run.sh -u $(O) $(GOLDEN)

lint: build/release/pertinax
	@CC='$(CC)' tests/lint $(ALL_C)
format:
	clang-format -i $(ALL_C)
cov:
	rm -f $$(find build/cov -name '*.gcda' 2>/dev/null)
	$(MAKE) check B=cov
	@if command -v lcov >/dev/null; then \
	  lcov -q -c -d build/cov -b . --no-external -o build/cov/all.info && \
	  lcov -q -r build/cov/all.info '*/tests/*' -o build/cov/lcov.info && \
	  lcov --list build/cov/lcov.info; \
	else gcov -n $$(find build/cov/sim build/cov/reports -name '*.gcda') | grep -A 1 "^File '[sr]"; fi
fuzz:
	$(MAKE) CC=clang B=fuzz fuzz-target T=$(T)
	mkdir -p build/fuzz/found/$(T) tests/fuzz/corpus/$(T)
	build/fuzz/tests/fuzz/$(T) -max_total_time=$(SECS) -rss_limit_mb=1024 -timeout=5 \
	  -artifact_prefix=build/fuzz/ build/fuzz/found/$(T) tests/fuzz/corpus/$(T)
fuzz-target: $(O)/tests/fuzz/fuzz_$(T).o $(LIB)
	$(Q)$(CC) $(CFLAGS) -fsanitize=fuzzer $^ $(LDLIBS) -o $(O)/tests/fuzz/$(T)
bench: $(BENCH)
	@for b in $(BENCH); do $$b || exit; done

live-table: build/pertinax
	tests/bench/live_table.py build/pertinax

man: build/pertinax.1
build/pertinax.1: build/pertinax
	build/pertinax --man > $@
# SHELL:where it looks, below share/
COMPLETION := bash:bash-completion/completions/pertinax zsh:zsh/site-functions/_pertinax \
              fish:fish/vendor_completions.d/pertinax.fish
install: build/pertinax build/pertinax.1
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1
	install build/pertinax $(DESTDIR)$(PREFIX)/bin/
	install -m 644 build/pertinax.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	for d in models specs; do install -d $(DESTDIR)$(PREFIX)/share/pertinax/$$d; \
	  for f in $$d/*; do [ ! -f $$f ] || install -m 644 $$f $(DESTDIR)$(PREFIX)/share/pertinax/$$d; \
	  done; done
	for c in $(COMPLETION); do f=$(DESTDIR)$(PREFIX)/share/$${c#*:}; install -d $${f%/*}; \
	  build/pertinax --completion $${c%%:*} > $$f && chmod 644 $$f; done
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/pertinax $(DESTDIR)$(PREFIX)/share/man/man1/pertinax.1 \
	  $(foreach c,$(COMPLETION),$(DESTDIR)$(PREFIX)/share/$(lastword $(subst :, ,$c)))
	rm -rf $(DESTDIR)$(PREFIX)/share/pertinax
dist:
	@mkdir -p build
	git archive --prefix=pertinax-$(VERSION)/ -o build/pertinax-$(VERSION).tar.gz HEAD
clean:
	rm -rf build
-include $(shell find $(O) -name '*.d' 2>/dev/null)
