# Copies of the tree that is the current directory, for tests that change something in it. helpers.bash and scripts/test
# load this.

# copy_tree DIRECTORY: make it a copy of the tree, with what is built.
copy_tree() {
	pack_tree | unpack_tree "$1"
}

# copy_sources DIRECTORY: the same without what is built, and what Python has compiled.
copy_sources() {
	pack_tree --exclude=./build --exclude=__pycache__ | unpack_tree "$1"
}

# What npm has fetched and made is large, and only tests/docs/site.bats needs it; so are bare-root's roots, and kernels.
pack_tree() {
	tar --create --exclude=./.git --exclude=./docs/node_modules --exclude=./build/site --exclude=./build/vitepress \
		--exclude=./build/{roots,kernels,machines,mutants,python,layer} "$@" .
}

unpack_tree() {
	mkdir "$1"
	tar --extract --directory "$1"
}
