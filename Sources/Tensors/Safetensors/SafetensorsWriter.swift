internal import ByteIO

/// Writes safetensors files from front to back, holding no tensor in memory.
public enum SafetensorsWriter {
  /// Writes a new file.
  ///
  /// - Parameters:
  ///   - tensors: the tensors in the order of their bytes.
  ///   - metadata: the pairs of `__metadata__`; none when empty.
  ///   - path: where the file is made; nothing may stand there.
  ///   - progress: is told the bytes written to this file so far.
  /// - Returns: the size of the data in bytes, without the header.
  /// - Throws: `SafetensorsError` when names or sizes are wrong or a tensor is given too few or too
  ///   many elements, `FileError`, and what a tensor's content or `progress` throws. The file is then
  ///   incomplete: make it inside an `AtomicDirectory`.
  @discardableResult
  public static func write(
    _ tensors: [TensorOutput], metadata: [(key: String, value: String)] = [], to path: String,
    progress: @escaping ByteProgress = { _ in }
  ) throws -> Int {
    let layout = try SafetensorsLayout(tensors, metadata: metadata, path: path)
    let file = try OutputFile(creating: path)
    try file.write(layout.header)
    for (tensor, size) in layout.tensors {
      let sink = TensorSink(tensor, size: size, file: file, progress: progress)
      switch tensor.content {
      case .copy(let info, let source): try sink.copy(info.byteRange, of: source.file)
      case .stream(let write): try write(sink)
      }
      try sink.finish()
    }
    try file.finish()
    return file.count - layout.header.count
  }
}
