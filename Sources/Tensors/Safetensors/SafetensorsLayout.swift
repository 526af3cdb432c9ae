internal import ByteIO

/// The order and places of the tensors of a new file, and the header that says so.
struct SafetensorsLayout {
  /// The tensors in the order in which they are written, each with its size in bytes.
  let tensors: [(output: TensorOutput, size: Int)]
  /// What stands before the data: the length of the header and its text, padded with spaces so that
  /// the data begin at a multiple of 8, as the safetensors library does.
  let header: [UInt8]

  /// Lays out `outputs` in the given order. Where that would put an element at a multiple of less than
  /// its own size, which some readers refuse, the wider types go first, as the library orders them.
  ///
  /// - Throws: `SafetensorsError` when a name stands twice or a size does not fit.
  init(
    _ outputs: [TensorOutput], metadata: [(key: String, value: String)], path: String
  ) throws(SafetensorsError) {
    var names: Set<String> = []
    var tensors: [(output: TensorOutput, size: Int)] = []
    for output in outputs {
      guard names.insert(output.name).inserted else {
        throw SafetensorsError(path: path, tensor: output.name, .duplicateTensor)
      }
      guard let size = output.elementType.byteCount(shape: output.shape),
        let size = Int(exactly: size)
      else {
        throw SafetensorsError(path: path, tensor: output.name, .invalidShape(output.shape))
      }
      tensors.append((output, size))
    }
    if !Self.isAligned(tensors) {
      // Sorting is stable, so that tensors of one width keep their order.
      tensors.sort { $0.output.elementType.alignment > $1.output.elementType.alignment }
    }
    self.tensors = tensors
    header = Self.header(of: tensors, metadata)
  }

  private static func isAligned(_ tensors: [(output: TensorOutput, size: Int)]) -> Bool {
    var offset = 0
    for (output, size) in tensors {
      if offset % output.elementType.alignment != 0 { return false }
      offset += size
    }
    return true
  }

  private static func header(
    of tensors: [(output: TensorOutput, size: Int)], _ metadata: [(key: String, value: String)]
  ) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.map { JSONText.string($0.key) + ":" + JSONText.string($0.value) }
      members.append("\"__metadata__\":{" + pairs.joined(separator: ",") + "}")
    }
    var offset = 0
    for (output, size) in tensors {
      let shape = JSONText.list(output.shape.map(String.init))
      members.append(
        JSONText.string(output.name) + ":{\"dtype\":\"\(output.elementType.rawValue)\","
          + "\"shape\":\(shape),\"data_offsets\":[\(offset),\(offset + size)]}")
      offset += size
    }
    var text = Array(("{" + members.joined(separator: ",") + "}").utf8)
    while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }
}
