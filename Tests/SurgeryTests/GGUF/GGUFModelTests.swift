import ByteIO
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import Surgery

/// Models in GGUF files.
@Suite struct GGUFModelTests {
  /// A GGUF file with the tokenizer and the rows of a model directory, an odd tensor in front and behind.
  private func file(
    _ model: ModelDirectory, _ elements: GGUFElements, at path: String
  ) throws -> String {
    var writer = GGUFWriter()
    writer.set("general.architecture", "llama")
    writer.set("llama.vocab_size", UInt32(model.vocabularyTensors.rows))
    let pairs = try GGUFTokenizerPairs.make(
      for: model.tokenizer, rows: model.vocabularyTensors.rows, specialTokens: model.specialTokens,
      chatTemplate: "{{ x }}", source: "test")
    for pair in pairs { writer.add(pair: pair) }
    func bytes(_ matrix: MatrixView) -> [UInt8] {
      (0..<matrix.rows).flatMap { row in
        matrix.row(row).withUnsafeBufferPointer { elements.encoded($0) }
      }
    }
    let input = model.vocabularyTensors.input.matrix
    var contents: [(name: String, dimensions: [Int], type: UInt32, bytes: [UInt8])] = [
      ("odd", [7], 24, (0..<7).map { UInt8($0) }),
      (GGUFModel.inputName, [input.columns, input.rows], elements.rawValue, bytes(input)),
    ]
    if let output = model.vocabularyTensors.output?.matrix {
      contents.append(
        (GGUFModel.outputName, [output.columns, output.rows], elements.rawValue, bytes(output)))
    }
    contents.append(("last", [3, 2], 12, [UInt8](repeating: 9, count: 77)))
    var data: [UInt8] = []
    let tensors = contents.map { content in
      data += [UInt8](repeating: 0, count: (32 - data.count % 32) % 32)
      defer { data += content.bytes }
      return GGUFHeader.Tensor(
        name: content.name, dimensions: content.dimensions, type: content.type, start: data.count)
    }
    try FileSystem.writeAtomically(writer.bytes(tensors: tensors, alignment: 32) + data, to: path)
    return path
  }

  private func models(isTied: Bool) throws -> (TransplantCase, base: ModelDirectory) {
    var base = TransplantCase.base
    base.dimension = 32
    if isTied { (base.isTied, base.outputName) = (true, nil) }
    let models = try TransplantCase(base: base)
    return (models, try ModelDirectory(models.base))
  }

  @Test(arguments: GGUFElements.allCases, [false, true])
  func `Rows of kept tokens and other tensors keep their bytes`(
    elements: GGUFElements, isTied: Bool
  ) throws {
    let (models, directory) = try models(isTied: isTied)
    let path = try file(directory, elements, at: models.directory("base.gguf"))
    let out = models.directory("out.gguf")
    let transplant = try Transplant(
      base: ModelDirectory(path), donor: ModelDirectory(models.donor),
      options: TransplantCase.options())
    let report = try transplant.write(to: out)
    #expect(report.files.map(\.name) == ["out.gguf"])
    let (old, new) = (try GGUFModel(path), try GGUFModel(out))
    #expect(new.header.tensors.map(\.name) == old.header.tensors.map(\.name))
    #expect(new.header.tensors.map(\.type) == old.header.tensors.map(\.type))
    let rows = try ModelDirectory(models.donor).vocabularyTensors.rows
    #expect(new.header["llama.vocab_size"] == .unsigned(UInt64(rows)) && new.tokenCount == rows)
    for (name, count) in [("odd", 7), ("last", 77)] {
      let places = try [old, new].map { model in
        let start = try #require(model.header.tensors.first { $0.name == name }).start
        return Array(model.file.bytes[start..<(start + count)])
      }
      #expect(places[0] == places[1])
    }
    let made = try transplant.solve { _, _ in }
    for matrix in made {
      for (row, origin) in matrix.origins.enumerated() {
        let found = try new.withRow(row, of: matrix.base.name) { Array($0) }
        if case .base(let id) = origin {
          #expect(try old.withRow(Int(id), of: matrix.base.name) { Array($0) } == found)
        } else if let place = matrix.places[row] {
          #expect(found == matrix.made.withRow(place) { elements.encoded($0) })
        }
      }
    }
    // The new tokenizer is the donor's.
    let donor = try ModelDirectory(models.donor)
    let result = try ModelDirectory(out)
    #expect(result.vocabulary.ids == donor.vocabulary.ids)
    #expect(result.specialTokens == donor.specialTokens)
    #expect(SharedVocabulary(result, donor).differences.isEmpty)
  }

  @Test func `A GGUF donor's own pairs are taken over, and a directory can have one`() throws {
    let (models, directory) = try models(isTied: true)
    let base = try file(directory, .float16, at: models.directory("base.gguf"))
    let donor = try file(
      ModelDirectory(models.donor), .float32, at: models.directory("donor.gguf"))
    let out = models.directory("out.gguf")
    _ = try Transplant(
      base: ModelDirectory(base), donor: ModelDirectory(donor), options: TransplantCase.options()
    ).write(to: out)
    let (given, taken) = (try GGUFModel(donor), try GGUFModel(out))
    for pair in given.header.pairs where pair.key.hasPrefix("tokenizer.") {
      #expect(taken.header[pair.key] == pair.value)
    }
    #expect(taken.header.text("tokenizer.chat_template") == "{{ x }}")
    _ = try Transplant(
      base: directory, donor: ModelDirectory(donor), options: TransplantCase.options()
    ).write(to: models.out)
    #expect(
      try ModelDirectory(models.out).vocabulary.ids == ModelDirectory(donor).vocabulary.ids)
  }

  @Test func `Blocks of eight bits are within half a step, and stay when they are encoded again`() {
    var random = SeededGenerator(seed: 6)
    let row = (0..<96).map { $0 < 32 ? 0 : random.normal() * Float($0) }
    let bytes = row.withUnsafeBufferPointer { GGUFElements.q8_0.encoded($0) }
    #expect(bytes.count == 102)
    var decoded = [Float](repeating: .nan, count: 96)
    decoded.withUnsafeMutableBufferPointer { decoded in
      bytes.withUnsafeBytes { GGUFElements.decoded(blocks: $0, into: decoded) }
    }
    for start in stride(from: 0, to: 96, by: 32) {
      let largest = row[start..<(start + 32)].map(\.magnitude).max() ?? 0
      for place in start..<(start + 32) {
        #expect(abs(decoded[place] - row[place]) <= largest / 127 * 0.57)
      }
    }
  }

  @Test func `Embeddings in a form that is not read, and what GGUF cannot do, are refused`() throws
  {
    let (models, directory) = try models(isTied: true)
    let path = try file(directory, .float32, at: models.directory("base.gguf"))
    var bytes = try FileSystem.read(path)
    // The type stands behind the name, the number of dimensions and two of them.
    let name = Array(GGUFModel.inputName.utf8)
    let place = try #require(
      bytes.indices.first { bytes[$0...].starts(with: name) })
    bytes[place + name.count + 20] = 14
    let other = models.directory("other.gguf")
    try FileSystem.writeAtomically(bytes, to: other)
    let error = #expect(throws: ModelError.self) { try ModelDirectory(other) }
    #expect(error?.description.contains("type 14") == true)
    var options = TransplantCase.options()
    options.isRestorable = true
    #expect(throws: ModelError.self) {
      try Transplant(
        base: ModelDirectory(path), donor: ModelDirectory(models.donor), options: options
      ).write(to: models.directory("out.gguf"))
    }
  }
}
