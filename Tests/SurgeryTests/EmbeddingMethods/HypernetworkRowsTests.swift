import ByteIO
import Hypernetworks
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import Surgery

/// Transplants of the shipped donor's tokenizer into the shipped base with a hypernetwork that has hardly
/// been trained.
@Suite struct HypernetworkRowsTests {
  private let directory: TemporaryDirectory
  private let base: ModelDirectory
  private let network: Hypernetwork
  private let target: TransplantTarget

  init() throws {
    directory = try TemporaryDirectory()
    base = try ModelDirectory(PackageFiles.exampleBase)
    network = try Self.network(for: base, at: directory("hypernet"))
    target = try TransplantTarget(tokenizer: PackageFiles.exampleDonor)
  }

  private static func network(
    for model: ModelDirectory, at path: String
  ) throws -> Hypernetwork {
    var recipe = HypernetworkRecipe()
    recipe.hiddenSize = 64
    recipe.intermediateSize = 64
    recipe.surfaceLength = 3
    (recipe.identitySteps, recipe.compositionSteps, recipe.languageSteps) = (1, 1, 0)
    recipe.rowBatch = 32
    let trainer = try HypernetworkTrainer(
      HypernetworkSubject(model), documents: [], recipe: recipe)
    try trainer.train(progress: { _, _ in }, report: { _ in })
    try trainer.save(to: path, replacing: false)
    return try Hypernetwork(path)
  }

  private func options(_ source: HypernetworkSource) -> TransplantOptions {
    var options = TransplantOptions(method: HypernetworkRows())
    options.hypernetwork = source
    options.heldOutCount = 8
    return options
  }

  private func matrices(_ path: String) throws -> (input: Matrix, output: Matrix) {
    let tensors = try ModelDirectory(path).vocabularyTensors
    return (Matrix(tensors.input.matrix), Matrix(tensors.outputOrInput.matrix))
  }

  /// New tokens with the pieces that spell them.
  private func surfaces(_ transplant: Transplant) -> [(id: TokenID, pieces: [TokenID])] {
    let segmentation = TokenSegmentation(
      base.tokenizer, base.vocabulary, base.specialTokens,
      rowCount: base.vocabularyTensors.rows)
    return transplant.donorTexts.sorted { $0.key < $1.key }.compactMap { id, text in
      transplant.alignment.matches[id] == nil ? (id, segmentation.pieces(of: text)) : nil
    }
  }

  /// The largest difference; the files hold bfloat16, of rows and of what fine-tuning made of them.
  private func distance(_ left: [Float], _ right: [Float]) -> Float {
    zip(left, right).map { abs($0 - $1) }.max() ?? 0
  }

  @Test func `New rows are the network's and shared rows the base's`() throws {
    let source = try HypernetworkSource(network, reading: base)
    let transplant = try Transplant(base: base, target: target, options: options(source))
    let report = try transplant.write(to: directory("out"))
    let (input, output) = try matrices(directory("out"))
    let new = surfaces(transplant)
    let made = try network.predict(new.map(\.pieces), from: source.rows)
    for (place, entry) in new.enumerated() {
      #expect(distance(input.row(Int(entry.id)), made.input.row(place)) < 0.02)
      #expect(distance(output.row(Int(entry.id)), try #require(made.output).row(place)) < 0.02)
    }
    for (id, match) in transplant.alignment.matches {
      #expect(
        input.row(Int(id)) == base.vocabularyTensors.input.matrix.row(Int(match.base)))
    }
    #expect(ModelVerification(directory("out")).problems == [])
    #expect(report.truncatedTokens == new.count { $0.pieces.count > 3 })
    #expect(report.truncatedTokens > 0)
  }

  @Test func `Of a fine-tuned model its own change is added to predicted rows`() throws {
    // Fine-tuning has moved every row by the same vector.
    let tensors = base.vocabularyTensors
    var (input, output) = (Matrix(tensors.input.matrix), Matrix(tensors.outputOrInput.matrix))
    for row in 0..<input.rows {
      input.withMutableRow(row) { for index in $0.indices { $0[index] += 0.5 } }
      output.withMutableRow(row) { for index in $0.indices { $0[index] -= 0.25 } }
    }
    let tuned = directory("tuned")
    try FileSystem.createDirectory(tuned)
    for name in try FileSystem.names(inDirectory: base.path) where name.hasSuffix(".json") {
      try directory.write("tuned/" + name, FileSystem.read(base.path(name)))
    }
    let file = try SafetensorsFile(base.path("model.safetensors"))
    try SafetensorsWriter.write(
      file.outputs(replacing: [
        tensors.input.name: TensorReplacement(input),
        tensors.outputOrInput.name: TensorReplacement(output),
      ]), to: tuned + "/model.safetensors")
    for share in [Float(0), 1] {
      let source = try HypernetworkSource(network, reading: base, fineTuningShare: share)
      let transplant = try Transplant(
        base: ModelDirectory(tuned), target: target, options: options(source))
      let out = directory("out-\(share)")
      _ = try transplant.write(to: out)
      let (madeInput, madeOutput) = try matrices(out)
      let new = surfaces(transplant)
      let made = try network.predict(new.map(\.pieces), from: source.rows)
      for (place, entry) in new.enumerated() {
        let expected = made.input.row(place).map { $0 + share * 0.5 }
        #expect(distance(madeInput.row(Int(entry.id)), expected) < 0.02)
        let other = try #require(made.output).row(place).map { $0 - share * 0.25 }
        #expect(distance(madeOutput.row(Int(entry.id)), other) < 0.02)
      }
    }
  }

  @Test func `A model with another vocabulary is no fine-tuned form`() throws {
    let source = try HypernetworkSource(network, reading: base, fineTuningShare: 1)
    #expect(throws: ModelError.self) {
      try Transplant(
        base: ModelDirectory(PackageFiles.exampleDonor), target: target, options: options(source))
    }
  }

  @Test func `A tied model gets rows for both uses`() throws {
    let tied = try ModelDirectory(PackageFiles.exampleDonor)
    let network = try Self.network(for: tied, at: directory("tied-hypernet"))
    #expect(!network.config.hasSeparateOutput)
    let source = try HypernetworkSource(network, reading: tied)
    let transplant = try Transplant(
      base: tied, target: TransplantTarget(tokenizer: PackageFiles.exampleBase),
      options: options(source))
    _ = try transplant.write(to: directory("out"))
    #expect(ModelVerification(directory("out")).problems == [])
  }

  @Test func `Without a hypernetwork the method is refused`() throws {
    #expect(throws: MethodError.needsHypernetwork("hypernet")) {
      try Transplant(
        base: base, target: target, options: TransplantOptions(method: HypernetworkRows()))
    }
    #expect(throws: MethodError.needsHypernetwork("hypernet+fvt")) {
      try Transplant(
        base: base, target: target,
        options: TransplantOptions(method: try MethodNotation.method("hypernet+fvt")))
    }
  }

  @Test func `Byte strings get rows, and zeros where nothing spells them`() throws {
    let source = try HypernetworkSource(network, reading: base)
    let words = [" mountain", "", " of the"].map { Array($0.utf8) }
    let made = try source.rows(forSurfaces: words)
    #expect(made.input.rows == 3)
    #expect(made.input.row(1).allSatisfy { $0 == 0 })
    #expect(made.input.row(0).contains { $0 != 0 } && made.input.row(2).contains { $0 != 0 })
    #expect(made.output?.rows == 3)
  }
}
