// swift-tools-version: 6.2
import PackageDescription

/// A program that fuzzes one thing; see `run`.
func fuzzTarget(_ name: String) -> Target {
  .executableTarget(
    name: name, dependencies: ["FuzzDriver", .product(name: "Graft", package: "graft")],
    swiftSettings: [.swiftLanguageMode(.v6)])
}

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "graft", path: "../..")],
  targets: [
    .target(name: "FuzzDriver", swiftSettings: [.swiftLanguageMode(.v6)]),
    fuzzTarget("FuzzTokenizerJSON"),
    fuzzTarget("FuzzSafetensors"),
    fuzzTarget("FuzzEncode"),
  ]
)
