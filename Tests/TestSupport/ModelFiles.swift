import ByteIO
import Glibc

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
