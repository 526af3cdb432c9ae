internal import ByteIO

/// Copies of files and folders of a model.
enum FileTree {
  /// Copies a file, or a folder with all that is in it.
  static func copy(
    _ source: String, to destination: String, where isWanted: (String) -> Bool = { _ in true }
  ) throws {
    guard FileSystem.isDirectory(source) else {
      let mapped = try MappedFile(source)
      let file = try OutputFile(creating: destination)
      try file.copy(from: mapped, offset: 0, count: mapped.count)
      return try file.finish()
    }
    try FileSystem.createDirectory(destination)
    for name in try FileSystem.names(inDirectory: source) where isWanted(name) {
      try copy(source + "/" + name, to: destination + "/" + name, where: isWanted)
    }
  }
}
