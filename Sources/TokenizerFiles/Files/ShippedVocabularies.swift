internal import ByteIO
internal import Glibc

/// The vocabularies that ship with graft, which tokenizers can be called by.
public enum ShippedVocabularies {
  /// The name of the vocabulary that stands in where none is named.
  public static let defaultName = "graft-32k"

  /// The names that can be given, in alphabetical order.
  public static var names: [String] {
    var names: Set<String> = []
    for directory in directories {
      let entries = (try? FileSystem.names(inDirectory: directory)) ?? []
      names.formUnion(entries.filter { isVocabulary(directory + "/" + $0) })
    }
    return names.sorted()
  }

  /// The directory of a vocabulary; `nil` when there is none of that name.
  public static func path(of name: String) -> String? {
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else { return nil }
    return directories.lazy.map { $0 + "/" + name }.first(where: isVocabulary)
  }

  /// The directory of the vocabulary that stands in where none is named.
  ///
  /// - Throws: `TokenizerFileError` that says where was looked and what to do.
  public static func defaultPath() throws(TokenizerFileError) -> String {
    if let path = path(of: defaultName) { return path }
    let places = directories.joined(separator: ", ")
    throw TokenizerFileError(
      source: defaultName,
      message: """
        the default vocabulary was not found\(places.isEmpty ? "" : " in " + places); name a \
        tokenizer with -t, or put graft's folder vocabs beside the program or into ../share/graft, or set \
        GRAFT_VOCABS to its path
        """)
  }

  /// Where vocabularies may lie: `GRAFT_VOCABS`, then every `vocabs` and `share/graft/vocabs` beside
  /// or above the running program, links to it followed.
  static var directories: [String] {
    var found = environment("GRAFT_VOCABS").map { [$0] } ?? []
    var directory = FileSystem.canonicalPath("/proc/self/exe") ?? "/"
    while directory != "/" && directory != "." {
      directory = FileSystem.parent(directory)
      let base = directory == "/" ? "" : directory
      for path in [base + "/vocabs", base + "/share/graft/vocabs"]
      where FileSystem.isDirectory(path) {
        found.append(path)
      }
    }
    return found
  }

  private static func isVocabulary(_ path: String) -> Bool {
    guard FileSystem.isDirectory(path) else { return false }
    return (try? TokenizerDirectory.file(in: path, TokenizerSpec())) != nil
  }

  /// The value of a variable of the environment; `nil` when it is not set or empty.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }
}
