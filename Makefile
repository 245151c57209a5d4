# SPDX-License-Identifier: GPL-3.0-or-later
# huddle: `make demo` runs the main job, `make check` the tests; both set up what they need.
# `make help` lists the targets. BUILD, CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR are respected.

VERSION   := 0.1.0
SOVERSION := 0
BUILD     ?= build
PREFIX    ?= /usr/local
CFLAGS    ?= -O3 -g
WARNINGS  := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
             -Wmissing-prototypes -Werror
PACKAGES  := openblas gsl yaml-0.1 fftw3 lapacke netcdf muparser
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
# SUNDIALS has no pkg-config file in Debian 12; version 7 needs its core library named as well.
SUNDIALS   = -lsundials_cvode -lsundials_nvecserial -lsundials_sunlinsolspgmr \
             $(shell ls /usr/lib/*/libsundials_core.so 2>/dev/null | sed -n '1s/.*/-lsundials_core/p')
PKG_LIBS   = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) $(SUNDIALS) -lm
GIT_COMMIT = $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)

BASE_CFLAGS = -std=c11 -fPIC -fvisibility=hidden -ffp-contract=off $(WARNINGS)
ALL_CFLAGS  = $(BASE_CFLAGS) $(CFLAGS) -Iinclude -Isrc -I. -I$(BUILD)/generated $(PKG_CFLAGS) -MMD -MP

LIB_SOURCES := $(sort $(filter-out src/cli/%,$(wildcard src/*/*.c)))
CLI_SOURCES := $(sort $(wildcard src/cli/*.c))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/generated/assets.o
CLI_OBJECTS := $(CLI_SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/generated/models.o
TESTS       := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/test_*.c)))
TEST_SUPPORT := $(patsubst %.c,$(BUILD)/%.o,$(sort $(filter-out tests/test_%,$(wildcard tests/*.c))))
EXAMPLES    := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard examples/*.c)))
BENCH_SUPPORT := $(BUILD)/bench/common.o $(BUILD)/bench/baseline.o
BENCHES     := $(patsubst %.c,$(BUILD)/%,$(sort $(filter-out bench/common.c bench/baseline.c,$(wildcard bench/*.c))))
FORMATTED   := $(wildcard src/*/*.[ch] include/*.h include/huddle/*.h tests/*.[ch] examples/*.c bench/*.[ch])

# `make V=1` shows whole commands.
ifdef V
  Q =
  say = @:
else
  Q = @
  say = @printf '  %-5s %s\n'
endif

.PHONY: all help deps demo check tests test-names examples bench verify asan valgrind format \
        check-format check-layers check-symbols install uninstall clean

all: $(BUILD)/huddle $(BUILD)/libhuddle.so

help:
	@echo "make demo      set up, build, run the main job and show its result"
	@echo "make check     set up, build, and pass the tests and house checks"
	@echo "make           build $(BUILD)/huddle, libhuddle.a and libhuddle.so"
	@echo "make tests     build the test programs; make test-NAME builds and runs tests/test_NAME.c"
	@echo "make bench     timings of this machine, with baselines beside them"
	@echo "make verify    the long studies behind docs/verification.md (VERIFY=short: the CI form)"
	@echo "make asan      the tests under AddressSanitizer and UBSan"
	@echo "make valgrind  a short run under valgrind"
	@echo "make format    clang-format over the sources"
	@echo "make reference write docs/model-file.md from the schema of the model file"
	@echo "make install   to PREFIX ($(PREFIX)), under DESTDIR"
	@echo "make deps      install missing packages only"

deps:
	@scripts/install-deps

# ---- build ----

$(BUILD)/generated/version.h: FORCE
	@mkdir -p $(@D)
	@printf '#define HUD_VERSION "%s"\n#define HUD_GIT_COMMIT "%s"\n' '$(VERSION)' '$(GIT_COMMIT)' > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
FORCE:

$(BUILD)/%.o: %.c | $(BUILD)/generated/version.h
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/generated/models.o: $(BUILD)/generated/models.c
	$(say) CC $<
	$(Q)$(CC) $(filter-out -Wpedantic,$(ALL_CFLAGS)) -c $< -o $@

$(BUILD)/generated/assets.o: $(BUILD)/generated/assets.c
	$(say) CC $<
	$(Q)$(CC) $(filter-out -Wpedantic,$(ALL_CFLAGS)) -c $< -o $@

$(BUILD)/libhuddle.a: $(LIB_OBJECTS)
	$(say) AR $@
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/libhuddle.so: $(LIB_OBJECTS)
	$(say) LD $@
	$(Q)$(CC) -shared -Wl,-soname,libhuddle.so.$(SOVERSION) -Wl,--version-script=src/libhuddle.map $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/huddle: $(CLI_OBJECTS) $(BUILD)/libhuddle.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_SUPPORT) $(BUILD)/libhuddle.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(PKG_LIBS)

$(BUILD)/examples/%: $(BUILD)/examples/%.o $(BUILD)/libhuddle.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/bench/%: $(BUILD)/bench/%.o $(BENCH_SUPPORT) $(BUILD)/libhuddle.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

.PRECIOUS: $(BUILD)/tests/%.o $(BUILD)/examples/%.o $(BUILD)/bench/%.o
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

MODEL_FILES = $(sort $(wildcard models/*.yaml)) models/studies/limits.yaml

$(BUILD)/generated/models.c: $(MODEL_FILES) scripts/embed-models Makefile
	@mkdir -p $(@D)
	$(Q)scripts/embed-models $(MODEL_FILES) > $@

ASSETS = uplot_js=src/output/vendor/uplot/uPlot.iife.min.js uplot_css=src/output/vendor/uplot/uPlot.min.css \
         uplot_licence=src/output/vendor/uplot/LICENSE report_js=src/output/page/report.js \
         report_css=src/output/page/report.css
ASSET_FILES = $(foreach pair,$(ASSETS),$(lastword $(subst =, ,$(pair))))

$(BUILD)/generated/assets.c: $(ASSET_FILES) scripts/embed-assets
	@mkdir -p $(@D)
	$(Q)scripts/embed-assets $(ASSETS) > $@

# ---- the main job ----

demo: deps
	@$(MAKE) --no-print-directory -j$$(nproc) $(BUILD)/huddle
	@scripts/demo $(BUILD)/huddle results/demo

# ---- tests ----

tests: $(TESTS)
examples: $(EXAMPLES)

test-%: $(BUILD)/tests/test_% $(BUILD)/huddle
	@HUD_BUILD=$(BUILD) scripts/run-tests -v $<

# The first lines set up and build in a make of their own, because a fresh machine has no compiler yet.
check: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all tests examples
	@$(MAKE) --no-print-directory check-layers check-symbols check-format
	@HUD_BUILD=$(BUILD) scripts/run-tests $(TESTS)

asan:
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=$(BUILD)/asan all tests examples \
	  CFLAGS="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
	@ASAN_OPTIONS=allocator_may_return_null=1 HUD_BUILD=$(BUILD)/asan scripts/run-tests $(TESTS:$(BUILD)/%=$(BUILD)/asan/%)

bench: deps
	@$(MAKE) --no-print-directory -j$$(nproc) $(BENCHES)
	@sed -n 's/^model name[^:]*: */machine: /p' /proc/cpuinfo 2>/dev/null | head -n 1
	@$(CC) --version | head -n 1
	@for program in $(filter-out $(BUILD)/bench/verify_%,$(BENCHES)); do echo; $$program || exit 1; done

# VERIFY=short is what CI runs.
verify: deps
	@$(MAKE) --no-print-directory -j$$(nproc) all $(BENCHES)
	@scripts/verify $(BUILD) $(VERIFY)

check-layers:
	@scripts/check-layers

check-symbols: $(BUILD)/libhuddle.a $(BUILD)/libhuddle.so
	@scripts/check-symbols $(BUILD)

check-format:
	@if command -v clang-format >/dev/null 2>&1; then \
	  clang-format --dry-run -Werror $(FORMATTED) && echo "format: $(words $(FORMATTED)) files follow .clang-format"; \
	else echo "format: not checked, clang-format is not installed"; fi

format:
	clang-format -i $(FORMATTED)

# docs/model-file.md and its JSON schema, from the table in src/config/schema_table.c.
.PHONY: reference
reference: $(BUILD)/tests/test_schema
	@$< --write

# A short run of each method under valgrind: no leak, no invalid access.
valgrind:
	@command -v valgrind >/dev/null || { echo "valgrind is not installed"; exit 1; }
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=$(BUILD)/valgrind CFLAGS="-O1 -g -DHUD_NO_CLONES" all
	@for method in grid moments; do \
	  valgrind --quiet --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=definite \
	    $(BUILD)/valgrind/huddle run models/first_order.yaml --set method=$$method \
	    --set velocity.cells=32 --set time.end=0.2 -o $(BUILD)/valgrind/$$method --force --quiet || exit 1; \
	done
	@echo "valgrind: clean"

# ---- installation ----

MAJOR_LINK = libhuddle.so.$(SOVERSION)

$(BUILD)/huddle.pc: FORCE
	@mkdir -p $(@D)
	@printf 'prefix=%s\nincludedir=$${prefix}/include\nlibdir=$${prefix}/lib\n\nName: huddle\nDescription: kinetic equations with non-instantaneous and multi-body collisions\nVersion: %s\nLibs: -L$${libdir} -lhuddle\nLibs.private: %s\nCflags: -I$${includedir}\n' \
	  '$(PREFIX)' '$(VERSION)' '$(PKG_LIBS)' > $@

install: all $(BUILD)/huddle.pc
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig \
	  $(DESTDIR)$(PREFIX)/include/huddle $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/huddle/models/studies
	install -m 755 $(BUILD)/huddle $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(BUILD)/libhuddle.a $(DESTDIR)$(PREFIX)/lib/
	install -m 755 $(BUILD)/libhuddle.so $(DESTDIR)$(PREFIX)/lib/libhuddle.so.$(VERSION)
	ln -sf libhuddle.so.$(VERSION) $(DESTDIR)$(PREFIX)/lib/$(MAJOR_LINK)
	ln -sf $(MAJOR_LINK) $(DESTDIR)$(PREFIX)/lib/libhuddle.so
	install -m 644 $(BUILD)/huddle.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/
	install -m 644 include/huddle.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 include/huddle/*.h $(DESTDIR)$(PREFIX)/include/huddle/
	install -m 644 docs/huddle.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 models/*.yaml $(DESTDIR)$(PREFIX)/share/huddle/models/
	install -m 644 models/studies/*.yaml $(DESTDIR)$(PREFIX)/share/huddle/models/studies/

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/huddle $(DESTDIR)$(PREFIX)/lib/libhuddle.* \
	  $(DESTDIR)$(PREFIX)/lib/pkgconfig/huddle.pc $(DESTDIR)$(PREFIX)/include/huddle.h \
	  $(DESTDIR)$(PREFIX)/share/man/man1/huddle.1
	rm -rf $(DESTDIR)$(PREFIX)/include/huddle $(DESTDIR)$(PREFIX)/share/huddle

clean:
	rm -rf $(BUILD)
