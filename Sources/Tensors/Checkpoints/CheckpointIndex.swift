internal import ByteIO

/// `model.safetensors.index.json`: which file of a sharded checkpoint holds which tensor.
struct CheckpointIndex: Sendable {
  /// The index as it was read.
  let document: JSON
  /// Each tensor and the name of its file, in the order of the index.
  let weightMap: [(tensor: String, shard: String)]

  /// The names of the files, sorted bytewise.
  var shards: [String] {
    Set(weightMap.map(\.shard)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Reads and checks the index of the model in `directory`.
  init(directory: String) throws(CheckpointError) {
    let path = directory + "/" + Checkpoint.indexName
    let bytes: [UInt8]
    do {
      bytes = try FileSystem.read(path)
    } catch {
      throw CheckpointError(directory: directory, .unreadable(error))
    }
    do {
      document = try JSON(parsing: bytes, source: path)
      weightMap = try Self.weightMap(of: document)
    } catch {
      throw CheckpointError(directory: directory, .index(error))
    }
    for shard in shards where !Self.isPlainName(shard) {
      throw CheckpointError(directory: directory, .shardOutsideDirectory(shard))
    }
  }

  private static func weightMap(
    of document: JSON
  ) throws(JSONError) -> [(tensor: String, shard: String)] {
    guard let map = document["weight_map"], map.kind == .object else {
      throw (document["weight_map"] ?? document).unexpected("an object with a `weight_map` object")
    }
    var result: [(tensor: String, shard: String)] = []
    var names: Set<String> = []
    for member in map.members {
      guard let shard = member.value.string else { throw member.value.unexpected("a file name") }
      let tensor = member.key.string ?? ""
      guard names.insert(tensor).inserted else {
        throw member.key.unexpected("in the map only once")
      }
      result.append((tensor, shard))
    }
    return result
  }

  /// Whether `name` cannot lead out of its directory.
  private static func isPlainName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && !name.utf8.contains(UInt8(ascii: "/"))
      && !name.utf8.contains(0)
  }

  /// The text of the index for tensors of a new size. All else stays as it stood; a total that the
  /// index does not give is not added.
  ///
  /// - Parameter additions: tensors that the index does not have yet.
  func bytes(
    totalSize: Int, totalParameters: Int, adding additions: [(shard: String, name: String)] = []
  ) -> [UInt8] {
    var edit = JSONEdit(document)
    if !additions.isEmpty {
      let entries = weightMap.map { ($0.tensor, $0.shard) } + additions.map { ($0.name, $0.shard) }
      let lines = entries.map { "    \(JSONText.string($0.0)): \(JSONText.string($0.1))" }
      edit.set("weight_map", to: "{\n" + lines.joined(separator: ",\n") + "\n  }")
    }
    if let metadata = document["metadata"], metadata.kind == .object {
      for (key, total) in [("total_size", totalSize), ("total_parameters", totalParameters)]
      where metadata[key] != nil {
        edit.set(key, to: String(total), in: metadata)
      }
    }
    return edit.bytes()
  }
}
