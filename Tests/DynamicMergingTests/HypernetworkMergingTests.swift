import Hypernetworks
import Surgery
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import DynamicMerging

/// Rows of merged tokens that a hypernetwork predicts.
@Suite struct HypernetworkMergingTests {
  @Test func `A hypernetwork's rows are those that it predicts from the pieces`() throws {
    let directory = try TemporaryDirectory()
    let model = try ModelDirectory(PackageFiles.exampleBase)
    var recipe = HypernetworkRecipe()
    (recipe.hiddenSize, recipe.intermediateSize, recipe.surfaceLength) = (64, 64, 3)
    (recipe.identitySteps, recipe.compositionSteps, recipe.languageSteps) = (1, 1, 0)
    recipe.rowBatch = 32
    let trainer = try HypernetworkTrainer(
      HypernetworkSubject(model), documents: [], recipe: recipe)
    try trainer.train(progress: { _, _ in }, report: { _ in })
    try trainer.save(to: directory("hypernet"), replacing: false)
    let network = try Hypernetwork(directory("hypernet"))
    let rows = try MergedRows(
      model, hypernetwork: HypernetworkSource(network, reading: model), method: HypernetworkRows())
    let merging = try DynamicMerger(Tokenizer(model.tokenizer)).merges(of: [
      "In the beginning God created the heaven and the earth", "unbelievably antidisestablishment",
    ])
    let made = try rows.rows(for: merging.batch(after: merging.mergeCount))
    #expect(made.surfaces.count > 3)
    let segmentation = TokenSegmentation(model)
    let tensors = model.vocabularyTensors
    let expected = try network.predict(
      made.surfaces.map { segmentation.pieces(of: $0) },
      from: SourceRows(input: tensors.input.matrix, output: tensors.output?.matrix))
    for row in 0..<made.made.rows {
      let difference = zip(made.made.row(row), expected.input.row(row)).map { abs($0 - $1) }.max()
      #expect(difference ?? 1 < 1e-5)
    }
  }

  @Test func `Without a hypernetwork the method is refused`() throws {
    let model = try ModelDirectory(PackageFiles.exampleBase)
    #expect(throws: MethodError.needsHypernetwork("hypernet")) {
      try MergedRows(model, method: HypernetworkRows())
    }
  }
}
