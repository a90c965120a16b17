# The verbs that a student's tree doesn't have, and what they build. The Makefile includes this.

# What launches are compared with: linked as most labs are.
build/bare: scripts/dev/bare.c build/flags
	@echo '  CC  $<'
	@$(CC) $(flags) -o $@ $< $(call link_with,)

# Programs that the tests need.
build/tests/%: tests/helper/%.c build/common.a build/flags
	@mkdir -p $(@D)
	@echo '  CC  $<'
	@$(CC) $(flags) -o $@ $< build/common.a

# Other people's programs, built as their authors would.
build/tests/labs/%: tests/labs/%.c
	@mkdir -p $(@D)
	@echo '  CC  $<'
	@$(CC) -w -o $@ $<

# Every program that the tests run besides the labs.
.PHONY: test-programs
test-programs: build/bare $(patsubst %.c,build/show/%,$(notdir $(wildcard labs/*/show/*.c)))
test-programs: $(patsubst tests/helper/%.c,build/tests/%,$(wildcard tests/helper/*.c))
test-programs: $(patsubst tests/%.c,build/tests/%,$(wildcard tests/labs/*/right/tutorial.c))

.PHONY: starter
starter: ## make a student's tree: make starter OUT=DIR
	@scripts/starter $(OUT)

.PHONY: tour
tour: ## run every lab in order and show host and container side by side
	@scripts/tour

.PHONY: test
test: ## run all tests but the long ones, as root and as an ordinary user
	@scripts/test

.PHONY: test-long
test-long: ## run the long tests: half an hour
	@scripts/test --long

.PHONY: faults
faults: ## try all that docs/faults.md names, and write the results there; VARIANT=asan for the sanitizers
	@scripts/dev/faults

.PHONY: lint
lint: ## check the style of all sources
	@scripts/dev/lint

.PHONY: bench
bench: all build/bare ## measure what a launch and a check cost
	@scripts/dev/bench launch
	@scripts/dev/bench check

.PHONY: kernels
kernels: ## run the labs and their checks on Debian's kernels, in virtual machines
	@scripts/dev/kernels

.PHONY: soak
soak: all ## start labs in every mixture for some minutes: make soak MINUTES=10
	@tests/machines/soak $(or $(MINUTES),10)

.PHONY: mutants
mutants: ## plant faults in common/ and the labs, and list those that no test notices: make mutants MINUTES=60
	@scripts/dev/mutants --minutes $(or $(MINUTES),60)

.PHONY: soak-judge
soak-judge: all test-programs ## judge every right and wrong program 20 times in a row and 6 side by side, and once in the sandbox
	@tests/judge/catalogue --times 20 --jobs 1
	@tests/judge/catalogue --times 20 --jobs 6
	@tests/judge/catalogue --sandbox

.PHONY: soak-grade
soak-grade: all test-programs ## grade a class of 200 three times, once killed and resumed
	@tests/grade/class --soak 200

.PHONY: autograders
autograders: all ## try the packages for Gradescope and Autolab on a bare Debian
	@tests/grade/autograders

.PHONY: machines
machines: ## try bare Debians, and put what was seen into docs/machines.md: make machines, or with SUITE=trixie
	@scripts/dev/machines $(SUITE)

.PHONY: messages
messages: ## bring the translations up to date with the sources
	@scripts/dev/messages

.PHONY: docs
docs: docs/node_modules/.package-lock.json ## build the site, in build/site
	@cd docs && npm run --silent build

.PHONY: docs-serve
docs-serve: docs ## build the site, serve it on this machine, and print its address
	@cd docs && npm run --silent serve

.PHONY: slides
slides: docs/node_modules/.package-lock.json ## make the slides of the four sessions, in build/slides
	@scripts/dev/slides

dots := $(wildcard labs/*/show/*.dot common/show/*.dot docs/*.dot)
diagrams := $(dots:.dot=.svg) $(dots:.dot=.zh-CN.svg)

.PHONY: diagrams
diagrams: $(diagrams) ## redraw the diagrams whose sources have changed, in both languages

draw = @echo '  DOT $@'; scripts/dev/draw $< >$@
$(diagrams): docs/diagram.css scripts/dev/draw
$(dots:.dot=.svg): export NSLABS_LANG := en
$(dots:.dot=.svg): %.svg: %.dot
	$(draw)
$(dots:.dot=.zh-CN.svg): export NSLABS_LANG := zh_CN
$(dots:.dot=.zh-CN.svg): %.zh-CN.svg: %.dot $(catalogues)
	$(draw)

# Two tests may want it at the same time, and npm(1) removes what is there first.
docs/node_modules/.package-lock.json: docs/package-lock.json
	@cd docs && flock package-lock.json sh -c '[ node_modules/.package-lock.json -nt package-lock.json ] || \
		npm ci --no-audit --no-fund --loglevel=error'

.PHONY: graph
graph: ## draw the namespaces that exist now, and their processes: build/graph.svg, or make graph OUT=FILE
	@scripts/nsgraph $(if $(OUT),-o '$(OUT)')

# man(1) breaks Chinese lines only if the path says, as where they are installed, that the page is Chinese.
manuals := $(addprefix build/man/,nslabs.7 $(LABS:%=nslabs-%.1) zh_CN/man7/nslabs.7 $(LABS:%=zh_CN/man1/nslabs-%.1))

.PHONY: man
man: $(manuals) ## build the manual pages: man build/man/nslabs.7

# $(call make_manual,LANGUAGE): of nslabs(7), the list of the programs is made of the lines "nslabs-uts - run COMMAND in ..."
# of their own manuals.
define make_manual
@mkdir -p $(@D)
@command -v scdoc >/dev/null || { echo 'make: scdoc is missing: scripts/setup --dev installs it' >&2; exit 1; }
@echo '  MAN $@'
@sed -n 's/^\(nslabs-[a-z]*\) - \(.*\)/*\1*(1)\n\t\2\n/p' $(LABS:%=labs/%/show/manual$(1).scd) >$@.labs
@sed -e 's/@VERSION@/$(VERSION)/' -e '/^@LABS@$$/{r $@.labs' -e 'd}' $< | scdoc >$@
@rm $@.labs
endef

build/man/nslabs-%.1: labs/%/show/manual.scd build/flags
	$(make_manual)
build/man/zh_CN/man1/nslabs-%.1: labs/%/show/manual.zh-CN.scd build/flags
	$(make_manual)
build/man/nslabs.7: docs/nslabs.7.scd $(LABS:%=labs/%/show/manual.scd) build/flags
	$(make_manual)
build/man/zh_CN/man7/nslabs.7: docs/nslabs.7.zh-CN.scd $(LABS:%=labs/%/show/manual.zh-CN.scd) build/flags
	$(call make_manual,.zh-CN)

# Installed names have a prefix: the system has a mount(1), and may have a user or a net.
PREFIX ?= /usr/local
installed := $(LABS:%=bin/nslabs-%) $(foreach language,man man/zh_CN,$(LABS:%=share/$(language)/man1/nslabs-%.1) share/$(language)/man7/nslabs.7) \
	$(if $(sort $(foreach lab,$(LABS),$(call image_of,$(lab)))),bin/nslabs-image) $(catalogues:build/%=share/%) $(LABS:%=share/bash-completion/completions/nslabs-%)

.PHONY: install
install: all man ## install programs, manual pages and completion: make install PREFIX=/usr/local DESTDIR=
	@set -e; for file in $(installed); do \
		mode=644; \
		case $$file in \
		bin/nslabs-image) source=scripts/image; mode=755 ;; \
		bin/*) source=build/$${file#bin/nslabs-}; mode=755 ;; \
		*/zh_CN/man?/*) source=build/$${file#share/} ;; \
		*/man/*) source=build/man/$${file##*/} ;; \
		*/locale/*) source=build/$${file#share/} ;; \
		*/completions/*) source=scripts/lib/completion.bash ;; \
		esac; \
		install -D -m $$mode $$source "$(DESTDIR)$(PREFIX)/$$file"; \
	done

.PHONY: uninstall
uninstall: ## remove what make install installed; give the same PREFIX and DESTDIR
	@for file in $(installed); do rm -f "$(DESTDIR)$(PREFIX)/$$file" || exit; done
