internal import ByteIO
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// Writing a transplanted model as a GGUF file.
///
/// The pairs that do not describe the tokenizer and all tensors but the vocabulary's are the base's, byte
/// for byte; so is every row of a token that is kept.
struct GGUFOutput {
  let transplant: Transplant
  let matrices: [RebuiltMatrix]
  let base: GGUFModel

  /// A tensor of the new file.
  private struct Tensor {
    var info: GGUFHeader.Tensor
    /// The bytes of its data without padding.
    var size: Int
    /// The matrix whose rows it has, and which of its columns; `nil` for a copy.
    var content: (matrix: RebuiltMatrix, columns: Range<Int>)?
    /// Where a copy stands in the base.
    var source: Int
  }

  func write(to file: OutputFile, progress: SurgeryProgress) throws {
    let tensors = try self.tensors()
    var writer = GGUFWriter()
    for pair in try pairs() { writer.add(pair: pair) }
    try file.write(writer.bytes(tensors: tensors.map(\.info), alignment: base.header.alignment))
    let start = file.count
    let total = Double(max(tensors.reduce(0) { $0 + $1.size }, 1))
    for tensor in tensors {
      let padding = start + tensor.info.start - file.count
      try file.write([UInt8](repeating: 0, count: padding))
      if let (matrix, columns) = tensor.content {
        try write(matrix, columns, as: tensor.info, to: file)
      } else {
        let pieceSize = 1 << 26
        for offset in stride(from: 0, to: tensor.size, by: pieceSize) {
          try file.copy(
            from: base.file, offset: tensor.source + offset,
            count: min(pieceSize, tensor.size - offset))
          try progress("writing weights", min(Double(file.count - start) / total, 1))
        }
      }
      try progress("writing weights", min(Double(file.count - start) / total, 1))
    }
  }

  // MARK: Pairs

  private func pairs() throws -> [[UInt8]] {
    let sizeKey = base.architecture + ".vocab_size"
    var writer = GGUFWriter()
    writer.set(sizeKey, UInt32(transplant.rowCount))
    let size = writer.pairBytes
    let kept = base.header.pairs.filter { !$0.key.hasPrefix(GGUFHeader.tokenizerPrefix) }
      .map { $0.key == sizeKey ? size : Array(base.file.bytes[$0.range]) }
    return try withExtendedLifetime(base.file) { try kept + tokenizerPairs() }
  }

  /// The donor's own pairs where it is a GGUF file too; else what its tokenizer is in them.
  private func tokenizerPairs() throws -> [[UInt8]] {
    let target = transplant.target
    if let donor = target.model?.gguf, donor.tokenCount == transplant.rowCount {
      return withExtendedLifetime(donor.file) {
        donor.header.pairs.filter { $0.key.hasPrefix(GGUFHeader.tokenizerPrefix) }
          .map { Array(donor.file.bytes[$0.range]) }
      }
    }
    return try GGUFTokenizerPairs.make(
      for: target.definition, rows: transplant.rowCount, specialTokens: target.specialTokens,
      chatTemplate: chatTemplate(), source: target.path)
  }

  private func chatTemplate() throws -> String? {
    if let donor = target.model?.gguf { return donor.header.text("tokenizer.chat_template") }
    guard case .copied(let directory, let names) = target.files else { return nil }
    if names.contains("chat_template.jinja") {
      return String(
        decoding: try FileSystem.read(directory + "/chat_template.jinja"), as: UTF8.self)
    }
    guard names.contains("tokenizer_config.json") else { return nil }
    return try JSON(contentsOf: directory + "/tokenizer_config.json").expectObject()
      .optional("chat_template")?.string
  }

  private var target: TransplantTarget { transplant.target }

  // MARK: Tensors

  /// The tensors in the order of their data, with the places that they get.
  private func tensors() throws -> [Tensor] {
    var contents: [String: (matrix: RebuiltMatrix, columns: Range<Int>)] = [:]
    for matrix in matrices {
      let width = matrix.base.matrix.columns
      contents[matrix.base.name] = (matrix, 0..<width)
      for (index, bias) in matrix.biases.enumerated() {
        contents[bias.name] = (matrix, (width + index)..<(width + index + 1))
      }
    }
    let stored = base.header.tensors.sorted { $0.start < $1.start }
    var result: [Tensor] = []
    for (index, info) in stored.enumerated() {
      let end = index + 1 < stored.count ? stored[index + 1].start : base.file.count
      if let content = contents.removeValue(forKey: info.name) {
        result.append(try rebuilt(info, named: info.name, content))
      } else {
        result.append(Tensor(info: info, size: end - info.start, content: nil, source: info.start))
      }
    }
    // An untied model gets an output matrix, in the form of its input.
    if let input = base.header.tensors.first(where: { $0.name == GGUFModel.inputName }) {
      for (name, content) in contents.sorted(by: { $0.key < $1.key }) {
        result.append(try rebuilt(input, named: name, content))
      }
    }
    var place = 0
    for index in result.indices {
      place += (base.header.alignment - place % base.header.alignment) % base.header.alignment
      result[index].info.start = place
      place += result[index].size
    }
    return result
  }

  private func rebuilt(
    _ info: GGUFHeader.Tensor, named name: String,
    _ content: (matrix: RebuiltMatrix, columns: Range<Int>)
  ) throws -> Tensor {
    let rows = content.matrix.origins.count
    let rowSize = GGUFElements(rawValue: info.type)?.byteCount(columns: info.columns) ?? 0
    return Tensor(
      info: .init(
        name: name, dimensions: info.dimensions.dropLast() + [rows], type: info.type, start: 0),
      size: rows * rowSize, content: content, source: 0)
  }

  /// Copied rows byte for byte, the others in the tensor's form.
  private func write(
    _ matrix: RebuiltMatrix, _ columns: Range<Int>, as info: GGUFHeader.Tensor,
    to file: OutputFile
  ) throws {
    guard let elements = GGUFElements(rawValue: info.type) else { return }
    let source =
      base.header.tensors.contains { $0.name == info.name } ? info.name : GGUFModel.inputName
    for (row, origin) in matrix.origins.enumerated() {
      if case .base(let id) = origin {
        _ = try base.withRow(Int(id), of: source) { try file.write($0) }
      } else if let place = matrix.places[row] {
        let bytes = matrix.made.withRow(place) { values in
          elements.encoded(UnsafeBufferPointer(rebasing: values[columns]))
        }
        try file.write(bytes)
      } else {
        let bytes = matrix.mean.withUnsafeBufferPointer { values in
          elements.encoded(UnsafeBufferPointer(rebasing: values[columns]))
        }
        try file.write(bytes)
      }
    }
  }
}
