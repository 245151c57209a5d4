# SPDX-License-Identifier: GPL-3.0-or-later
# huddle: `make demo` runs the main job, `make check` the tests; both set up what they need.
# `make help` lists the targets. BUILD, CC, CFLAGS, LDFLAGS, PREFIX and DESTDIR are respected.

VERSION   := 0.1.0
SOVERSION := 0
BUILD     ?= build
PREFIX    ?= /usr/local
CFLAGS    ?= -O3 -g
WARNINGS  := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Werror
PACKAGES  := gsl yaml-0.1 fftw3 lapacke netcdf muparser openblas
PKG_CFLAGS = $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lsundials_cvode -lsundials_nvecserial -lsundials_sunlinsolspgmr -lm

ALL_CFLAGS = -std=c11 -fPIC -fvisibility=hidden -ffp-contract=off $(WARNINGS) $(CFLAGS) \
             -Iinclude -Isrc -I$(BUILD)/generated $(PKG_CFLAGS) -DHUD_VERSION=\"$(VERSION)\" -MMD -MP

LIB_SOURCES := $(sort $(filter-out src/cli/%,$(wildcard src/*/*.c)))
CLI_SOURCES := $(sort $(wildcard src/cli/*.c))
LIB_OBJECTS := $(LIB_SOURCES:%.c=$(BUILD)/%.o)
CLI_OBJECTS := $(CLI_SOURCES:%.c=$(BUILD)/%.o)
TESTS       := $(patsubst tests/%.c,$(BUILD)/tests/%,$(sort $(wildcard tests/test_*.c)))

.PHONY: all help
all: $(BUILD)/huddle

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c $< -o $@

$(BUILD)/libhuddle.a: $(LIB_OBJECTS)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/huddle: $(CLI_OBJECTS) $(BUILD)/libhuddle.a
	$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/tests/%: $(BUILD)/tests/%.o $(BUILD)/tests/support.o $(BUILD)/libhuddle.a
	$(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(PKG_LIBS)

.PHONY: tests
tests: $(TESTS)

.PRECIOUS: $(BUILD)/tests/%.o
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
