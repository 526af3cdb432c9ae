import Tensors
import TestSupport
import Testing
import Tokenization

@testable import LanguageModels

/// The forward pass against transformers, architecture by architecture.
@Suite struct GoldenTests {
  /// The largest difference that the order of additions in float32 explains, in nats and in units of
  /// states, which are of the size of 1.
  private static let tolerance = 2e-4

  private func expectEqual(
    _ left: [Double], _ right: [Double], _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(left.count == right.count, sourceLocation: sourceLocation)
    let difference = zip(left, right).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
    #expect(difference < Self.tolerance, "\(what)", sourceLocation: sourceLocation)
  }

  @Test func `There are models of every architecture`() throws {
    let types = Set(try GoldenModel.all.map { try $0.open().architecture })
    #expect(
      types == [
        "llama", "mistral", "qwen2", "qwen3", "gemma", "gemma2", "gemma3_text", "phi", "phi3",
        "gpt2", "gpt_neox",
      ])
  }

  @Test(arguments: GoldenModel.all)
  func `Every token has the probability that transformers gives it`(golden: GoldenModel) throws {
    let model = try golden.open()
    for sequence in try golden.sequences {
      let scores = try model.scores(of: sequence.ids)
      expectEqual(scores.map { -$0.logProbability }, sequence.nats, "\(sequence.ids.count) tokens")
      #expect(scores.map(\.isMostProbable) == sequence.top1)
    }
  }

  @Test(arguments: GoldenModel.all)
  func `Final states are those of transformers`(golden: GoldenModel) throws {
    let model = try golden.open()
    let sequences = try golden.sequences
    for sequence in sequences {
      let states = try model.hiddenStates(of: sequence.ids)
      #expect(states.rows == sequence.ids.count)
      expectEqual(states.row(states.rows - 1).map(Double.init), sequence.state, "last state")
    }
    let mean = try model.meanHiddenState(of: sequences.map(\.ids))
    expectEqual(mean.map(Double.init), try golden.meanState, "mean state")
  }

  @Test(arguments: GoldenModel.all)
  func `What follows a text has the probabilities that transformers gives`(
    golden: GoldenModel
  ) throws {
    let model = try golden.open()
    for sequence in try golden.sequences {
      let next = try model.nextTokenLogProbabilities(
        after: sequence.ids, cache: model.makeCache())
      expectEqual(next.map(Double.init), sequence.next, "\(sequence.ids.count) tokens")
    }
  }

  /// Rotations that depend on the length of the text are another matter: the reference too keeps what
  /// it has cached.
  @Test(arguments: GoldenModel.all.filter { !["llama-dynamic", "phi3-long"].contains($0.name) })
  func `Reading on from a cache is reading from the beginning`(golden: GoldenModel) throws {
    let model = try golden.open()
    for sequence in try golden.sequences {
      let cache = model.makeCache()
      var next: [Float] = []
      var rest = sequence.ids[...]
      for step in [1, 2, 5, 1, 64] where !rest.isEmpty {
        next = try model.nextTokenLogProbabilities(after: Array(rest.prefix(step)), cache: cache)
        rest = rest.dropFirst(step)
      }
      #expect(cache.count == sequence.ids.count)
      expectEqual(next.map(Double.init), sequence.next, "\(sequence.ids.count) tokens")
    }
  }

  @Test(arguments: GoldenModel.all)
  func `Embeddings are as good as their tokens`(golden: GoldenModel) throws {
    let model = try golden.open()
    let ids = try golden.sequences.last?.ids ?? []
    let states = try model.hiddenStates(ofEmbeddings: model.embeddings(of: ids))
    let expected = try model.hiddenStates(of: ids)
    for row in ids.indices { #expect(states.row(row) == expected.row(row)) }
    let next = try model.nextTokenLogProbabilities(
      afterEmbeddings: model.embeddings(of: ids), cache: model.makeCache())
    #expect(try next == model.nextTokenLogProbabilities(after: ids, cache: model.makeCache()))
  }

  /// But for rotations that depend on the length of the text: the last token is no input here.
  @Test(arguments: GoldenModel.all.filter { !["llama-dynamic", "phi3-long"].contains($0.name) })
  func `Tokens have the same probabilities after the rows of an input matrix as after its tokens`(
    golden: GoldenModel
  ) throws {
    let model = try golden.open()
    let sequences = try golden.sequences.filter { $0.ids.count > 4 }
    let embedded = sequences.map { sequence in
      EmbeddedSequence(
        rows: Matrix(model.weights.embedding, Array(sequence.ids.dropLast())),
        targets: Array(sequence.ids.suffix(3)))
    }
    let scores = try model.scores(of: embedded)
    for (sequence, scores) in zip(sequences, scores) {
      expectEqual(
        scores.map { -$0.logProbability }, Array(sequence.nats.suffix(3)), "after rows")
    }
    #expect(try model.scores(of: embedded, memoryBudget: 1).map(\.count) == embedded.map { _ in 3 })
  }

  @Test(arguments: GoldenModel.all)
  func `Sequences that are run together do not see each other`(golden: GoldenModel) throws {
    let model = try golden.open()
    let sequences = try golden.sequences
    let together = try model.scores(of: sequences.map { ScoredSequence($0.ids) })
    for (sequence, scores) in zip(sequences, together) {
      expectEqual(scores.map { -$0.logProbability }, sequence.nats, "together")
    }
    let parts = try model.scores(
      of: sequences.map { ScoredSequence($0.ids, scored: 9..<13) }, memoryBudget: 1)
    for (sequence, scores) in zip(sequences, parts) {
      let expected = sequence.nats.dropFirst(8).prefix(4)
      expectEqual(scores.map { -$0.logProbability }, Array(expected), "a part")
    }
  }

  @Test(arguments: GoldenModel.all.filter { !["llama-dynamic", "phi3-long"].contains($0.name) })
  func `Sequences read on side by side from caches of their own`(golden: GoldenModel) throws {
    let model = try golden.open()
    let sequences = try golden.sequences.map(\.ids).filter { $0.count > 3 }
    func rows(_ tokens: [TokenID]) -> Matrix {
      Matrix(model.weights.embedding, tokens)
    }
    let caches = sequences.map { _ in model.makeCache() }
    _ = try model.finalStates(
      ofStoredRows: rows(sequences.flatMap { $0.prefix(2) }),
      lengths: sequences.map { _ in 2 }, caches: caches)
    // A copy grows apart: what is read with it is not seen by the one it was made of.
    _ = try model.finalStates(
      ofStoredRows: rows(sequences.map { $0[0] }), lengths: sequences.map { _ in 1 },
      caches: caches.map { $0.copy() })
    let found = try model.finalStates(
      ofStoredRows: rows(sequences.flatMap { $0.dropFirst(2) }),
      lengths: sequences.map { $0.count - 2 }, caches: caches)
    var position = 0
    for sequence in sequences {
      let expected = try model.hiddenStates(of: sequence)
      for row in 2..<sequence.count {
        expectEqual(
          found.row(position).map(Double.init), expected.row(row).map(Double.init), "\(row)")
        position += 1
      }
    }
  }
}

extension Matrix {
  /// Rows of an embedding as they are stored.
  fileprivate init(_ weight: MatrixView, _ tokens: [TokenID]) {
    self.init(weight, rows: tokens.map(Int.init))
  }
}
