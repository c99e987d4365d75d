# Everything from a bare machine with Swift 6.3: `make test`, `make demo`. See CONTRIBUTING.md.
#
#   make build     set up, then build the release binary        .build/release/likeness
#   make test      set up, build, and run all tests; FILTER=Name runs some
#   make demo      set up, build, and show the main job
#   make bench     the benchmarks of this machine, beside diffusers and PyTorch (two hours; PARTS, ROUNDS)
#   make parity    live comparison with the Python references (a virtual environment of its own)
#   make format    rewrite the sources to the house format; make lint only checks
#   make docs      the public API as DocC pages, under .build/docs
#   make install   PREFIX=/usr/local: a binary that needs neither this checkout nor Swift
#
# LIKENESS_TORCH=DIR uses another libtorch (2.11 or later, CUDA builds too).

SHELL := /bin/sh
PREFIX ?= /usr/local
ROOT := $(CURDIR)
export PKG_CONFIG_PATH := $(ROOT)/.deps/pkgconfig:$(PKG_CONFIG_PATH)

ORIGIN := $(if $(filter Darwin,$(shell uname)),@loader_path,$$ORIGIN)
# The checkout's libtorch, wherever the checkout is moved to; and, installed, the copy beside it.
RPATHS := '$(ORIGIN)/../../../.deps/torch/lib' '$(ROOT)/.deps/torch/lib' '$(ORIGIN)/../lib/likeness'
LINK := $(foreach path,$(RPATHS),-Xlinker -rpath -Xlinker $(path))
SWIFT_FLAGS := -c release $(LINK)
LIKENESS := .build/release/likeness

.PHONY: setup build test demo bench parity format lint docs install clean

setup:
	@sh Scripts/setup-system.sh
	@sh Scripts/setup-torch.sh

build: setup
	swift build $(SWIFT_FLAGS) --product likeness

test: setup
	swift build $(SWIFT_FLAGS) --build-tests
	swift test $(SWIFT_FLAGS) --skip-build $(if $(FILTER),--filter $(FILTER))

demo: build
	@sh Scripts/demo.sh $(LIKENESS)

bench: build
	@sh Scripts/setup-parity.sh
	@sh Scripts/bench.sh $(LIKENESS)

parity: build
	@sh Scripts/setup-parity.sh
	@sh Scripts/parity.sh $(LIKENESS)

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests

docs: setup
	@mkdir -p .build/docs
	@for target in Torch Layers Checkpoints Images Diffusion Faces World Figures Evaluation Training \
	    ICPortrait Miniature; do \
	    LIKENESS_DOCS=1 swift package --scratch-path .build-docs --allow-writing-to-directory .build/docs \
	        generate-documentation --target $$target --warnings-as-errors \
	        --output-path .build/docs/$$target || exit 1; \
	done

install: setup
	swift build $(SWIFT_FLAGS) --product likeness --static-swift-stdlib --scratch-path .build-install
	sh Scripts/install.sh .build-install/release/likeness '$(PREFIX)'

clean:
	rm -rf .build .build-install .build-docs
