# Frontrow's build. Targets: all, bench, test, lint, fuzz, san, clean. BUILD=dir chooses the output
# folder, SANITIZE=1 builds with ASan and UBSan.

BUILD   ?= build
CC      ?= cc
# The client library: MariaDB's, else MySQL's.
SQL      = $(shell pkg-config --exists libmariadb && echo libmariadb || echo mysqlclient)
PKGS     = $(SQL) json-c libjwt uuid libcrypto libcurl libqrencode
CFLAGS  ?= -O2 -g
WARN     = -Wall -Wextra -Wshadow -Wformat=2 -Wstrict-prototypes -Wmissing-prototypes -Werror
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE $(WARN) $(CFLAGS) $(SAN) -pthread -Iinclude -I$(BUILD)/gen \
             $(shell pkg-config --cflags $(PKGS))
LIBS     = -Wl,--as-needed -lfcgi $(shell pkg-config --libs $(PKGS)) -lunistring -lm
TEST_LIBS = -lcunit

ifdef SANITIZE
SAN = -fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined
endif

LIB_SRC  = $(sort $(wildcard app/base/*.c app/db/*.c app/domain/*.c app/http/*.c))
LIB_OBJ  = $(LIB_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/migrations.o
# The operator's tool alone plays sales: its load generator is no part of the library.
SALE_SRC = $(sort $(wildcard app/load/*.c))
CTL_SRC  = $(sort $(wildcard app/ctl*.c)) $(SALE_SRC)
# The units' own, and those of the load generator and the soak that have units to test.
UNIT_SRC = tests/suite.c $(sort $(wildcard tests/unit/*.c)) $(SALE_SRC) \
           $(filter-out tests/soak/soak.c,$(sort $(wildcard tests/soak/*.c)))
API_SRC  = tests/suite.c $(sort $(wildcard tests/api/*.c))
# The faults' own, and of the API's tests what all of these stand on.
FAULTS_SRC = tests/suite.c $(sort $(wildcard tests/faults/*.c)) \
             $(foreach name,api own check world token proc,tests/api/$(name).c)
LOAD_SRC = $(filter-out tests/bench/listeners.c tests/bench/constant.c tests/bench/rush%, \
             $(sort $(wildcard tests/bench/*.c)))
SOAK_SRC = $(sort $(wildcard tests/soak/*.c))
PROGRAMS = $(BUILD)/frontrow $(BUILD)/frontrow-worker $(BUILD)/frontrow-cron
TESTS    = $(BUILD)/test-unit $(BUILD)/test-api $(BUILD)/test-faults $(BUILD)/frontrow-soak
BENCHES  = $(BUILD)/bench-listeners $(BUILD)/bench-load $(BUILD)/bench-constant \
           $(BUILD)/bench-rush
C_FILES  = $(sort $(wildcard app/*.[ch] app/*/*.c include/*/*.h tests/*.[ch] tests/*/*.[ch]))

.PHONY: all tests bench test lint fuzz san clean
.DELETE_ON_ERROR:

all: $(PROGRAMS)

tests: $(TESTS) $(BENCHES)

test:
	scripts/test

$(BUILD)/libfrontrow.a: $(LIB_OBJ)
	rm -f $@
	$(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/frontrow: $(CTL_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/libfrontrow.a
$(BUILD)/frontrow $(BUILD)/test-unit: LIBS += -lhttp_parser -lssl
$(BUILD)/frontrow-worker: $(BUILD)/obj/app/worker.o $(BUILD)/libfrontrow.a
$(BUILD)/frontrow-cron: $(BUILD)/obj/app/cron.o $(BUILD)/libfrontrow.a
$(PROGRAMS):
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/test-unit: $(UNIT_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/libfrontrow.a
$(BUILD)/test-api: $(API_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/libfrontrow.a
$(BUILD)/test-faults: $(FAULTS_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/libfrontrow.a
$(BUILD)/frontrow-soak: $(SOAK_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/libfrontrow.a
$(TESTS):
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(TEST_LIBS) $(LIBS)

bench: $(BENCHES)

$(BUILD)/bench-listeners: $(BUILD)/obj/tests/bench/listeners.o
$(BUILD)/bench-load: $(LOAD_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/libfrontrow.a
$(BUILD)/bench-rush: $(BUILD)/obj/tests/bench/rush.o $(BUILD)/obj/tests/bench/rush_ask.o
$(BUILD)/bench-constant: $(BUILD)/obj/tests/bench/constant.o $(BUILD)/libfrontrow.a
$(BENCHES):
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# The compiler and its flags, so that changing them rebuilds.
ifneq ($(strip $(shell cat $(BUILD)/flags 2>/dev/null)),$(strip $(CC) $(ALL_CFLAGS)))
$(BUILD)/flags: FORCE
endif
$(BUILD)/flags:
	@mkdir -p $(BUILD)
	@echo '$(CC) $(ALL_CFLAGS)' > $@
FORCE:

$(BUILD)/obj/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -c -o $@ $<

# The migrations travel inside the programs, so that a program always knows its schema.
$(BUILD)/gen/migrations.c: schema/embed.sh $(sort $(wildcard schema/*.sql)) $(BUILD)/flags
	@mkdir -p $(@D)
	sh schema/embed.sh $(filter %.sql,$^) > $@

$(BUILD)/obj/gen/migrations.o: $(BUILD)/gen/migrations.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

lint:
	scripts/lint

fuzz:
	FRONTROW_BUILD=$(BUILD) scripts/fuzz

san:
	$(MAKE) SANITIZE=1 BUILD=$(BUILD)/san CFLAGS="-O1 -g" all tests
	FRONTROW_BUILD=$(BUILD)/san scripts/test

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
