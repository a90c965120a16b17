# Included by each lab's Makefile: `make -C labs/uts` is `make -C ../.. build/uts`, and any other verb is
# passed on with LAB set to this lab.
#
# Above the include, a lab says what the tools ask of it. Each fact stands here and nowhere else:
#
#   sources    its C files, if it has more than NAME.c, which alone has exercises
#   libraries  those that it is linked with; without any, it is linked statically
#   part       of the course: 2; without it, 1. A student's tree has the labs of one part
#   runs-as    root, user or none: who can run it on a host. An ordinary user runs those of root inside the user lab
#   image      yes, if it gives build/image to a container (scripts/image)
#   tools      the commands that its lesson types
#   steps      what scripts/doctor tries for it: build/doctor knows each by its name. Part two's take those of `base` as well
#   peer       the command that scripts/dev/bench compares it with; without one it isn't measured

# What each program of part two begins with (common/steps.h).
base := skeleton.clone skeleton.processes skeleton.memory skeleton.descriptors uts.descriptors uts.flag uts.hostname ipc.flag pid.flag mount.flag mount.private mount.proc

# The last word, should the path have spaces.
LAB := $(lastword $(notdir $(CURDIR)))

.PHONY: build
build:
	@$(MAKE) --no-print-directory -C ../.. build/$(LAB)

%:
	@$(MAKE) --no-print-directory -C ../.. $@ LAB=$(LAB)

# Keep the rule above from making Makefiles.
Makefile ../../common/lab.mk: ;
