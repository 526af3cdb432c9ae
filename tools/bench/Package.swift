// swift-tools-version: 6.2
import PackageDescription

/// Measures graft as a library; see `run`.
let package = Package(
  name: "bench",
  dependencies: [.package(name: "graft", path: "../..")],
  targets: [
    .executableTarget(
      name: "GraftBench", dependencies: [.product(name: "Graft", package: "graft")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
