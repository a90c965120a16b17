# nslabs: learn Linux namespaces, one clone flag at a time. `make help` lists the verbs.

# The course, in order. This is the only list of the labs: everything else follows from it and from the directories.
LABS := skeleton inspect uts ipc pid mount net user nest join init time bridge root overlay
# Labs that are built as well, and are no exercise: a student's tree of part two has the user lab, in which its labs run.
GIVEN :=
VERSION := 0.1.0

CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
flags = -std=c11 -D_GNU_SOURCE -DNSLABS_VERSION='"$(VERSION)"' -Icommon $(warnings) $(hardening) $(CFLAGS)

# Static programs start faster than dynamic ones, by a tenth of a container's whole launch. The sanitizers can't be
# linked statically, nor can a lab with libraries: distributions have libmnl as a shared library only.
static := -static-pie

# What distributions harden their programs with, see gcc(1) and ld(1). Fortified functions need an optimizing compiler.
hardening = -fPIE -fstack-protector-strong $(if $(filter -O%,$(filter-out -O0,$(CFLAGS))),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
hardened := -Wl,-z,relro,-z,now

# VARIANT=asan builds with the sanitizers for addresses and undefined behaviour.
ifeq ($(VARIANT),asan)
hardening := -fsanitize=address,undefined -fno-sanitize-recover=undefined
hardened :=
static :=
else ifneq ($(VARIANT),)
$(error VARIANT is '$(VARIANT)'; it must be asan or empty)
endif

# Without libmnl, net and bridge can't be built, and the doctor tries neither a veth pair nor a bridge.
libmnl := $(or $(wildcard /usr/include/libmnl/libmnl.h),\
	$(shell echo '#include <libmnl/libmnl.h>' | $(CC) -E - >/dev/null 2>&1 && echo there))
left_out := common/doctor.c common/filter.c $(if $(libmnl),,common/veth.c)
common_objects := $(patsubst %.c,build/%.o,$(filter-out $(left_out),$(wildcard common/*.c)))
# Without gettext, all is built, and speaks English.
msgfmt := $(wildcard $(patsubst %,%/msgfmt,$(subst :, ,$(PATH))))
catalogues := $(if $(msgfmt),$(patsubst common/po/%.po,build/locale/%/LC_MESSAGES/nslabs.mo,$(wildcard common/po/*.po)))

# A student's tree speaks the language that it was made in, unless NSLABS_LANG is set.
language := $(filter-out en,$(shell sed -n 's/^language //p' .starter/choices 2>/dev/null))
ifneq ($(language),)
export NSLABS_LANG ?= $(language)
endif

.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:

programs := $(addprefix build/,$(LABS) $(GIVEN))

.PHONY: all
all: $(programs) build/doctor build/filter $(sort $(foreach lab,$(LABS),$(call image_of,$(lab)))) $(catalogues) ## build every lab, as build/NAME
	@$(if $(msgfmt),,echo 'make: messages are in English alone, since msgfmt is missing: scripts/setup installs it' >&2)

# $(call fact,LAB,NAME): what a lab says of itself in its Makefile; common/lab.mk lists the names.
fact = $(if $(findstring $(2) :=,$(file <labs/$(1)/Makefile)),$(shell sed -n 's/^$(2) := //p' labs/$(1)/Makefile))

# The image that a lab gives to its container. In the sandbox, where programs are only compiled, there is no script.
image_of = $(if $(wildcard scripts/image),$(if $(call fact,$(1),image),image))

libraries = $(addprefix -l,$(call fact,$*,libraries))
# $(call link_with,LIBRARIES): the options of the linker.
link_with = $(hardened) $(if $(1),-pie $(1),$(static))
link = $(call link_with,$(libraries))

objects = $(patsubst %.c,build/labs/$(1)/%.o,$(or $(call fact,$(1),sources),$(1).c))

$(programs): build/%: $$(call objects,$$*) build/common.a | $(catalogues) $$(call image_of,$$*)
	@echo '  LD  $@'
	@$(CC) $(flags) $(LDFLAGS) -o $@ $(filter %.o,$^) build/common.a $(link)

# veth.o is named, since doctor.c refers to it weakly, and a weak reference takes nothing out of an archive. Without libmnl the
# doctor is made to look old, so that it is linked again when libmnl comes.
build/doctor: build/common/doctor.o $(if $(libmnl),build/common/veth.o) build/common.a | $(catalogues)
	@echo '  LD  $@'
	@$(CC) $(flags) $(LDFLAGS) -o $@ $^ $(call link_with,$(if $(libmnl),-lmnl))
	@$(if $(libmnl),,touch -d 2000-01-01 $@)

build/filter: build/common/filter.o build/common.a | $(catalogues)
	@echo '  LD  $@'
	@$(CC) $(flags) $(LDFLAGS) -o $@ $^ $(call link_with,)

build/common.a: $(common_objects)
	@rm -f $@
	@$(AR) rcs $@ $^

build/labs/%.o: labs/%.c build/flags
	@mkdir -p $(@D)
	@echo '  CC  $<'
	@$(CC) $(flags) -MMD -c -o $@ $<

build/common/%.o: common/%.c build/flags
	@mkdir -p $(@D)
	@echo '  CC  $<'
	@$(CC) $(flags) -MMD -c -o $@ $<

# What else a lesson runs: labs/NAME/show/PROGRAM.c is build/show/PROGRAM. It may have to run where there are no libraries.
build/show/%: $$(wildcard labs/*/show/$$*.c) build/flags
	@mkdir -p $(@D)
	@echo '  CC  $<'
	@$(CC) -std=c11 -D_GNU_SOURCE $(warnings) $(CFLAGS) -static -o $@ $<

# By this name it is made even if the program that wants it is there already.
.PHONY: image
image: build/image ## make the image of a small system, build/image

# Without busybox-static, the rest is built all the same.
build/image: scripts/image
	@echo '  IMG $@'
	@scripts/image $@ || true

# This file changes when the flags do, so that everything is built anew for another VARIANT.
build/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(flags)' | cmp -s - $@ || echo '$(flags)' >$@

build/locale/%/LC_MESSAGES/nslabs.mo: common/po/%.po
	@mkdir -p $(@D)
	@echo '  MO  $<'
	@msgfmt --check -o $@ $<

-include $(wildcard build/labs/*/*.d build/common/*.d)

.PHONY: FORCE
FORCE:

# Where no script can be executed, say why before a shell says that it can't. Programs can be built there.
ifneq ($(filter-out all clean build/%,$(MAKECMDGOALS)),)
cannot_run := $(shell test -x scripts/check || { find scripts/check -perm -100 | grep -q . && echo noexec || echo modes; })
ifeq ($(cannot_run),noexec)
$(error $(shell echo 'this tree is on a file system that runs no programs (noexec): move it to another one' | sh scripts/lib/translate))
else ifeq ($(cannot_run),modes)
$(error $(shell echo 'run `chmod -R +x .`: the scripts have lost their x bits, as in some zip files' | sh scripts/lib/translate))
endif
endif

# Each verb that takes LAB checks it first.
check_lab = $(if $(filter $(LABS),$(LAB)),,$(error LAB='$(LAB)'; $(shell echo 'it must be one of: ' | scripts/lib/translate)$(LABS)))

# In a student's tree (scripts/starter) programs that need root run on a throwaway host. You are root there, and need no
# user lab. The others are for ordinary users: they run there only if you are root outside as well.
needs_root = $(filter root,$(call fact,$(LAB),runs-as))
stage = $(if $(wildcard .starter),$(if $(needs_root)$(filter 0,$(shell id -u)),scripts/stage))
around = $(if $(stage),,$(if $(needs_root),build/user))

# The shell that a verb opens is no part of this make, nor is LAB meant for what is typed there.
open := env -u MAKELEVEL -u MAKEFLAGS -u MFLAGS -u MAKE_TERMOUT -u MAKE_TERMERR -u LAB -u ARGS

.PHONY: run
run: ## run a lab: make run LAB=uts; ARGS='...' for its options and command
	$(check_lab)
	@$(MAKE) --silent $(around) build/$(LAB)
	@program=$$($(stage) scripts/lib/program $(LAB)) && echo $(stage) "$$program" $(ARGS) && \
		$(open) $(stage:%=% --announce) $$program $(ARGS)

# A status other than 125 is that of the last command.
.PHONY: host
host: ## open a shell on a throwaway host, or on the one that runs in another terminal
	@$(open) scripts/stage --join bash --rcfile scripts/lib/hostrc || test $$? -ne 125

.PHONY: diff
diff: ## show what is new since the previous lab: make diff LAB=pid
	$(check_lab)
	@scripts/diff $(LAB)

.PHONY: trace
trace: ## show the system calls that make the container: make trace LAB=net
	$(check_lab)
	@$(MAKE) --silent $(around) build/$(LAB)
	@$(stage) scripts/trace $(LAB)

# With status 77 nothing fails, and what is blocked is said.
.PHONY: check
check: ## judge your program: make check LAB=uts; without LAB, all of them
	@scripts/check --remarks $(LAB) || test $$? -eq 77

.PHONY: hint
hint: ## get help with what fails, a little more each time: make hint LAB=uts; ALL=1 for all hints
	@scripts/hint $(LAB) $(if $(ALL),--all)

.PHONY: predict
predict: $(if $(filter-out skeleton,$(LAB)),,build/skeleton) ## predict what a command will show, then see it run: make predict LAB=uts
	@scripts/predict $(LAB)

.PHONY: next
next: ## copy your lines from the labs that pass to the later ones
	@scripts/next $(LAB)

.PHONY: reset
reset: ## restore a lab's original file, and keep yours beside it: make reset LAB=uts
	@scripts/reset $(LAB)

.PHONY: progress
progress: ## list the labs and your progress
	@scripts/progress

.PHONY: watch
watch: ## check the current lab each time you save it
	@scripts/watch $(LAB)

.PHONY: doctor
doctor: ## say whether this machine can run the labs, and if not, why
	@scripts/doctor

# The verbs that a student's tree doesn't have.
-include scripts/dev/dev.mk

.PHONY: clean
clean: ## remove what was built
	rm -rf build

.PHONY: help
help: ## list the verbs
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(filter Makefile %/dev.mk,$(MAKEFILE_LIST)) | scripts/lib/translate | expand -t 12
	@echo "$$(echo 'LAB is one of: ' | scripts/lib/translate)$(LABS)"

# The verbs speak that language from the start, not only after a build.
ifneq ($(language),)
run host diff trace check hint predict next reset progress watch doctor help: | $(catalogues)
endif
