# nslabs: learn Linux namespaces, one clone flag at a time. `make help` lists the verbs.

# The course, in its order: each lab is the one before it and one step more.
LABS := skeleton inspect uts ipc pid mount net user nest
VERSION := 0.1.0

CFLAGS ?= -O2 -g
warnings := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
flags = -std=c11 -D_GNU_SOURCE -DNSLABS_VERSION='"$(VERSION)"' -Icommon $(warnings) $(CFLAGS)

# VARIANT=asan builds with the sanitizers of addresses and of undefined behaviour; without it, normally again.
ifeq ($(VARIANT),asan)
flags += -fsanitize=address,undefined -fno-sanitize-recover=undefined
else ifneq ($(VARIANT),)
$(error VARIANT is '$(VARIANT)'; it must be asan or empty)
endif

# Without libmnl, only net can't be built, and doctor doesn't try a veth pair.
libmnl := $(or $(wildcard /usr/include/libmnl/libmnl.h),\
	$(shell echo '#include <libmnl/libmnl.h>' | $(CC) -E - >/dev/null 2>&1 && echo there))
apart := doctor $(if $(libmnl),,veth)
common_objects := $(patsubst common/%.c,build/common/%.o,$(filter-out $(apart:%=common/%.c),$(wildcard common/*.c)))
catalogues := $(patsubst common/po/%.po,build/locale/%/LC_MESSAGES/nslabs.mo,$(wildcard common/po/*.po))

# A student's tree speaks the language that it was made in, unless NSLABS_LANG is set.
language := $(filter-out en,$(shell sed -n 's/^language //p' .starter/choices 2>/dev/null))
ifneq ($(language),)
export NSLABS_LANG ?= $(language)
endif

.DELETE_ON_ERROR:
.SECONDARY:
.SECONDEXPANSION:

.PHONY: all
all: $(LABS:%=build/%) build/doctor ## build every lab, as build/NAME

# Static programs start faster than dynamic ones, by a tenth of a container's whole launch. The sanitizers can't
# be linked so, nor can net, which calls veth.c: distributions have libmnl as a shared library only.
link := $(if $(VARIANT),,-static)
build/net: link := -lmnl
build/net: $(if $(libmnl),,build/common/veth.o)

build/%: build/labs/%.o build/common.a | $(catalogues)
	@echo '  LD  $@'
	@$(CC) $(flags) $(LDFLAGS) -o $@ build/labs/$*.o build/common.a $(link)

# Without libmnl it is made old, so that it will be linked again once libmnl is there.
build/doctor: build/common/doctor.o $(if $(libmnl),build/common/veth.o) build/common.a | $(catalogues)
	@echo '  LD  $@'
	@$(CC) $(flags) $(LDFLAGS) -o $@ $^ $(if $(libmnl),-lmnl,$(link))
	@$(if $(libmnl),,touch -d 2000-01-01 $@)

build/common.a: $(common_objects)
	@rm -f $@
	@$(AR) rcs $@ $^

build/labs/%.o: labs/$$*/$$*.c build/flags
	@mkdir -p $(@D)
	@echo '  CC  $<'
	@$(CC) $(flags) -MMD -c -o $@ $<

build/common/%.o: common/%.c build/flags
	@mkdir -p $(@D)
	@echo '  CC  $<'
	@$(CC) $(flags) -MMD -c -o $@ $<

# What the tests need and no distribution has.
build/tests/%: tests/%.c build/common.a build/flags
	@mkdir -p $(@D)
	@echo '  CC  $<'
	@$(CC) $(flags) -o $@ $< build/common.a

# {{{
# What launches are compared with: linked as most labs are.
build/bare: scripts/bare.c build/flags
	@echo '  CC  $<'
	@$(CC) $(flags) -o $@ $< $(link)

# With the programs that the tests try in the place of ours.
.PHONY: test-programs
test-programs: build/bare $(patsubst tests/%.c,build/tests/%,$(wildcard tests/*.c tests/right/*/*.c))

# Others' programs, built as they would.
build/tests/right/%: tests/right/%.c
	@mkdir -p $(@D)
	@echo '  CC  $<'
	@$(CC) -w -o $@ $<
# }}}

# Changes when the flags do, so that another VARIANT builds all anew.
build/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(flags)' | cmp -s - $@ || echo '$(flags)' >$@

build/locale/%/LC_MESSAGES/nslabs.mo: common/po/%.po
	@mkdir -p $(@D)
	@echo '  MO  $<'
	@msgfmt --check -o $@ $<

-include $(wildcard build/labs/*.d build/common/*.d)

.PHONY: FORCE
FORCE:

# The verbs that take LAB check it first.
check_lab = $(if $(filter $(LABS),$(LAB)),,$(error LAB is '$(LAB)'; it must be one of: $(LABS)))

# In a student's tree (scripts/starter) programs run on a throwaway host. There everybody is root, and needs no user lab.
stage := $(if $(wildcard .starter),scripts/stage)
around := $(if $(stage),,build/user)

.PHONY: run
run: ## run a lab: make run LAB=uts
	$(check_lab)
	@$(MAKE) --silent $(around) build/$(LAB)
	@program=$$($(stage) scripts/program $(LAB)) && echo $(stage) "$$program" && $(stage) $$program

.PHONY: host
host: ## a shell on a throwaway host; in a second terminal, on that of the first (make run)
	@scripts/stage --join bash || test $$? -ne 125 # any other status is the last command's

.PHONY: diff
diff: ## show what is new since the previous lab: make diff LAB=pid
	$(check_lab)
	@scripts/diff $(LAB)

.PHONY: trace
trace: ## show the system calls that make the container: make trace LAB=net
	$(check_lab)
	@$(MAKE) --silent $(around) build/$(LAB)
	@$(stage) scripts/trace $(LAB)

.PHONY: check
check: ## judge your program: make check LAB=uts; without LAB, all of them
	@scripts/check $(LAB)

.PHONY: hint
hint: ## help with what fails now, a little more each time: make hint LAB=uts; ALL=1 for all hints
	@scripts/hint $(LAB) $(if $(ALL),--all)

.PHONY: predict
predict: $(if $(filter skeleton,$(LAB)),build/skeleton) ## say what a command will show, and see it run: make predict LAB=uts
	@scripts/predict $(LAB)

.PHONY: next
next: ## carry your lines forward from what passes to the later labs
	@scripts/next $(LAB)

.PHONY: reset
reset: ## restore a lab's file as it was given, and keep yours beside it: make reset LAB=uts
	@scripts/reset $(LAB)

.PHONY: progress
progress: ## list the labs, and how far you are
	@scripts/progress

.PHONY: watch
watch: ## check the current lab each time that you save it
	@scripts/watch $(LAB)

.PHONY: doctor
doctor: ## say whether this machine can run the labs, and if not, why
	@scripts/doctor

# For the developers; left out of a student's tree, as is all between such braces. {{{

.PHONY: starter
starter: ## make a student's tree: make starter OUT=DIR
	@scripts/starter $(OUT)

.PHONY: tour
tour: ## run every lab in order and show host and container side by side
	@scripts/tour

.PHONY: test
test: ## run all tests, as root and as an ordinary user
	@scripts/test

.PHONY: lint
lint: ## check the style of all sources
	@scripts/lint

.PHONY: bench
bench: all build/bare ## measure what a launch costs, and a check
	@scripts/bench launch
	@scripts/bench check

.PHONY: soak
soak: all ## run each lab 200 times in a row and 50 times side by side
	@tests/soak

.PHONY: soak-judge
soak-judge: all ## judge every right and wrong program 20 times in a row, and 8 side by side
	@tests/catalogue --times 20 --jobs 1
	@tests/catalogue --times 20 --jobs 8

.PHONY: soak-grade
soak-grade: all ## grade a class of 200 three times, once killed and resumed
	@tests/class --soak 200

.PHONY: messages
messages: ## bring the catalogues of translations up to date with the sources
	@scripts/messages

.PHONY: docs
docs: docs/node_modules/.package-lock.json ## build the site, in build/site
	@cd docs && npm run --silent build

.PHONY: docs-serve
docs-serve: docs ## build the site and serve it on this machine; it says its address
	@cd docs && npm run --silent serve

.PHONY: diagrams
diagrams: $(patsubst %.dot,%.svg,$(wildcard docs/diagrams/*.dot)) ## draw the diagrams anew whose sources have changed

docs/diagrams/%.svg: docs/diagrams/%.dot docs/diagrams/style.css
	@echo '  DOT $<'
	@dot -Nshape=box -Nfontname='DejaVu Sans,sans-serif' -Efontname='DejaVu Sans,sans-serif' \
		-Gfontname='DejaVu Sans,sans-serif' -Nfontsize=12 -Efontsize=11 -Gfontsize=12 -Gnewrank=true -Gpad=0.2 -Tsvg $< | \
		sed -e '/^<!-- Generated/,/-->/d' \
			-e '/^<g id="graph0"/e echo "<style>"; cat docs/diagrams/style.css; echo "</style>"' >$@

docs/node_modules/.package-lock.json: docs/package-lock.json
	@cd docs && npm ci --no-audit --no-fund --loglevel=error

.PHONY: graph
graph: ## draw the namespaces that exist now, and who is in them: build/graph.svg, or make graph OUT=FILE
	@scripts/nsgraph $(if $(OUT),-o '$(OUT)')

.PHONY: man
man: build/man/nslabs.7 $(LABS:%=build/man/nslabs-%.1) ## build the manual pages: man build/man/nslabs.7

build/man/%: docs/man/%.scd build/flags
	@mkdir -p $(@D)
	@command -v scdoc >/dev/null || { echo 'make: scdoc is missing: scripts/setup --dev installs it' >&2; exit 1; }
	@echo '  MAN $@'
	@sed 's/@VERSION@/$(VERSION)/' $< | scdoc >$@

# The names have a prefix, since the system has a mount(1) and may have a user, a net and others.
PREFIX ?= /usr/local
installed := $(LABS:%=bin/nslabs-%) $(LABS:%=share/man/man1/nslabs-%.1) share/man/man7/nslabs.7 \
	$(catalogues:build/%=share/%) $(LABS:%=share/bash-completion/completions/nslabs-%)

.PHONY: install
install: all man ## install programs, manual pages and completion: make install PREFIX=/usr/local DESTDIR=
	@set -e; for file in $(installed); do \
		mode=644; \
		case $$file in \
		bin/*) source=build/$${file#bin/nslabs-}; mode=755 ;; \
		*/man/*) source=build/man/$${file##*/} ;; \
		*/locale/*) source=build/$${file#share/} ;; \
		*/completions/*) source=scripts/completion.bash ;; \
		esac; \
		install -D -m $$mode $$source "$(DESTDIR)$(PREFIX)/$$file"; \
	done

.PHONY: uninstall
uninstall: ## remove what make install has installed, with the same PREFIX and DESTDIR
	@for file in $(installed); do rm -f "$(DESTDIR)$(PREFIX)/$$file" || exit; done

# }}}

.PHONY: clean
clean: ## remove what was built
	rm -rf build

# Before set-up there may be no Python.
translate := $(if $(wildcard /usr/bin/python3),scripts/translate,cat)

.PHONY: help
help: ## list the verbs
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' Makefile | $(translate) | expand -t 12
	@echo "$$(echo 'LAB is one of: ' | $(translate))$(LABS)"

# The verbs speak it from the first on, not only when something has been built.
ifneq ($(language),)
check hint predict next reset progress watch doctor host help: | $(if $(shell command -v msgfmt),$(catalogues))
endif
