internal import ByteIO

extension Checkpoint {
  /// Writes the weights into another directory with some tensors replaced.
  ///
  /// Names, order, element types and metadata stay as they are, and so does the division into files: a
  /// file without a replaced tensor is copied whole, and in the others every tensor that is not
  /// replaced is copied byte for byte. An index keeps all but its totals.
  ///
  /// - Parameters:
  ///   - directory: where the files are made, as a rule the staging path of an `AtomicDirectory`.
  ///   - replacements: new content by tensor name.
  ///   - neighbour: where tensors among the replacements that do not exist are added: after this one,
  ///     in its file and with its element type. Without it they are an error.
  ///   - progress: is told the bytes written to all files so far.
  /// - Throws: `CheckpointError` when a tensor to be replaced does not exist, `SafetensorsError` when
  ///   one is given too few or too many elements, `FileError`, and what `progress` or the content of a
  ///   replacement throws.
  public func write(
    to directory: String, replacing replacements: [String: TensorReplacement],
    addingMissingAfter neighbour: String? = nil, progress: @escaping ByteProgress = { _ in }
  ) throws {
    let missing = replacements.keys.sorted().filter { self[$0] == nil }
    if let name = missing.first, neighbour.flatMap({ self[$0] }) == nil {
      throw CheckpointError(directory: self.directory, .missingTensor(name))
    }
    var additions: [(shard: String, name: String)] = []
    var done = 0
    for shard in shards {
      let path = directory + "/" + shard.name
      let before = done
      let shardProgress: ByteProgress = { bytes in
        done = before + bytes
        try progress(done)
      }
      if shard.file.tensors.contains(where: { replacements[$0.name] != nil }) {
        var outputs = shard.file.outputs(replacing: replacements)
        if let place = outputs.firstIndex(where: { $0.name == neighbour }) {
          let added = missing.compactMap { name in
            replacements[name].map {
              TensorOutput(
                name: name, elementType: outputs[place].elementType, shape: $0.shape,
                write: $0.write)
            }
          }
          outputs.insert(contentsOf: added, at: place + 1)
          additions += missing.map { (shard.name, $0) }
        }
        try SafetensorsWriter.write(
          outputs, metadata: shard.file.metadata, to: path, progress: shardProgress)
      } else {
        try Self.copy(shard.file.file, to: path, progress: shardProgress)
      }
    }
    try writeIndex(
      to: directory, replacing: replacements, adding: additions,
      elementType: neighbour.flatMap { self[$0] }?.tensor.elementType)
  }

  /// The number of bytes of tensor data that `write(to:replacing:)` writes with these replacements, to
  /// within the headers: the whole of what its progress counts.
  public func outputSize(replacing replacements: [String: TensorReplacement]) -> Int {
    totals(replacing: replacements).bytes
  }

  private func writeIndex(
    to directory: String, replacing replacements: [String: TensorReplacement],
    adding additions: [(shard: String, name: String)], elementType: ElementType?
  ) throws {
    guard let index else { return }
    var totals = totals(replacing: replacements)
    for addition in additions {
      guard let shape = replacements[addition.name]?.shape, let elementType else { continue }
      totals.bytes += Int(elementType.byteCount(shape: shape) ?? 0)
      totals.elements += shape.reduce(1, *)
    }
    let file = try OutputFile(creating: directory + "/" + Self.indexName)
    try file.write(
      index.bytes(
        totalSize: totals.bytes, totalParameters: totals.elements, adding: additions))
    try file.finish()
  }

  private func totals(
    replacing replacements: [String: TensorReplacement]
  ) -> (bytes: Int, elements: Int) {
    var totals = (bytes: 0, elements: 0)
    for tensor in shards.flatMap(\.file.tensors) {
      let shape = replacements[tensor.name]?.shape ?? tensor.shape
      let bytes = Int(tensor.elementType.byteCount(shape: shape) ?? 0)
      totals.bytes += bytes
      totals.elements += bytes * 8 / tensor.elementType.bitCount
    }
    return totals
  }

  private static func copy(
    _ source: MappedFile, to path: String, progress: ByteProgress
  ) throws {
    let file = try OutputFile(creating: path)
    for start in stride(from: 0, to: source.count, by: TensorSink.pieceSize) {
      let count = min(TensorSink.pieceSize, source.count - start)
      try file.copy(from: source, offset: start, count: count)
      try progress(file.count)
    }
    try file.finish()
  }
}
