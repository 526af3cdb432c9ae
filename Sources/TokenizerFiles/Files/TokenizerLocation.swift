internal import ByteIO

/// Where a tokenizer that a person names is to be found.
public enum TokenizerLocation {
  /// The path that `name` stands for.
  ///
  /// A path that exists comes first. Otherwise the name is looked for among the vocabularies that ship
  /// with graft, and, when it has the form `owner/model`, in the local cache of the Hugging Face Hub
  /// (`HF_HUB_CACHE`, `HF_HOME/hub` or `~/.cache/huggingface/hub`). Nothing is downloaded.
  ///
  /// - Throws: `TokenizerFileError` that says where was looked.
  public static func find(_ name: String) throws(TokenizerFileError) -> String {
    if FileSystem.kind(name) != nil { return name }
    if let path = ShippedVocabularies.path(of: name) { return path }
    if let repository = hubRepository(name) {
      if let snapshot = snapshot(of: repository) { return snapshot }
      throw TokenizerFileError(
        source: name,
        message: "there is no such file or directory, nor \(repository) in the Hugging Face cache")
    }
    throw TokenizerFileError(
      source: name, message: "there is no such file, directory or known tokenizer" + shippedNames)
  }

  /// A half sentence with the names that would have been understood.
  private static var shippedNames: String {
    let names = ShippedVocabularies.names
    if names.isEmpty { return "" }
    return "; these ship with graft: \(names.joined(separator: ", "))"
  }

  // MARK: Hugging Face Hub

  /// The cache directory of an `owner/model`; `nil` for a name of another form.
  private static func hubRepository(_ name: String) -> String? {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
    guard parts.count == 2, isPlain, let hub = hubDirectory else { return nil }
    return "\(hub)/models--\(parts[0])--\(parts[1])"
  }

  private static var hubDirectory: String? {
    ShippedVocabularies.environment("HF_HUB_CACHE") ?? ShippedVocabularies.environment("HF_HOME")
      .map { $0 + "/hub" }
      ?? ShippedVocabularies.environment("HOME").map { $0 + "/.cache/huggingface/hub" }
  }

  /// The snapshot that the branch `main` stands for, or else the first one there is.
  private static func snapshot(of repository: String) -> String? {
    let snapshots = repository + "/snapshots"
    if let reference = try? FileSystem.read(repository + "/refs/main") {
      let commit = String(decoding: reference, as: UTF8.self).split { $0.isWhitespace }.first
      if let commit, FileSystem.isDirectory("\(snapshots)/\(commit)") {
        return "\(snapshots)/\(commit)"
      }
    }
    return (try? FileSystem.names(inDirectory: snapshots))?.first.map { snapshots + "/" + $0 }
  }
}
