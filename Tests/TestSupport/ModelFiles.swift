internal import ByteIO
internal import Glibc

/// Trained models that are too large to ship with the package.
///
/// They are looked for beside the package, in `../shared/models`, or where the environment variable
/// `GRAFT_MODELS` says. Tests that need them are skipped where they are missing:
/// `.enabled(if: ModelFiles.areAvailable, ModelFiles.hint)`.
public enum ModelFiles {
  /// The directory with the models.
  public static let directory: String = {
    if let path = getenv("GRAFT_MODELS") { return String(cString: path) }
    return FileSystem.parent(PackageFiles.root) + "/shared/models"
  }()

  /// Whether the models are there.
  public static var areAvailable: Bool { FileSystem.isDirectory(directory) }

  /// Why a test is skipped.
  public static let hint: String = "needs the models in \(directory)"

  /// The path of the model called `name`.
  public static func path(_ name: String) -> String { directory + "/" + name }
}

/// Files of the package itself.
public enum PackageFiles {
  /// The package's root directory.
  public static let root: String = {
    var root = #filePath
    for _ in 0..<3 { root = FileSystem.parent(root) }
    return root
  }()

  /// The shipped model with an untied byte-level vocabulary of 2,048 tokens.
  public static let exampleBase = root + "/vocabs/example-base"
  /// The shipped model with a tied byte-level vocabulary of 4,096 tokens.
  public static let exampleDonor = root + "/vocabs/example-donor"
  /// Text that neither of them has seen.
  public static let exampleText = root + "/vocabs/example-test.txt"
}
