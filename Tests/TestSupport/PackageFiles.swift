import ByteIO

/// The files of this package that tests read: fixtures and shipped vocabularies.
public enum PackageFiles {
  /// The directory with `Package.swift`.
  public static let root: String = {
    var path = #filePath
    for _ in 0..<3 { path = FileSystem.parent(path) }
    return path
  }()

  /// The path of a file by its path from the root of the package.
  public static func path(_ name: String) -> String { root + "/" + name }
}
