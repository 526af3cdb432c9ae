internal import ByteIO
internal import Surgery
internal import Tensors

/// Writes the rows of the new tokens of all batches, each once, and which rows the texts consist of.
///
/// `dynamic-embeddings.safetensors` has the tensors
///
/// - `embeddings` (float32): new tokens × dimensions;
/// - `gather` (int32): for every token of every text its row in the model's input matrix with `embeddings` behind it;
/// - `gather_starts` (int64): where the texts begin in `gather`, and where the last one ends.
///
/// So `torch.cat([E, embeddings])[gather[starts[i]:starts[i + 1]]]`, E being the weight of the model's input embedding,
/// are the `inputs_embeds` of text i. (Where the embedding module scales rows itself, as Gemma 3's does, they are to be
/// scaled in the same way.)
final class RowFiles {
  private let directory: AtomicDirectory
  private let rows: MergedRows
  /// The numbers of the new tokens so far.
  private var numbers: [[UInt8]: Int32] = [:]
  private var starts: [Int64] = [0]
  // What becomes tensors when their sizes are known.
  private let embeddings: OutputFile
  private let gather: OutputFile
  private let surfaces: OutputFile

  private static let embeddingsName = ".embeddings"
  private static let gatherName = ".gather"

  init(in directory: AtomicDirectory, _ rows: MergedRows) throws(FileError) {
    self.directory = directory
    self.rows = rows
    embeddings = try OutputFile(creating: directory.path(Self.embeddingsName))
    gather = try OutputFile(creating: directory.path(Self.gatherName))
    surfaces = try OutputFile(creating: directory.path("surfaces.json"))
    try surfaces.write("[")
  }

  /// Makes the rows of a batch and writes those that are new.
  ///
  /// - Returns: the row of each of the batch's units.
  func write(_ batch: MergedBatch) throws -> [Int32] {
    let made = try rows.rows(for: batch)
    let known = rows.base.rows
    var places: [Int32] = []
    for (index, surface) in made.surfaces.enumerated() {
      if let number = numbers[surface] {
        places.append(number)
        continue
      }
      let number = Int32(known + numbers.count)
      try surfaces.write((numbers.isEmpty ? "\n" : ",\n") + MergedLines.quoted(surface))
      try made.made.withRow(index) { row in try embeddings.write(UnsafeRawBufferPointer(row)) }
      numbers[surface] = number
      places.append(number)
    }
    return made.places.map { $0 < known ? $0 : places[Int($0) - known] }
  }

  /// Writes the rows of a text's tokens.
  func write(text places: [Int32]) throws {
    try places.withUnsafeBytes { bytes in try gather.write(bytes) }
    starts.append(starts[starts.count - 1] + Int64(places.count))
  }

  /// Puts the tensors together.
  func finish() throws {
    try surfaces.write("\n]\n")
    try surfaces.finish()
    try embeddings.finish()
    try gather.finish()
    let parts = try [
      part("embeddings", .float32, [numbers.count, rows.base.columns], Self.embeddingsName),
      part("gather", .int32, [Int(starts[starts.count - 1])], Self.gatherName),
      TensorOutput(name: "gather_starts", elementType: .int64, shape: [starts.count]) {
        [starts] sink in
        try starts.withUnsafeBytes { try sink.write(bytes: $0) }
      },
    ]
    try SafetensorsWriter.write(
      parts, metadata: [("base_rows", "\(rows.base.rows)"), ("method", rows.method.name)],
      to: directory.path("dynamic-embeddings.safetensors"))
    for name in [Self.embeddingsName, Self.gatherName] {
      try FileSystem.removeTree(directory.path(name))
    }
  }

  /// A tensor whose elements lie in a file.
  private func part(
    _ name: String, _ type: ElementType, _ shape: [Int], _ file: String
  ) throws -> TensorOutput {
    let source = shape.contains(0) ? nil : try MappedFile(directory.path(file))
    return TensorOutput(name: name, elementType: type, shape: shape) { sink in
      try source?.withBytes { bytes in try sink.write(bytes: bytes) }
    }
  }
}
