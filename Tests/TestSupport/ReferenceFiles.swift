import ByteIO
import Glibc

/// The files made with the reference libraries, which are too large to ship with the package.
///
/// They are looked for beside the package, in `../shared/reference`, or where the environment variable
/// `GRAFT_REFERENCE` says. Tests that need them are skipped where they are missing:
/// `.enabled(if: ReferenceFiles.areAvailable, "\(ReferenceFiles.hint)")`.
public enum ReferenceFiles {
  /// The directory with the files.
  public static let directory: String = {
    if let path = getenv("GRAFT_REFERENCE") { return String(cString: path) }
    return FileSystem.parent(PackageFiles.root) + "/shared/reference"
  }()

  /// Whether the files are there.
  public static var areAvailable: Bool { FileSystem.isDirectory(directory) }

  /// Why a test is skipped.
  public static let hint: String = "needs the reference files in \(directory)"

  /// The path of the file called `name`.
  public static func path(_ name: String) -> String { directory + "/" + name }

  /// The content of the file called `name`, which may be stored compressed as `name.gz`.
  public static func read(_ name: String) throws -> [UInt8] {
    if FileSystem.isFile(path(name)) { return try FileSystem.read(path(name)) }
    return try Gzip.read(path(name + ".gz"))
  }
}

/// Tests over everything in the reference files, which take minutes unless they are optimised.
///
/// `.enabled(if: FullTests.areEnabled, "\(FullTests.hint)")`
public enum FullTests {
  /// Whether the files are there and the tests are optimised, or asked for with `GRAFT_FULL_TESTS=1`.
  public static var areEnabled: Bool {
    ReferenceFiles.areAvailable && (isOptimised || isRequested)
  }

  /// Why a test is skipped.
  public static let hint: String =
    """
    needs the reference files in \(ReferenceFiles.directory) and an optimised build \
    (swift test -c release -Xswiftc -enable-testing), or GRAFT_FULL_TESTS=1
    """

  private static var isOptimised: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  private static var isRequested: Bool {
    getenv("GRAFT_FULL_TESTS").map { String(cString: $0) } == "1"
  }
}
