// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "graft", path: "../..")],
  targets: [
    .executableTarget(
      name: "Fuzz", dependencies: [.product(name: "Graft", package: "graft")],
      swiftSettings: [.swiftLanguageMode(.v6)])
  ]
)
