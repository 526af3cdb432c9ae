public import ByteIO

/// A model directory whose weights cannot be used.
public struct CheckpointError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// The directory has neither of the two files that hold or list weights.
    case noWeights
    /// A weight file cannot be used.
    case safetensors(SafetensorsError)
    /// The index cannot be read.
    case unreadable(FileError)
    /// The index is not JSON, or not the JSON of an index.
    case index(JSONError)
    /// The index names a file that is not a plain name within the directory.
    case shardOutsideDirectory(String)
    /// A file that the index names does not exist.
    case missingShard(String)
    /// The index says that a tensor is in a file which does not have it.
    case tensorNotInShard(tensor: String, shard: String)
    /// Two files have a tensor of the same name.
    case duplicateTensor(tensor: String, shards: [String])
    /// No file has the tensor.
    case missingTensor(String)
  }

  /// The model directory.
  public let directory: String
  public let problem: Problem

  public init(directory: String, _ problem: Problem) {
    self.directory = directory
    self.problem = problem
  }

  public var description: String {
    switch problem {
    case .safetensors(let error): error.description
    case .unreadable(let error): error.description
    case .index(let error): error.description
    case .noWeights:
      "\(directory): there is neither \(Checkpoint.singleFileName) nor \(Checkpoint.indexName); "
        + "weights in another format must first be saved as safetensors"
    case .shardOutsideDirectory(let name):
      "\(indexPath): the shard `\(name)` is not a plain file name; "
        + "all shards must stand beside the index"
    case .missingShard(let name):
      "\(indexPath): the shard `\(name)` does not exist; copy or download it again"
    case .tensorNotInShard(let tensor, let shard):
      "\(indexPath): the tensor `\(tensor)` is not in `\(shard)`, where the index has it; "
        + "index and shards are from different checkpoints"
    case .duplicateTensor(let tensor, let shards):
      "\(directory): the tensor `\(tensor)` stands in \(shards.joined(separator: " and in ")); "
        + "remove the copy that is not meant"
    case .missingTensor(let tensor): "\(directory): there is no tensor `\(tensor)`"
    }
  }

  private var indexPath: String { directory + "/" + Checkpoint.indexName }
}
