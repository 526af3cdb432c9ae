internal import ByteIO
internal import Tensors

/// Gives back the model that another one was made from, bit for bit.
///
/// The new model must have been written with what this needs; see
/// `TransplantOptions.isRestorable`. Files of the base that no new model takes over, such as weights in
/// other formats, are not given back.
public struct Restoration: Sendable {
  public let model: ModelDirectory
  private let shards: [String]
  private let files: [String]
  /// For each row of each tensor its place in the model's; negative for one that is kept beside it.
  private let places: [String: [Int]]
  private let lost: SafetensorsFile

  private var root: String { model.path(RestorationLayout.directory) }

  /// - Throws: `ModelError` when the model cannot be restored, and as `ModelDirectory.init`.
  public init(_ path: String) throws {
    model = try ModelDirectory(path)
    let root = model.path(RestorationLayout.directory)
    guard FileSystem.isDirectory(root) else { throw ModelError(path, .notRestorable) }
    let index = try JSON(contentsOf: root + "/" + RestorationLayout.index).expectObject()
    guard index["format"]?.int == RestorationLayout.format else {
      throw ModelError(path, .unknownRestorationFormat)
    }
    shards = try Self.names(index, "shards")
    files = try Self.names(index, "files")
    var places: [String: [Int]] = [:]
    for member in index["rows"]?.members.map({ $0 }) ?? [] {
      places[member.key.string ?? ""] = member.value.elements.map { $0.int ?? -1 }
    }
    self.places = places
    lost = try SafetensorsFile(root + "/" + RestorationLayout.rows)
  }

  /// Names of files, none of which leads out of its directory.
  private static func names(_ index: JSON, _ key: String) throws -> [String] {
    guard let list = index[key] else { throw index.unexpected("an object with `\(key)`") }
    return try list.elements.map { element in
      guard let name = element.string, !name.contains("/"), name != ".." else {
        throw element.unexpected("a file name")
      }
      return name
    }
  }

  /// Writes the model, which appears complete or not at all.
  ///
  /// - Throws: `FileError` when a file cannot be written or `path` exists, `CheckpointError` when the
  ///   weights are not those that were written, and what `progress` throws.
  public func write(
    to path: String, replacing: Bool = false, progress: SurgeryProgress = { _, _ in }
  ) throws {
    let directory = try AtomicDirectory(destination: path, replacing: replacing)
    let other = Set(files + [RestorationLayout.directory, TransplantOutput.manifestName])
    for name in model.otherFiles where !other.contains(name) {
      try FileTree.copy(model.path(name), to: directory.path(name))
    }
    for name in files {
      try FileTree.copy(
        "\(root)/\(RestorationLayout.files)/\(name)", to: directory.path(name))
    }
    for (index, shard) in shards.enumerated() {
      try write(shard, to: directory.path(shard))
      try progress("writing weights", Double(index + 1) / Double(shards.count))
    }
    try directory.commit()
  }

  // MARK: Weights

  /// Writes a weight file behind its own header.
  private func write(_ shard: String, to path: String) throws {
    let header = try FileSystem.read("\(root)/\(RestorationLayout.headers)/\(shard)")
    let file = try OutputFile(creating: path)
    try file.write(header)
    for tensor in try Self.tensors(header, source: shard) {
      if let places = places[tensor.name] {
        try writeRows(tensor.name, places, to: file)
      } else {
        guard let (shard, info) = model.checkpoint[tensor.name],
          info.byteRange.count == tensor.size
        else { throw CheckpointError(directory: model.path, .missingTensor(tensor.name)) }
        try file.copy(
          from: shard.file.file, offset: info.byteRange.lowerBound, count: tensor.size)
      }
    }
    try file.finish()
  }

  private func writeRows(_ name: String, _ places: [Int], to file: OutputFile) throws {
    let (new, kept) = (try model.checkpoint.matrix(name), try lost.matrix(name))
    var next = 0
    for place in places {
      let (source, row) = place < 0 ? (kept, next) : (new, place)
      if place < 0 { next += 1 }
      guard row < source.rows else {
        throw CheckpointError(directory: model.path, .missingTensor(name))
      }
      try source.withBytes(ofRows: row..<(row + 1)) { try file.write($0) }
    }
  }

  /// The tensors of a header in the order of their bytes.
  private static func tensors(
    _ header: [UInt8], source: String
  ) throws -> [(name: String, size: Int)] {
    let json = try JSON(parsing: Array(header.dropFirst(8)), source: source)
    let tensors = json.members.compactMap { member -> (name: String, start: Int, end: Int)? in
      guard let name = member.key.string, name != "__metadata__",
        let offsets = member.value["data_offsets"]?.elements.compactMap(\.int), offsets.count == 2
      else { return nil }
      return (name, offsets[0], offsets[1])
    }
    return tensors.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
      .map { ($0.name, $0.end - $0.start) }
  }
}
