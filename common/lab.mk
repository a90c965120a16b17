# Included by each lab's Makefile: `make -C labs/uts` is `make -C ../.. build/uts`, and any other verb is passed on
# with LAB set to this lab: the last word, if the path has spaces.
LAB := $(lastword $(notdir $(CURDIR)))

.PHONY: build
build:
	@$(MAKE) --no-print-directory -C ../.. build/$(LAB)

%:
	@$(MAKE) --no-print-directory -C ../.. $@ LAB=$(LAB)

# Makefiles are not to be made by the rule above.
Makefile ../../common/lab.mk: ;
