import ByteIO

/// The files of this package that tests read: fixtures and shipped vocabularies.
public enum PackageFiles {
  /// The directory with `Package.swift`.
  public static let root: String = {
    var path = #filePath
    for _ in 0..<3 { path = FileSystem.parent(path) }
    return path
  }()

  /// The shipped model with an untied byte-level vocabulary of 2,048 tokens.
  public static let exampleBase = path("vocabs/example-base")
  /// The shipped model with a tied byte-level vocabulary of 4,096 tokens.
  public static let exampleDonor = path("vocabs/example-donor")
  /// Text that neither of them has seen.
  public static let exampleText = path("vocabs/example-test.txt")

  /// The path of a file by its path from the root of the package.
  public static func path(_ name: String) -> String { root + "/" + name }
}
