internal import ByteIO
internal import Tensors
internal import Tokenization

/// What a new model takes along of its base, so that the base can be made again from it.
struct RestorationBackup {
  let base: ModelDirectory
  let alignment: VocabularyAlignment
  /// The new model, its weights already written.
  let directory: AtomicDirectory

  /// The rows of one of the base's tensors.
  private struct Rows {
    let name: String
    let matrix: MatrixView
    /// The same row of the new tensor by the old one; `nil` for those that are lost.
    var places: [Int?]
  }

  func write() throws {
    let root = directory.path(RestorationLayout.directory)
    for path in [
      root, root + "/" + RestorationLayout.headers, root + "/" + RestorationLayout.files,
    ] {
      try FileSystem.createDirectory(path)
    }
    for shard in base.checkpoint.shards {
      let header = try OutputFile(
        creating: "\(root)/\(RestorationLayout.headers)/\(shard.name)")
      try header.copy(from: shard.file.file, offset: 0, count: shard.file.headerLength)
      try header.finish()
    }
    let files =
      (base.tokenizerFiles + [
        "config.json", "generation_config.json", Checkpoint.indexName,
      ]).filter { FileSystem.isFile(base.path($0)) }
    for name in files {
      try FileTree.copy(base.path(name), to: "\(root)/\(RestorationLayout.files)/\(name)")
    }
    let matrices = try self.matrices()
    try SafetensorsWriter.write(
      matrices.map(lostRows), to: root + "/" + RestorationLayout.rows)
    try writeIndex(matrices, files, to: root + "/" + RestorationLayout.index)
  }

  // MARK: Rows

  private func matrices() throws -> [Rows] {
    let tensors = base.vocabularyTensors
    let copies = ([tensors.tiedCopy] + tensors.inputCopies).compactMap { $0 }.map {
      VocabularyTensors.Entry(name: $0, matrix: tensors.input.matrix, isStoredAsRow: false)
    }
    let entries = [tensors.input] + [tensors.output].compactMap { $0 } + copies + tensors.biases
    let new = try Checkpoint(directory.stagingPath)
    var candidates: [TokenID: [TokenID]] = [:]
    for (id, match) in alignment.matches {
      for old in Set([match.base, match.outputBase]) { candidates[old, default: []].append(id) }
    }
    return try entries.map { entry in
      let old = try entry.matrix(in: base.checkpoint)
      let new = try entry.matrix(in: new)
      let places = (0..<old.rows).map { row -> Int? in
        candidates[TokenID(row)]?.sorted().map(Int.init).first { place in
          place < new.rows && Self.isSame(old, row, new, place)
        }
      }
      return Rows(name: entry.name, matrix: old, places: places)
    }
  }

  private static func isSame(
    _ left: MatrixView, _ leftRow: Int, _ right: MatrixView, _ rightRow: Int
  ) -> Bool {
    left.elementType == right.elementType && left.columns == right.columns
      && left.withBytes(ofRows: leftRow..<(leftRow + 1)) { leftBytes in
        right.withBytes(ofRows: rightRow..<(rightRow + 1)) { leftBytes.elementsEqual($0) }
      }
  }

  private func lostRows(_ rows: Rows) -> TensorOutput {
    let lost = rows.places.indices.filter { rows.places[$0] == nil }
    return TensorOutput(
      name: rows.name, elementType: rows.matrix.elementType,
      shape: [lost.count, rows.matrix.columns]
    ) { sink in
      for row in lost { try sink.write(rows: row..<(row + 1), of: rows.matrix) }
    }
  }

  private func writeIndex(_ matrices: [Rows], _ files: [String], to path: String) throws {
    let shards = JSONText.list(base.checkpoint.shards.map { JSONText.string($0.name) })
    let lines = matrices.map { rows in
      let places = JSONText.list(rows.places.lazy.map { $0.map(String.init) ?? "-1" })
      return "\(JSONText.string(rows.name)):\(places)"
    }
    let file = try OutputFile(creating: path)
    try file.write(
      """
      {"format":\(RestorationLayout.format),
      "shards":\(shards),
      "files":\(JSONText.list(files.map(JSONText.string))),
      "rows":{
      \(lines.joined(separator: ",\n"))
      }}

      """)
    try file.finish()
  }
}
