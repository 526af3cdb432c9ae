internal import ByteIO
internal import Glibc

/// The files made with the reference libraries, which are too large to ship with the package.
///
/// They are looked for beside the package, in `../shared/reference`, or where the environment variable
/// `GRAFT_REFERENCE` says. Tests that need them are skipped where they are missing:
/// `.enabled(if: ReferenceFiles.areAvailable, ReferenceFiles.hint)`.
public enum ReferenceFiles {
  /// The directory with the files.
  public static let directory: String = {
    if let path = getenv("GRAFT_REFERENCE") { return String(cString: path) }
    var root = #filePath
    for _ in 0..<3 { root = FileSystem.parent(root) }
    return FileSystem.parent(root) + "/shared/reference"
  }()

  /// Whether the files are there.
  public static var areAvailable: Bool { FileSystem.isDirectory(directory) }

  /// Why a test is skipped.
  public static let hint: String = "needs the reference files in \(directory)"

  /// The path of the file called `name`.
  public static func path(_ name: String) -> String { directory + "/" + name }
}
