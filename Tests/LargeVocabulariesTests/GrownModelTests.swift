import ByteIO
import LanguageModels
import LargeVocabularies
import Surgery
import Tensors
import TestSupport
import Testing
import Tokenization

@Suite struct GrownModelTests {
  private let example: GrownExample
  private let folder: TemporaryDirectory

  init() throws {
    example = try GrownExample()
    folder = try TemporaryDirectory()
  }

  private func write(_ method: String, to name: String = "large") throws -> ModelDirectory {
    let method = try MethodNotation.method(method)
    let grown = try GrownModel(
      example.base, with: example.vocabulary, inputMethod: method, outputMethod: method)
    try grown.write(to: folder(name))
    return try ModelDirectory(folder(name))
  }

  @Test func `Old rows keep their bits and new ones are made of their pieces`() throws {
    let model = try write("first+last")
    let base = example.base
    let entries = [
      (base.vocabularyTensors.input, model.vocabularyTensors.input),
      (base.vocabularyTensors.outputOrInput, model.vocabularyTensors.outputOrInput),
    ]
    let old = try Tokenizer(base.tokenizer)
    let spelling = TokenSpelling(model.tokenizer, model.vocabulary)
    for (before, after) in entries {
      #expect(after.matrix.rows == 3000)
      let count = before.matrix.rows
      before.matrix.withBytes(ofRows: 0..<count) { stored in
        after.matrix.withBytes(ofRows: 0..<count) { #expect($0.elementsEqual(stored)) }
      }
      for id in stride(from: count, to: 3000, by: 97) {
        let text = String(
          decoding: try #require(spelling.text(of: TokenID(id))), as: UTF8.self)
        let pieces = try old.ids(of: text, addSpecialTokens: false)
        // A piece by itself may be cut otherwise than within a word.
        guard try old.decode(pieces) == text, let first = pieces.first, let last = pieces.last
        else { continue }
        let mean = zip(before.matrix.row(Int(first)), before.matrix.row(Int(last))).map {
          ($0 + $1) / 2
        }
        for (made, expected) in zip(after.matrix.row(id), mean) {
          #expect(abs(made - expected) <= max(abs(expected) / 128, 1e-6))
        }
      }
    }
  }

  @Test func `A grown model is sound and can be run`() throws {
    let model = try write("fvt")
    #expect(ModelVerification(model.path).problems == [])
    let evaluator = try TextEvaluator(model.path)
    let text = try GrownExample.text()
    let result = try evaluator.evaluate([Array(text.utf8.prefix(1500))])
    #expect(result.tokens > 0)
  }

  @Test func `Every method without a donor makes rows`() throws {
    for method in ["fvt", "weighted", "first", "last", "mean", "ngram-64", "zero", "normal"] {
      let model = try write(method, to: method)
      #expect(model.vocabularyTensors.input.matrix.firstNonFiniteRow == nil)
    }
    #expect(throws: LargeVocabularyError.needsDonor("omp-c8")) { try write("omp-c8") }
  }

  @Test func `An ended growth leaves nothing behind`() throws {
    struct Ended: Error {}
    let method = try MethodNotation.method("fvt")
    let grown = try GrownModel(
      example.base, with: example.vocabulary, inputMethod: method, outputMethod: method)
    #expect(throws: Ended.self) {
      try grown.write(to: folder("ended")) { stage, fraction in
        if stage == "writing weights", fraction > 0.2 { throw Ended() }
      }
    }
    #expect(try FileSystem.names(inDirectory: folder.path).isEmpty)
  }
}
