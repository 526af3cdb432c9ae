internal import ByteIO

/// The weights of a model directory in safetensors form: one `model.safetensors`, or several files
/// under an index.
///
/// Where both stand in the directory the single file counts, as in transformers. A tensor that is in a
/// shard but not in the index belongs to the checkpoint too: the libraries that load it do not ask.
public struct Checkpoint: Sendable {
  static let singleFileName = "model.safetensors"
  /// The name of the file that lists the weight files where there are several.
  public static let indexName = "model.safetensors.index.json"

  /// One weight file.
  public struct Shard: Sendable {
    /// The file's name within the directory.
    public let name: String
    public let file: SafetensorsFile
  }

  /// The model directory.
  public let directory: String
  /// The weight files, sorted by name.
  public let shards: [Shard]
  let index: CheckpointIndex?
  private let shardOfTensor: [String: Int]

  /// Opens the weights in `directory` and checks all headers. No tensor is read.
  public init(_ directory: String) throws(CheckpointError) {
    self.directory = directory
    let isSingle = FileSystem.isFile(directory + "/" + Self.singleFileName)
    let index: CheckpointIndex? = isSingle ? nil : try Self.readIndex(directory)
    shards = try Self.open(index?.shards ?? [Self.singleFileName], in: directory)
    shardOfTensor = try Self.places(of: shards, in: directory)
    self.index = index
    for (tensor, shard) in index?.weightMap ?? []
    where shardOfTensor[tensor].map({ shards[$0].name }) != shard {
      throw CheckpointError(directory: directory, .tensorNotInShard(tensor: tensor, shard: shard))
    }
  }

  /// No weights: for a model whose weights are not safetensors.
  package init(withoutWeights directory: String) {
    self.directory = directory
    shards = []
    index = nil
    shardOfTensor = [:]
  }

  /// The file that holds the tensor called `name`, and what its header says of it.
  public subscript(name: String) -> (shard: Shard, tensor: TensorInfo)? {
    guard let place = shardOfTensor[name], let info = shards[place].file[name] else { return nil }
    return (shards[place], info)
  }

  /// The names of all tensors, file by file in the order of their headers.
  public var tensorNames: [String] { shards.flatMap { $0.file.tensors.map(\.name) } }

  /// The tensor called `name` as a matrix; a vector is seen as one column.
  ///
  /// - Throws: `CheckpointError` when there is none or it is no matrix or vector of real numbers.
  public func matrix(_ name: String) throws(CheckpointError) -> MatrixView {
    guard let (shard, _) = self[name] else {
      throw CheckpointError(directory: directory, .missingTensor(name))
    }
    do {
      return try shard.file.matrix(name)
    } catch {
      throw CheckpointError(directory: directory, .safetensors(error))
    }
  }
}

// MARK: - Opening

extension Checkpoint {
  private static func readIndex(_ directory: String) throws(CheckpointError) -> CheckpointIndex {
    guard FileSystem.isFile(directory + "/" + indexName) else {
      throw CheckpointError(directory: directory, .noWeights)
    }
    return try CheckpointIndex(directory: directory)
  }

  private static func open(
    _ names: [String], in directory: String
  ) throws(CheckpointError) -> [Shard] {
    var shards: [Shard] = []
    for name in names {
      do {
        shards.append(Shard(name: name, file: try SafetensorsFile(directory + "/" + name)))
      } catch {
        if case .unreadable(let reason) = error.problem, reason.isMissingFile {
          throw CheckpointError(directory: directory, .missingShard(name))
        }
        throw CheckpointError(directory: directory, .safetensors(error))
      }
    }
    return shards
  }

  /// The index of the file that holds each tensor.
  private static func places(
    of shards: [Shard], in directory: String
  ) throws(CheckpointError) -> [String: Int] {
    var places: [String: Int] = [:]
    for (index, shard) in shards.enumerated() {
      for tensor in shard.file.tensors {
        if let other = places.updateValue(index, forKey: tensor.name) {
          throw CheckpointError(
            directory: directory,
            .duplicateTensor(tensor: tensor.name, shards: [shards[other].name, shard.name]))
        }
      }
    }
    return places
  }
}
