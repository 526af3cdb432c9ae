// swift-tools-version: 6.2
import PackageDescription

/// Settings every target compiles with; the house rules a compiler can hold us to.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library target. `dependencies` may name only targets that stand above it in this file.
func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// The tests of one target.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: settings)
}

let package = Package(
  name: "graft",
  products: [
    .library(name: "Graft", targets: ["Graft"]),
    .executable(name: "graft", targets: ["GraftCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "CICU", pkgConfig: "icu-i18n", providers: [.apt(["libicu-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CLinux"),
    .target(name: "CKernels"),
    .systemLibrary(name: "HNSWLib", providers: [.apt(["libhnswlib-dev"])]),
    .target(name: "CHNSW", dependencies: ["CKernels", "HNSWLib"]),
    library("ByteIO", ["CLinux"]),
    library("Normalization", ["CICU", "ByteIO"]),
    library("Tokenization", ["ByteIO", "Normalization"]),
    library("TokenizerFiles", ["CZlib", "ByteIO", "Normalization", "Tokenization"]),
    library("TokenizerTraining", ["ByteIO", "Normalization", "Tokenization", "TokenizerFiles"]),
    library("Tensors", ["ByteIO", "CKernels", "COpenBLAS"]),
    library("VectorSearch", ["ByteIO", "CHNSW", "Tensors"]),
    library("LanguageModels", ["ByteIO", "Tensors", "Tokenization", "TokenizerFiles"]),
    library(
      "Hypernetworks",
      ["ByteIO", "LanguageModels", "Normalization", "Tensors", "Tokenization", "TokenizerFiles"]),
    library("WordPooling", ["ByteIO", "Normalization", "Tensors", "Tokenization"]),
    library(
      "Surgery",
      [
        "ByteIO", "CCrypto", "CKernels", "Hypernetworks", "LanguageModels", "Normalization", "Tensors",
        "Tokenization", "TokenizerFiles", "VectorSearch", "WordPooling",
      ]),
    library(
      "LargeVocabularies",
      [
        "ByteIO", "LanguageModels", "Surgery", "Tensors", "Tokenization", "TokenizerFiles",
        "TokenizerTraining", "VectorSearch",
      ]),
    library(
      "DynamicMerging",
      [
        "ByteIO", "LanguageModels", "Normalization", "Surgery", "Tensors", "Tokenization",
        "TokenizerFiles",
      ]),
    library(
      "Graft",
      [
        "ByteIO", "Normalization", "Tokenization", "TokenizerFiles", "TokenizerTraining", "Tensors",
        "Hypernetworks", "LanguageModels", "LargeVocabularies", "Surgery", "VectorSearch",
        "WordPooling", "DynamicMerging",
      ]),
    .executableTarget(
      name: "GraftCLI",
      dependencies: [
        "Graft", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: settings),

    .target(
      name: "TestSupport", dependencies: ["ByteIO", "Normalization", "Tensors"],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    tests("ByteIOTests", ["ByteIO"]),
    tests("NormalizationTests", ["ByteIO", "Normalization"]),
    tests("TokenizationTests", ["ByteIO", "Normalization", "Tokenization", "TokenizerFiles"]),
    tests("TokenizerFilesTests", ["ByteIO", "Normalization", "Tokenization", "TokenizerFiles"]),
    tests(
      "TokenizerTrainingTests",
      ["ByteIO", "Normalization", "Tokenization", "TokenizerFiles", "TokenizerTraining"]),
    tests("TensorsTests", ["ByteIO", "CKernels", "Tensors"]),
    tests("VectorSearchTests", ["ByteIO", "CKernels", "Tensors", "VectorSearch"]),
    tests(
      "LanguageModelsTests",
      ["ByteIO", "LanguageModels", "Tensors", "Tokenization", "TokenizerFiles"]),
    tests(
      "HypernetworksTests",
      ["ByteIO", "Hypernetworks", "LanguageModels", "Tensors", "Tokenization", "TokenizerFiles"]),
    tests(
      "WordPoolingTests",
      ["ByteIO", "Normalization", "Tensors", "Tokenization", "TokenizerFiles", "WordPooling"]),
    tests(
      "SurgeryTests",
      [
        "ByteIO", "Hypernetworks", "LanguageModels", "Normalization", "Surgery", "Tensors",
        "Tokenization", "TokenizerFiles", "WordPooling",
      ]),
    tests(
      "DynamicMergingTests",
      [
        "ByteIO", "DynamicMerging", "Hypernetworks", "LanguageModels", "Surgery", "Tensors", "Tokenization",
        "TokenizerFiles",
      ]),
    tests(
      "LargeVocabulariesTests",
      [
        "ByteIO", "LanguageModels", "LargeVocabularies", "Surgery", "Tensors", "Tokenization",
        "TokenizerFiles", "TokenizerTraining", "VectorSearch",
      ]),
    tests("GraftCLITests", ["Graft"]),
  ],
  cxxLanguageStandard: .cxx17
)
