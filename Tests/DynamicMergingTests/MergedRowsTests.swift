import ByteIO
import LanguageModels
import Surgery
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import DynamicMerging

@Suite struct MergedRowsTests {
  private let model: ModelDirectory
  private let donor: ModelDirectory
  private let batches: [MergedBatch]

  init() throws {
    model = try ModelDirectory(PackageFiles.exampleBase)
    donor = try ModelDirectory(PackageFiles.exampleDonor)
    let merger = try DynamicMerger(Tokenizer(model.tokenizer))
    let lines = String(decoding: try FileSystem.read(PackageFiles.exampleText), as: UTF8.self)
      .split(separator: "\n").prefix(60).map(String.init)
    batches = try stride(from: 0, to: 60, by: 20).map { start in
      let merging = try merger.merges(of: Array(lines[start..<(start + 20)]))
      return merging.batch(after: merging.mergeCount(forReduction: 70))
    }
  }

  private func rows(
    _ method: String, capacity: Int = MergedRows.defaultCapacity
  ) throws -> MergedRows {
    try MergedRows(
      model, donor: donor, method: MethodNotation.method(method), capacity: capacity)
  }

  @Test(arguments: ["fvt", "first+last", "ngram-64", "omp-4", "knn-3+last", "analogy"])
  func `Rows do not depend on batches and on what has given way`(_ method: String) throws {
    let most =
      batches.map { batch in
        batch.units.count { if case .surface = $0 { true } else { false } }
      }.max() ?? 0
    #expect(most > 20)
    let (all, few) = (try rows(method), try rows(method, capacity: most))
    for batch in batches + batches.reversed() {
      let (made, again) = (try all.rows(for: batch), try few.rows(for: batch))
      #expect(made.places == again.places && made.surfaces == again.surfaces)
      // A product of matrices rounds by the number of its rows.
      let tolerance: Float = ["ngram-64", "analogy", "knn-3+last"].contains(method) ? 1e-5 : 0
      for row in 0..<made.made.rows {
        let difference = zip(made.made.row(row), again.made.row(row)).map { abs($0 - $1) }.max()
        #expect(difference ?? 0 <= tolerance)
      }
    }
    #expect(few.madeCount > all.madeCount)
    #expect(throws: MergeError.batchExceedsCache(capacity: most - 1)) {
      let small = try rows(method, capacity: most - 1)
      for batch in batches { _ = try small.rows(for: batch) }
    }
  }

  @Test func `Unchanged tokens keep their rows bit for bit, and means are means of pieces`() throws
  {
    let rows = try rows("fvt")
    let tokenizer = try Tokenizer(model.tokenizer)
    let input = model.vocabularyTensors.input.matrix
    var checked = 0
    for batch in batches {
      let made = try rows.rows(for: batch)
      for sequence in batch.sequences {
        let inputs = made.inputs(for: sequence)
        for (index, unit) in sequence.units.enumerated() {
          switch batch.units[Int(unit)] {
          case .token(let id): #expect(inputs.row(index) == input.row(Int(id)))
          case .surface(let surface):
            // The model cuts a surface by itself as it cuts a word of a text.
            let pieces = try tokenizer.ids(
              of: String(decoding: surface, as: UTF8.self), addSpecialTokens: false)
            let expected = (0..<input.columns).map { column in
              pieces.reduce(Float(0)) { $0 + input.row(Int($1))[column] } / Float(pieces.count)
            }
            checked += 1
            for (value, expected) in zip(inputs.row(index), expected) {
              #expect(abs(value - expected) < 1e-5)
            }
          }
        }
      }
    }
    #expect(checked > 50 && rows.meanCount == 0)
  }

  @Test func `A method that needs a donor says so`() throws {
    #expect(throws: MethodError.needsDonor("omp-4")) {
      try MergedRows(model, method: MethodNotation.method("omp-4"))
    }
  }

  @Test func `Prompts that are not merged leave the model's probabilities as they are`() throws {
    let evaluator = try TextEvaluator(PackageFiles.exampleBase, context: 128)
    let text = try FileSystem.read(PackageFiles.exampleText).prefix(3000)
    let prompts = try PromptEvaluator(
      evaluator, rows: rows("fvt"), documents: [Array(text)], batchSize: 4)
    #expect(prompts.promptCount > 2)
    let plain = try prompts.measure(.reduction(0))
    let merged = try prompts.measure(.wordLevel)
    #expect(plain.merges == 0 && merged.promptTokens < plain.promptTokens)
    #expect(merged.continuations.tokens == plain.continuations.tokens)
    #expect(merged.continuations.bytes == plain.continuations.bytes)
    #expect(merged.continuations.nats != plain.continuations.nats)
    // The same by tokens: documents in parts, and of each the second half.
    let ids = try evaluator.tokens(of: [Array(text)])[0]
    let first = [evaluator.start] + ids.prefix(127)
    let scores = try evaluator.model.scores(of: first)
    #expect(scores.count == 127)
    var start = 0
    var (nats, tokens) = (0.0, 0)
    for part in try parts(of: Array(text), evaluator) {
      let all = [evaluator.start] + part.prompt.ids + part.continuation
      let scores = try evaluator.model.scores(of: all).suffix(part.continuation.count)
      nats -= scores.reduce(0) { $0 + $1.logProbability }
      tokens += scores.count
      #expect(Array(ids[start...].prefix(part.prompt.count)) == part.prompt.ids)
      start += part.prompt.count + part.continuation.count
      #expect(all.count <= 128)
    }
    #expect(tokens == plain.continuations.tokens)
    #expect(abs(nats - plain.continuations.nats) < 1e-3)
  }

  private func parts(
    of text: [UInt8], _ evaluator: TextEvaluator
  ) throws -> [ContinuedPrompt] {
    let base = BaseSequence(try evaluator.tokenizer.encode(utf8: text, addSpecialTokens: false))
    let merger = try DynamicMerger(evaluator.tokenizer)
    return ContinuedPrompt.parts(
      of: base, bytes: text.count, pieces: merger.runStarts(of: base), limit: 127, share: 0.5)
  }
}
