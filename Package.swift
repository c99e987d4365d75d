// swift-tools-version: 6.1
import PackageDescription

// libtorch and libvips are found through pkg-config: `make setup` writes likeness-torch.pc under
// .deps/pkgconfig, and the Makefile passes that folder on. No unsafe flags, so other packages may
// depend on these products.
let package = Package(
    name: "Likeness",
    platforms: [.macOS(.v14)],
    products: [
        .executable(name: "likeness", targets: ["likeness"]),
        .library(name: "Torch", targets: ["Torch"]),
        .library(name: "Layers", targets: ["Layers"]),
        .library(name: "Checkpoints", targets: ["Checkpoints"]),
        .library(name: "Images", targets: ["Images"]),
        .library(name: "Diffusion", targets: ["Diffusion"]),
        .library(name: "Faces", targets: ["Faces"]),
        .library(name: "World", targets: ["World"]),
        .library(name: "Figures", targets: ["Figures"]),
        .library(name: "Evaluation", targets: ["Evaluation"]),
        .library(name: "Training", targets: ["Training"]),
        .library(name: "Miniature", targets: ["Miniature"]),
        .library(name: "ICPortrait", targets: ["ICPortrait"]),
        .library(name: "ModelLibrary", targets: ["ModelLibrary"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // ComfyUI's extra_model_paths.yaml and the heads of model cards are YAML.
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibTorch", pkgConfig: "likeness-torch"),
        .systemLibrary(
            name: "CLibVips", pkgConfig: "likeness-vips",
            providers: [.apt(["libvips-dev"]), .brew(["vips"])]),
        .systemLibrary(
            name: "CLibEmbree", pkgConfig: "likeness-embree",
            providers: [.apt(["libembree-dev"]), .brew(["embree"])]),

        .target(name: "CTorch", dependencies: ["CLibTorch"]),
        .target(name: "CKernels", dependencies: ["CLibTorch"]),
        .target(name: "CVips", dependencies: ["CLibVips"]),
        .target(name: "CRays", dependencies: ["CLibEmbree"]),
        .target(name: "Torch", dependencies: ["CTorch", "CKernels"]),
        .target(name: "Layers", dependencies: ["Torch"]),
        .target(name: "Checkpoints", dependencies: ["Torch", "Layers"]),
        .target(name: "Images", dependencies: ["Torch", "CVips"]),
        .target(name: "Diffusion", dependencies: ["Torch", "Layers", "Checkpoints", "Images"]),
        .target(
            name: "ModelLibrary",
            dependencies: [
                "Checkpoints", "Diffusion", .product(name: "Yams", package: "Yams"),
            ]),
        .target(name: "Faces", dependencies: ["Torch", "Layers", "Checkpoints", "Images"]),
        .target(
            name: "World",
            dependencies: ["Torch", "Checkpoints", "Images", "Faces", "CRays"]),
        .target(name: "Figures", dependencies: ["Images", "Checkpoints"]),
        .target(
            name: "Training",
            dependencies: ["Torch", "Layers", "Checkpoints", "Images", "Diffusion", "Figures"]),
        .target(
            name: "Evaluation",
            dependencies: ["Torch", "Layers", "Checkpoints", "Images", "Figures"]),
        .target(
            name: "Miniature",
            dependencies: [
                "Torch", "Layers", "Checkpoints", "Images", "Diffusion", "Faces", "World",
                "Training", "Evaluation", "Figures", "ICPortrait",
            ]),
        .target(
            name: "ICPortrait",
            dependencies: [
                "Torch", "Layers", "Checkpoints", "Images", "Diffusion", "Faces", "Training",
            ]),
        .executableTarget(
            name: "likeness",
            dependencies: [
                "Torch", "CTorch", "Layers", "Checkpoints", "Images", "Diffusion", "Faces", "World",
                "Training", "Miniature", "Evaluation", "Figures", "ICPortrait", "ModelLibrary",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .target(name: "TestSupport", dependencies: ["Torch", "Checkpoints"]),
        .testTarget(name: "TorchTests", dependencies: ["Torch", "CTorch", "TestSupport"]),
        .testTarget(name: "LayersTests", dependencies: ["Layers", "Checkpoints", "TestSupport"]),
        .testTarget(
            name: "CheckpointsTests", dependencies: ["Checkpoints", "Layers", "TestSupport"]),
        .testTarget(name: "ImagesTests", dependencies: ["Images", "TestSupport"]),
        .testTarget(
            name: "DiffusionTests",
            dependencies: ["Diffusion", "Torch", "Layers", "Checkpoints", "TestSupport"]),
        .testTarget(
            name: "FacesTests",
            dependencies: ["Faces", "Images", "Layers", "Torch", "Checkpoints", "TestSupport"]),
        .testTarget(
            name: "WorldTests",
            dependencies: ["World", "Faces", "Images", "Torch", "Checkpoints", "TestSupport"]),
        .testTarget(
            name: "FiguresTests",
            dependencies: ["Figures", "Images", "Checkpoints", "TestSupport"]),
        .testTarget(
            name: "EvaluationTests",
            dependencies: [
                "Evaluation", "Figures", "Images", "Torch", "Layers", "Checkpoints", "TestSupport",
            ]),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Diffusion", "Images", "Layers", "Torch", "Checkpoints", "TestSupport",
            ]),
        .testTarget(
            name: "MiniatureTests",
            dependencies: ["Miniature", "Training", "Diffusion", "Faces", "TestSupport"]),
        .testTarget(
            name: "ICPortraitTests",
            dependencies: [
                "ICPortrait", "Diffusion", "Faces", "Images", "Training", "Layers", "Torch",
                "Checkpoints", "TestSupport",
            ]),
        .testTarget(
            name: "ModelLibraryTests",
            dependencies: ["ModelLibrary", "Checkpoints", "Torch", "TestSupport"]),
        .testTarget(name: "LikenessTests", dependencies: ["TestSupport", "Images", "Checkpoints"]),
    ],
    cxxLanguageStandard: .cxx20
)

// `make docs` only: users of the package need no documentation plugin.
if Context.environment["LIKENESS_DOCS"] != nil {
    package.dependencies.append(
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"))
}
