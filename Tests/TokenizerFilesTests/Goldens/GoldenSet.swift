internal import ByteIO
internal import TestSupport
internal import Testing

@testable internal import TokenizerFiles

/// What a reference library made of the reference texts with one tokenizer.
struct GoldenSet {
  /// One text with its ids.
  struct Row {
    var id: String
    var text: String
    var ids: [Int]
    /// The ids with special tokens.
    var special: [Int]
    /// What the ids decode to, where the set says it.
    var decoded: String?
  }

  let recipe: JSON
  /// The file or directory to open.
  let path: String
  let rows: [Row]

  /// Reads the set of a tokenizer.
  ///
  /// - Parameter limit: how many texts to take, spread over all of them.
  init(_ id: String, limit: Int) throws {
    let recipes = try JSON(
      parsing: FileSystem.read(ReferenceFiles.path("recipes.json")), source: "recipes.json")
    recipe = try #require(recipes.elements.first { $0["id"]?.string == id })
    let directory = ReferenceFiles.path("tokenizers/\(id)")
    if let file = recipe["file"]?.string {
      path = try #require(
        ["", ".gz"].map { "\(directory)/\(file)\($0)" }.first(where: FileSystem.isFile))
    } else {
      path = directory
    }
    rows = try Self.rows(id, limit: limit, recipe)
  }

  private static func rows(_ id: String, limit: Int, _ recipe: JSON) throws -> [Row] {
    var texts: [String: String] = [:]
    for line in try lines("texts/cases.jsonl") {
      texts[try line.string("id")] = try line.string("text")
    }
    let all = try lines("goldens/\(id).jsonl.gz").filter { $0["ids"] != nil }
    let step = max(1, all.count / limit)
    let isSentencePiece = recipe["engine"]?.string?.hasSuffix("spm") == true
    return try all.enumerated().filter { $0.offset % step == 0 }.compactMap { _, row in
      guard let name = row["i"]?.string, let text = texts[name], let sp = row["sp"] else {
        return nil
      }
      let ids = try row.required("ids").expectArray().compactMap(\.int)
      let special = sp.kind == .array ? sp.elements.compactMap(\.int) : ids
      let decoded = row["d"].map { $0.bool == true ? text : $0.string ?? "" }
      return Row(
        id: name, text: text, ids: ids, special: special,
        decoded: isSentencePiece && special.isEmpty ? nil : decoded)
    }
  }

  private static func lines(_ name: String) throws -> [JSON] {
    let path = ReferenceFiles.path(name)
    var bytes = try FileSystem.read(path)
    if Gzip.isCompressed(bytes) { bytes = try Gzip.decompress(bytes, source: path) }
    return try bytes.split(separator: UInt8(ascii: "\n")).map {
      try JSON(parsing: Array($0), source: path)
    }
  }
}
